/** Processes by identity: a pid alone may since have been given to somebody else. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { StackError } from './errors.ts';

const run = promisify(execFile);
const onLinux = process.platform === 'linux';

/**
 * When the process started, as an opaque token that also tells one boot of the machine from the next; undefined
 * where no such process runs. A process that has ended and only waits to be reaped does not run.
 */
export async function identityOf(pid: number): Promise<string | undefined> {
  if (!Number.isInteger(pid) || pid <= 0) return undefined;
  if (!onLinux) return (await ps(['-o', 'lstart=', '-p', String(pid)])).trim() || undefined;
  const [stat, boot] = await Promise.all([
    read(`/proc/${pid}/stat`),
    read('/proc/sys/kernel/random/boot_id'),
  ]);
  // The second field is the program's name in brackets and may itself hold brackets and blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, start] = [fields[0], fields[19]];
  return start === undefined || state === 'Z' || state === 'X' ? undefined : `${boot.trim()}/${start}`;
}

/** Whether the very process that once had this identity still runs. */
export async function isRunning(server: {
  readonly pid: number;
  readonly identity: string;
}): Promise<boolean> {
  return (await identityOf(server.pid)) === server.identity;
}

/** The pids of all processes whose command line holds each of `parts` as a whole argument. */
export async function findProcesses(parts: readonly string[]): Promise<number[]> {
  const holdsAll = (args: string) => parts.every((part) => `\0${args}\0`.includes(`\0${part}\0`));
  if (onLinux) {
    const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
    const lines = await Promise.all(pids.map((pid) => read(`/proc/${pid}/cmdline`)));
    return pids.filter((_, i) => holdsAll(lines[i]!.replace(/\0$/, '')));
  }
  const lines = (await ps(['-axo', 'pid=,args='])).split('\n');
  return lines.flatMap((line) => {
    const match = /^\s*(\d+)\s+(.*)$/.exec(line);
    // The arguments come joined by blanks, so a path with blanks is looked for as it is.
    return match && parts.every((part) => ` ${match[2]} `.includes(` ${part} `)) ? [Number(match[1])] : [];
  });
}

/**
 * Ends a process: each signal in turn, `graceMs` apart, until it is gone. Throws StackError `not-ours-to-stop` if
 * the system does not let us, or if it outlives them all.
 */
export async function endProcess(
  pid: number,
  signals: readonly NodeJS.Signals[],
  graceMs: number,
): Promise<void> {
  const identity = await identityOf(pid);
  if (identity === undefined) return;
  for (const signal of signals) {
    try {
      process.kill(pid, signal);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPERM') {
        throw new StackError(
          'not-ours-to-stop',
          `The server with pid ${pid} belongs to another user, who has to stop it.`,
        );
      }
      if (code !== 'ESRCH') throw error;
    }
    if (await until(async () => (await identityOf(pid)) !== identity, graceMs)) return;
  }
  throw new StackError(
    'not-ours-to-stop',
    `The server with pid ${pid} does not end; it was sent ${signals.join(', ')}.`,
  );
}

/** Asks `condition` until it holds (true) or `timeoutMs` have passed (false). */
export async function until(condition: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  for (let pause = 5; ; pause = Math.min(pause * 1.5, 200)) {
    if (await condition()) return true;
    if (performance.now() >= deadline) return false;
    await delay(pause);
  }
}

async function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

async function ps(args: readonly string[]): Promise<string> {
  const result = await run('ps', [...args], { env: { ...process.env, LC_ALL: 'C', TZ: 'UTC' } }).catch(
    () => undefined,
  );
  return result?.stdout ?? '';
}
