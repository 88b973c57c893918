import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { inject } from 'vitest';

const BIN = join(import.meta.dirname, '..', '..', 'bin', 'estuary.js');
const READY = 'Serving task queue';
const START_TIMEOUT_MS = 60_000;

/** A worker in a process of its own. */
export interface WorkerProcess {
  /** Stops it in its tracks: it hears nothing and says nothing until it is killed. */
  freeze(): void;
  /** Ends it as a crash would, and waits until it is gone. */
  kill(): Promise<void>;
  /** Lets it finish what runs, and waits until it is gone. */
  stop(): Promise<void>;
  /** What it has written to stderr. */
  log(): string;
}

const running = new Set<ChildProcess>();
// Whatever becomes of the tests, no worker outlives them.
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/**
 * Starts `estuary worker start` in a project, on the tests' servers, and waits until it serves.
 * Throws, with what the worker said, if it does not.
 */
export async function startWorker(options: {
  /** The project's folder. */
  readonly root: string;
  readonly taskQueue: string;
  readonly databaseUrl: string;
  readonly domains?: readonly string[];
  /** Another build's `bin/estuary.js` than the repository's. */
  readonly bin?: string;
  /** More environment variables. */
  readonly env?: { readonly [name: string]: string };
  /** Another Temporal server than the tests'. */
  readonly temporal?: { readonly address: string; readonly namespace: string };
}): Promise<WorkerProcess> {
  const { root, taskQueue, databaseUrl, domains } = options;
  const { address, namespace } = options.temporal ?? inject('stack');
  const args = [options.bin ?? BIN, 'worker', 'start', '--task-queue', taskQueue];
  if (domains !== undefined) args.push('--domains', domains.join(','));
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      TZ: 'UTC',
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      DATABASE_URL: databaseUrl,
      ...options.env,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  running.add(child);
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
  void gone.then(() => running.delete(child));
  let log = '';
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await gone;
  };
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM');
    await gone;
  };
  const ready = new Promise<'ready'>((resolve) => {
    child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (log.includes(READY)) resolve('ready');
    });
  });
  const patience = timer(START_TIMEOUT_MS);
  const outcome = await Promise.race([ready, gone.then(() => 'gone'), patience.over.then(() => 'late')]);
  patience.clear();
  if (outcome === 'ready') return { freeze: () => void child.kill('SIGSTOP'), kill, stop, log: () => log };
  await kill();
  throw new Error(`the worker was ${outcome} before it served ${taskQueue}:\n${log}`);
}

function timer(milliseconds: number): { readonly over: Promise<void>; clear(): void } {
  let clear = () => {};
  const over = new Promise<void>((resolve) => {
    const id = setTimeout(resolve, milliseconds);
    clear = () => clearTimeout(id);
  });
  return { over, clear };
}
