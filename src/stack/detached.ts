/** Servers that outlive whoever started them, with their output in a log file. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rename } from 'node:fs/promises';
import { identityOf } from './processes.ts';

export interface Detached {
  readonly pid: number;
  readonly identity: string;
}

/**
 * Starts a server detached from this process; the log of the run before is kept beside as `<log>.1`. Throws what
 * `spawn` reports (ENOENT, EACCES). A server that ended at once has an identity that no process has.
 */
export async function startDetached(server: {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly log: string;
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
}): Promise<Detached> {
  await rename(server.log, `${server.log}.1`).catch(() => undefined);
  const log = await open(server.log, 'a', 0o600);
  try {
    const child = spawn(server.command, [...server.args], {
      // Not the caller's folder: a server must not keep it from being removed or unmounted.
      cwd: '/',
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: server.env,
      ...server.user,
    });
    await once(child, 'spawn');
    child.unref();
    return { pid: child.pid!, identity: (await identityOf(child.pid!)) ?? 'ended' };
  } finally {
    await log.close();
  }
}

/** The last lines of a log, indented, to stand under an error. */
export async function logTail(log: string, lines = 15): Promise<string> {
  const text = await readFile(log, 'utf8').catch(() => '');
  const last = text.trimEnd().split('\n').slice(-lines);
  return text.trim() === ''
    ? `  (${log} is empty)`
    : [...last.map((line) => `  ${line}`), `  (from ${log})`].join('\n');
}

/** The environment for a server: what configures clients of other servers must not leak into it. */
export function serverEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(TEMPORAL_|PG|LC_|LANG$)/.test(name)));
}
