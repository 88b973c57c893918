import { readConfigFile } from './config-file.ts';
import type { ConfigProblem } from './problem.ts';
import { CONFIG_FILE, findProjectRoot } from './project-root.ts';
import { SETTINGS, type Setting, type SettingName } from './settings.ts';

export type { ConfigProblem } from './problem.ts';
export { findProjectRoot } from './project-root.ts';
export type { SettingName } from './settings.ts';

export interface Config {
  /** The project's root, absolute. */
  readonly root: string;
  readonly temporal: {
    /** `host:port`; undefined: the embedded server. */
    readonly address: string | undefined;
    readonly namespace: string;
    /** The task queue where neither a domain's nor a step's own is given. */
    readonly taskQueue: string;
    readonly tls: boolean;
  };
  readonly database: { readonly url: string | undefined };
  /** For the embedded stack only. */
  readonly stack: {
    readonly temporalCli: string | undefined;
    readonly ports: {
      readonly temporal: number | undefined;
      readonly ui: number | undefined;
      readonly database: number | undefined;
    };
  };
  /** Task queues by domain. */
  readonly taskQueues: { readonly [domain: string]: string };
  /** Where each value came from: `--address`, `TEMPORAL_HOST`, `estuary.yaml:3`, `default`, `not set`. */
  readonly sources: { readonly [setting in SettingName]: string };
}

/** What names a server that is not ours, or how to reach it. */
const POINTS_OUTSIDE: ReadonlySet<SettingName> = new Set([
  'temporal.address',
  'temporal.tls',
  'database.url',
]);

/** Values of command-line flags, by the flag's name without dashes; undefined says nothing. */
export interface ConfigFlags {
  readonly address?: string | undefined;
  readonly namespace?: string | undefined;
  readonly 'task-queue'?: string | undefined;
  readonly tls?: boolean | undefined;
}

export type ConfigResult =
  | { readonly config: Config; readonly problems?: never }
  | { readonly config?: never; readonly problems: readonly ConfigProblem[] };

/**
 * The configuration of the project around `cwd`: flags before environment before `estuary.yaml` before defaults.
 * An environment variable that is empty is not set. `ESTUARY_EMBEDDED=1` leaves every configured server alone, as
 * the demo must. Returns every problem found, never the first alone.
 */
export function loadConfig(from: { cwd: string; env: NodeJS.ProcessEnv; flags?: ConfigFlags }): ConfigResult {
  const root = findProjectRoot(from.cwd);
  if (root === undefined) {
    const message = `no Estuary project in '${from.cwd}' or above it`;
    const hint = `a project holds ${CONFIG_FILE}, or definitions/ beside package.json`;
    return { problems: [{ code: 'no-project', where: from.cwd, message, hint }] };
  }
  const file = readConfigFile(root);
  const problems: ConfigProblem[] = [...file.problems];
  const values = new Map<SettingName, string | number | boolean>();
  const sources = {} as Record<SettingName, string>;

  for (const setting of SETTINGS) {
    if (from.env.ESTUARY_EMBEDDED === '1' && POINTS_OUTSIDE.has(setting.name)) {
      sources[setting.name] = 'ESTUARY_EMBEDDED';
      continue;
    }
    const found = candidates(setting)[0];
    const fallback = fallbackOf(setting, from.env);
    sources[setting.name] = found?.where ?? (fallback === undefined ? 'not set' : 'default');
    if (found?.value !== undefined) values.set(setting.name, found.value);
    else if (!found && fallback !== undefined) values.set(setting.name, fallback);
  }
  if (problems.length > 0) return { problems };

  const text = (name: SettingName) => values.get(name) as string | undefined;
  const number = (name: SettingName) => values.get(name) as number | undefined;
  return {
    config: {
      root,
      temporal: {
        address: text('temporal.address'),
        namespace: text('temporal.namespace')!,
        taskQueue: text('temporal.task_queue')!,
        tls: values.get('temporal.tls') === true,
      },
      database: { url: text('database.url') },
      stack: {
        temporalCli: text('stack.temporal_cli'),
        ports: {
          temporal: number('stack.ports.temporal'),
          ui: number('stack.ports.ui'),
          database: number('stack.ports.database'),
        },
      },
      taskQueues: file.taskQueues,
      sources,
    },
  };

  /** All places that set it, strongest first; reports what is wrong with each, and two of a kind that disagree. */
  function candidates(setting: Setting): { where: string; value: string | number | boolean | undefined }[] {
    const flag = setting.flag === undefined ? undefined : from.flags?.[setting.flag as keyof ConfigFlags];
    const flags = flag === undefined ? [] : [read(setting, `--${setting.flag}`, flag)];
    const env = setting.env
      .filter((name) => (from.env[name] ?? '') !== '')
      .map((name) => read(setting, name, from.env[name]));
    const inFile = setting.file.flatMap((path) => {
      const entry = file.entries.get(path);
      return entry ? [read(setting, `${CONFIG_FILE}:${entry.line}`, entry.value)] : [];
    });
    for (const [first, second] of [env, inFile]) {
      if (!first || !second || first.value === second.value) continue;
      const message = `'${first.value}' in ${first.where} and '${second.value}' in ${second.where} disagree`;
      problems.push({
        code: 'conflicting-settings',
        where: second.where,
        message,
        hint: 'keep one of the two',
      });
    }
    return [...flags, ...env, ...inFile];
  }

  function read(setting: Setting, where: string, raw: unknown) {
    const parsed = setting.parse(raw);
    if ('value' in parsed) return { where, value: parsed.value };
    // A URL may hold a password, so it is never quoted.
    const shown = setting.name === 'database.url' ? 'the value' : `'${String(raw)}'`;
    const message = `${shown} is not ${setting.name}: expected ${parsed.expected}`;
    problems.push({ code: 'invalid-setting', where, message });
    return { where, value: undefined };
  }
}

function fallbackOf(setting: Setting, env: NodeJS.ProcessEnv): Setting['fallback'] {
  if (setting.name === 'temporal.address' && env.NODE_ENV === 'production') return 'localhost:7233';
  return setting.fallback;
}
