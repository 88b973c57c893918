import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import type { ConfigProblem } from './problem.ts';

/** What one profile of a `temporal.toml` says, flattened: `tls.server_name` → value. */
export interface TomlProfile {
  readonly entries: ReadonlyMap<string, unknown>;
  /** How the place is named to people: `temporal.toml [default]`. */
  readonly where: string;
  readonly problems: readonly ConfigProblem[];
}

const DEFAULT_PROFILE = 'default';

/**
 * Reads a profile of the configuration that Temporal's own tools share. As with them, a table `tls` turns TLS on
 * unless it says `disabled`, and only a file or a profile that was asked for must be there.
 *
 * @param asked the profile, and the file as an absolute path, each with where it was named, if it was
 */
export function readTemporalToml(
  asked: {
    readonly profile: { readonly name: string; readonly where: string } | undefined;
    readonly file: { readonly path: string; readonly where: string } | undefined;
  },
  env: NodeJS.ProcessEnv,
): TomlProfile {
  const path = asked.file?.path ?? defaultPath(env);
  const name = asked.profile?.name ?? DEFAULT_PROFILE;
  const where = `temporal.toml [${name}]`;
  const nothing = (...problems: ConfigProblem[]): TomlProfile => ({ entries: new Map(), where, problems });

  let text: string;
  try {
    if (path === undefined) throw Object.assign(new Error('there is no home folder'), { code: 'ENOENT' });
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const from = asked.file ?? asked.profile;
    if (code === 'ENOENT' && from === undefined) return nothing();
    return nothing({ code: 'unreadable-file', where: from?.where ?? path!, message });
  }
  let profiles: unknown;
  try {
    profiles = parse(text).profile;
  } catch (error) {
    // The parser's message goes on with the lines around the mistake, and they may hold an API key.
    const [message] = (error as Error).message.split('\n');
    const { line } = error as { readonly line?: number };
    return nothing({ code: 'invalid-toml', where: `${path}:${line ?? 1}`, message: message! });
  }
  const profile = isTable(profiles) && Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (isTable(profile)) return { entries: flatten(profile), where, problems: [] };
  if (asked.profile === undefined) return nothing();
  const known = isTable(profiles) ? Object.keys(profiles).join(', ') : '';
  const message = `there is no profile '${name}' in ${path}; there is ${known || 'none'}`;
  return nothing({ code: 'invalid-setting', where: asked.profile.where, message });
}

/** Where Temporal's tools keep it: in the user's folder for configuration. */
function defaultPath(env: NodeJS.ProcessEnv): string | undefined {
  const home = env.HOME ?? env.USERPROFILE;
  const fallback: { readonly [platform: string]: readonly string[] } = {
    darwin: ['Library', 'Application Support'],
    win32: ['AppData', 'Roaming'],
  };
  const folder =
    env.XDG_CONFIG_HOME ||
    env.APPDATA ||
    (home && join(home, ...(fallback[process.platform] ?? ['.config'])));
  return folder ? join(folder, 'temporalio', 'temporal.toml') : undefined;
}

function flatten(profile: { readonly [key: string]: unknown }): Map<string, unknown> {
  const entries = new Map<string, unknown>();
  for (const [key, value] of Object.entries(profile)) {
    if (key !== 'tls') entries.set(key, value);
    else if (!isTable(value)) entries.set('tls', value);
    else {
      entries.set('tls', value.disabled !== true);
      for (const [inner, setting] of Object.entries(value)) entries.set(`tls.${inner}`, setting);
    }
  }
  return entries;
}

function isTable(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
