/**
 * A lock between processes, held by files `lock.<n>` in a folder. The file with the highest number is the lock: it
 * holds its owner's pid and identity, and is empty once released. Who wants the lock while its owner is gone
 * creates the next number, which only one can; so a lock whose owner was killed is taken over without ever removing
 * a file that somebody else may just have created.
 */
import { link, mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StackError } from './errors.ts';
import { identityOf, isRunning, until } from './processes.ts';

interface Owner {
  readonly pid: number;
  readonly identity: string;
}

let attempts = 0;

/**
 * Runs `work` while holding the lock of `directory`. Calls `onWait` once with the owner's pid if somebody else has
 * it. Throws StackError `locked` after `timeoutMs` of waiting.
 */
export async function withLock<T>(
  directory: string,
  options: { readonly timeoutMs: number; readonly onWait?: (pid: number) => void },
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(directory, { recursive: true });
  const mine = `${JSON.stringify({ pid: process.pid, identity: await identityOf(process.pid) })}\n`;
  let held: string | undefined;
  let waitingFor = 0;
  const free = await until(async () => {
    const result = await tryToTake(directory, mine);
    if (typeof result === 'string') held = result;
    else if (waitingFor !== result.pid) {
      waitingFor = result.pid;
      options.onWait?.(result.pid);
    }
    return held !== undefined;
  }, options.timeoutMs);
  if (!free || held === undefined) {
    throw new StackError(
      'locked',
      `Another process (pid ${waitingFor}) is starting or stopping the stack in '${directory}', for more than ` +
        `${Math.round(options.timeoutMs / 1000)} s now. Wait for it, or end it and try again.`,
    );
  }
  try {
    return await work();
  } finally {
    // The folder may have been removed meanwhile; then there is nothing left to release.
    await truncate(held).catch(() => undefined);
  }
}

/** The path of the lock file that is ours now, or the owner that has it. */
async function tryToTake(directory: string, mine: string): Promise<string | Owner> {
  const numbers = await lockNumbers(directory);
  const highest = numbers.at(-1) ?? 0;
  const owner = await readOwner(join(directory, `lock.${highest}`));
  if (owner && (await isRunning(owner))) return owner;

  attempts += 1;
  const draft = join(directory, `lock-draft.${process.pid}.${attempts}`);
  const path = join(directory, `lock.${highest + 1}`);
  await writeFile(draft, mine, { mode: 0o600 });
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return (await readOwner(path)) ?? { pid: 0, identity: '' };
  } finally {
    await rm(draft, { force: true });
  }
  // Since we looked, others may have taken and released higher numbers and removed the one that we just created.
  const now = await lockNumbers(directory);
  if (now.at(-1) !== highest + 1) {
    await rm(path, { force: true });
    return { pid: 0, identity: '' };
  }
  await Promise.all(numbers.map((number) => rm(join(directory, `lock.${number}`), { force: true })));
  return path;
}

async function lockNumbers(directory: string): Promise<number[]> {
  const names = await readdir(directory);
  return names
    .flatMap((name) => (/^lock\.\d+$/.test(name) ? [Number(name.slice(5))] : []))
    .sort((a, b) => a - b);
}

/** Undefined where the lock is released, or damaged by a machine that went down. */
async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}
