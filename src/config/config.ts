import { resolve } from 'node:path';
import { readConfigFile } from './config-file.ts';
import type { ConfigProblem } from './problem.ts';
import { CONFIG_FILE, findProjectRoot } from './project-root.ts';
import {
  type LOG_FORMATS,
  type LOG_LEVELS,
  PEM_NAMES,
  type PemName,
  SETTINGS,
  type Setting,
  type SettingName,
} from './settings.ts';
import { readTemporalToml, type TomlProfile } from './temporal-toml.ts';

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
    readonly apiKey: string | undefined;
    /** On where it was switched on, or else where an API key or one of the next two is given. */
    readonly tls: boolean;
    /** The name that the server's certificate is for, where it is not the address's. */
    readonly tlsServerName: string | undefined;
    readonly tlsFiles: { readonly [name in PemName]: PemSource | undefined };
  };
  readonly database: { readonly url: string | undefined };
  /** What a worker takes on at a time. */
  readonly worker: {
    readonly maxConcurrentActivities: number;
    readonly maxConcurrentWorkflowTasks: number;
    /** 0: none; undefined: as many as the memory that Node may use suggests. */
    readonly maxCachedWorkflows: number | undefined;
  };
  /** For the embedded stack only. */
  readonly stack: {
    readonly temporalCli: string | undefined;
    readonly ports: {
      readonly temporal: number | undefined;
      readonly ui: number | undefined;
      readonly database: number | undefined;
    };
  };
  readonly log: {
    readonly level: (typeof LOG_LEVELS)[number];
    readonly format: (typeof LOG_FORMATS)[number];
  };
  /** Task queues by domain. */
  readonly taskQueues: { readonly [domain: string]: string };
  /** Each setting as it was read; only those that have a value. Secrets too: for people, see `describeConfig`. */
  readonly values: ReadonlyMap<SettingName, SettingValue>;
  /** Where each came from: `--address`, `TEMPORAL_HOST`, `estuary.yaml:3`, `temporal.toml [prod]`, `default`, `not set`. */
  readonly sources: { readonly [setting in SettingName]: string };
}

export type SettingValue = string | number | boolean;

/** A certificate or a key in PEM: the file's absolute path, or its text, and which setting gave it. */
export type PemSource = { readonly setting: SettingName } & (
  | { readonly path: string }
  | { readonly data: string }
);

/** What names a server that is not ours, or how to reach it. */
function pointsOutside({ name, toml }: Setting): boolean {
  if (name === 'temporal.namespace') return false;
  return toml !== undefined || ['temporal.profile', 'temporal.config_file', 'database.url'].includes(name);
}

/** Values of command-line flags, by the flag's name without dashes; undefined says nothing. */
export interface ConfigFlags {
  readonly address?: string | undefined;
  readonly namespace?: string | undefined;
  readonly 'task-queue'?: string | undefined;
  readonly 'max-concurrent-activities'?: string | undefined;
  readonly 'max-concurrent-workflow-tasks'?: string | undefined;
  readonly 'max-cached-workflows'?: string | undefined;
  readonly verbose?: boolean | undefined;
  readonly profile?: string | undefined;
}

export type ConfigResult =
  | { readonly config: Config; readonly problems?: never }
  | { readonly config?: never; readonly problems: readonly ConfigProblem[] };

/**
 * The configuration of the project around `cwd`: flags before environment before `estuary.yaml` before a profile of
 * `temporal.toml` before defaults. An environment variable that is empty is not set. `ESTUARY_EMBEDDED=1` leaves every configured server alone, as
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
  const values = new Map<SettingName, SettingValue>();
  const sources = {} as Record<SettingName, string>;
  const levels = new Map<SettingName, number>();
  const embedded = from.env.ESTUARY_EMBEDDED === '1';
  let toml: TomlProfile | undefined;

  for (const setting of SETTINGS) {
    if (embedded && pointsOutside(setting)) {
      sources[setting.name] = 'ESTUARY_EMBEDDED';
      continue;
    }
    const found = candidates(setting)[0];
    const fallback = fallbackOf(setting, from.env);
    sources[setting.name] = found?.where ?? (fallback === undefined ? 'not set' : 'default');
    if (found) levels.set(setting.name, found.level);
    if (found?.value !== undefined) values.set(setting.name, found.value);
    else if (!found && fallback !== undefined) values.set(setting.name, fallback);
  }
  problems.push(...(toml?.problems ?? []));
  const tlsFiles = Object.fromEntries(PEM_NAMES.map((name) => [name, pemSource(name)]));
  fitTasksToCache();
  if (problems.length > 0) return { problems };
  switchTlsOn();

  const text = (name: SettingName) => values.get(name) as string | undefined;
  const number = (name: SettingName) => values.get(name) as number | undefined;
  return {
    config: {
      root,
      temporal: {
        address: text('temporal.address'),
        namespace: text('temporal.namespace')!,
        taskQueue: text('temporal.task_queue')!,
        apiKey: text('temporal.api_key'),
        tls: values.get('temporal.tls') === true,
        tlsServerName: text('temporal.tls_server_name'),
        tlsFiles: tlsFiles as Config['temporal']['tlsFiles'],
      },
      database: { url: text('database.url') },
      worker: {
        maxConcurrentActivities: number('worker.max_concurrent_activities')!,
        maxConcurrentWorkflowTasks: number('worker.max_concurrent_workflow_tasks')!,
        maxCachedWorkflows: number('worker.max_cached_workflows'),
      },
      stack: {
        temporalCli: text('stack.temporal_cli'),
        ports: {
          temporal: number('stack.ports.temporal'),
          ui: number('stack.ports.ui'),
          database: number('stack.ports.database'),
        },
      },
      log: {
        level: text('log.level') as Config['log']['level'],
        format: text('log.format') as Config['log']['format'],
      },
      taskQueues: file.taskQueues,
      values,
      sources,
    },
  };

  /** The file or the text, whichever was set in the stronger place; both in one place is a problem. */
  function pemSource(name: PemName): PemSource | undefined {
    const [path, data] = [`temporal.tls_${name}_path`, `temporal.tls_${name}_data`] as const;
    if (values.has(path) && values.has(data)) {
      const [of, other] = [levels.get(path)!, levels.get(data)!];
      if (of === other) {
        const message = `${path} (${sources[path]}) and ${data} (${sources[data]}) are two ways to say one thing`;
        const hint = 'keep one of the two';
        problems.push({ code: 'conflicting-settings', where: sources[data], message, hint });
      }
      const weaker = of < other ? data : path;
      values.delete(weaker);
      sources[weaker] = 'not set';
    }
    if (values.has(path)) return { setting: path, path: values.get(path) as string };
    return values.has(data) ? { setting: data, data: values.get(data) as string } : undefined;
  }

  /** An API key or a certificate is of no use without TLS, so it means TLS unless that was set by itself. */
  function switchTlsOn(): void {
    if (sources['temporal.tls'] !== 'default') return;
    const reason = SETTINGS.find(
      ({ name }) => (name === 'temporal.api_key' || name.startsWith('temporal.tls_')) && values.has(name),
    );
    if (reason === undefined) return;
    values.set('temporal.tls', true);
    sources['temporal.tls'] = sources[reason.name];
  }

  /** A cached workflow is worked on by one task at a time, so more tasks than cached workflows cannot be. */
  function fitTasksToCache(): void {
    const [tasks, cached] = ['worker.max_concurrent_workflow_tasks', 'worker.max_cached_workflows'] as const;
    const limit = Number(values.get(cached) ?? 0);
    if (limit === 0 || Number(values.get(tasks) ?? 0) <= limit) return;
    if (sources[tasks] === 'default') {
      values.set(tasks, limit);
      sources[tasks] = sources[cached];
      return;
    }
    const message = `${tasks} (${sources[tasks]}) is more than ${cached} (${sources[cached]}), which is ${limit}`;
    const hint = 'cache at least as many workflows as there may be workflow tasks at a time';
    problems.push({ code: 'conflicting-settings', where: sources[tasks], message, hint });
  }

  /** Its candidate in temporal.toml, which is read when the first setting that may come from it is. */
  function inToml(setting: Setting): Candidate[] {
    if (setting.toml === undefined || embedded) return [];
    const [profile, path] = [values.get('temporal.profile'), values.get('temporal.config_file')];
    toml ??= readTemporalToml(
      {
        profile:
          profile === undefined ? undefined : { name: String(profile), where: sources['temporal.profile'] },
        file: path === undefined ? undefined : { path: String(path), where: sources['temporal.config_file'] },
      },
      from.env,
    );
    const raw = toml.entries.get(setting.toml);
    return raw === undefined || raw === '' ? [] : [read(setting, toml.where, raw, 3)];
  }

  /** All places that set it, strongest first; reports what is wrong with each, and two of a kind that disagree. */
  function candidates(setting: Setting): Candidate[] {
    const flag = setting.flag === undefined ? undefined : from.flags?.[setting.flag as keyof ConfigFlags];
    const flags = flag === undefined ? [] : [read(setting, `--${setting.flag}`, flag, 0)];
    const env = setting.env
      .filter((name) => (from.env[name] ?? '') !== '')
      .map((name) => read(setting, name, from.env[name], 1));
    const inFile = setting.file.flatMap((path) => {
      const entry = file.entries.get(path);
      return entry ? [read(setting, `${CONFIG_FILE}:${entry.line}`, entry.value, 2)] : [];
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
    return [...flags, ...env, ...inFile, ...inToml(setting)];
  }

  function read(setting: Setting, where: string, raw: unknown, level: number): Candidate {
    const parsed = setting.parse(raw);
    if ('value' in parsed) {
      const { value } = parsed;
      if (!setting.isPath) return { where, value, level };
      return { where, value: resolve(level === 2 ? root! : from.cwd, String(value)), level };
    }
    const shown = setting.isSecret ? 'the value' : `'${String(raw)}'`;
    const message = `${shown} is not ${setting.name}: expected ${parsed.expected}`;
    problems.push({ code: 'invalid-setting', where, message });
    return { where, value: undefined, level };
  }
}

interface Candidate {
  readonly where: string;
  readonly value: SettingValue | undefined;
  /** 0 a flag, 1 the environment, 2 estuary.yaml, 3 temporal.toml. */
  readonly level: number;
}

function fallbackOf(setting: Setting, env: NodeJS.ProcessEnv): Setting['fallback'] {
  if (setting.name === 'temporal.address' && env.NODE_ENV === 'production') return 'localhost:7233';
  return setting.fallback;
}
