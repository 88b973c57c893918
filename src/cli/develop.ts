/** `estuary dev`: serves until it is told to stop, and again whenever the project's files have changed. */
import { CommandFailure, EXIT } from './command-failure.ts';
import { type DevWorker, startDevWorker } from './dev-worker.ts';
import { type ReloadOptions, serveFirst, serveNext } from './reload.ts';
import { describeAbandoned, describeDraining } from './serving-report.ts';
import { stopSignals } from './stop-signals.ts';

/**
 * Serves until SIGINT or SIGTERM, and reloads when files change. The first signal drains the workers, the second ends
 * the process at once.
 * @throws CommandFailure what the first worker fails with; `worker-ended` if one ends by itself
 */
export async function develop(options: Omit<ReloadOptions, 'start' | 'signal'>): Promise<void> {
  const { config, services, notice } = options;
  const workers = new Set<DevWorker>();
  const ending = new AbortController();
  const start = (mustServe: readonly string[]): DevWorker => {
    ending.signal.throwIfAborted();
    const worker = startDevWorker(config, services, mustServe);
    workers.add(worker);
    void worker.gone.then(() => workers.delete(worker));
    return worker;
  };
  const [first, second] = stopSignals();
  void second.then(() => {
    for (const worker of workers) worker.kill();
    process.exit(EXIT.interrupted);
  });
  try {
    await Promise.race([first, serveForever({ ...options, start, signal: ending.signal })]);
    ending.abort();
    const signal = await first;
    await Promise.all([...workers].map((worker) => drain(worker, signal, notice)));
  } finally {
    ending.abort();
    for (const worker of workers) worker.kill();
  }
}

async function serveForever(options: ReloadOptions): Promise<never> {
  let served = await serveFirst(options);
  for (;;) served = await Promise.race([serveNext(options, served), served.worker.fell]);
}

async function drain(worker: DevWorker, signal: string, notice: (line: string) => void): Promise<void> {
  const { running, abandoned } = worker.retire();
  try {
    notice(describeDraining(signal, await running));
    const warning = describeAbandoned(await abandoned);
    if (warning !== undefined) notice(warning);
  } catch (error) {
    // One that was still about to begin has nothing to finish.
    if (!(error instanceof CommandFailure)) throw error;
  }
}
