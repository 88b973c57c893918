/**
 * A worker in a process of its own, for `estuary dev`: activities that were edited need a fresh load of their code.
 * The process that started it says over IPC what to serve and when to retire; see `dev-worker.ts`.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { loadProject } from '../project/project.ts';
import { toCommandFailure } from './command-failure.ts';
import type { FromDevWorker, ToDevWorker } from './dev-worker.ts';
import { type Serving, startServing } from './serving.ts';

// Ctrl-C goes to every process of the terminal; when this one ends is up to the one that started it.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.once('disconnect', () => process.exit(1));

let serving: Serving | undefined;

process.on('message', (message: ToDevWorker) => {
  const work = message.type === 'serve' ? start(message) : retire();
  work.catch((error: unknown) => {
    const failure = toCommandFailure(error);
    if (failure === undefined) throw error;
    const { code, message: text, exit, hint, detail } = failure;
    tell({ type: 'failed', code, message: text, exit, hint, detail });
    process.disconnect();
  });
});

async function start({ config, services, mustServe }: ToDevWorker & { type: 'serve' }): Promise<void> {
  serving = await startServing({
    config,
    services,
    project: loadProject(config.root),
    taskQueue: config.temporal.taskQueue,
    mustServe,
    notice: (line) => process.stderr.write(`${line}\n`),
  });
  serving.stopped.catch((error: unknown) => {
    throw error;
  });
  tell({ type: 'serving', summary: serving.summary, problems: serving.problems });
}

async function retire(): Promise<void> {
  if (serving === undefined) process.exit(0);
  tell({ type: 'retiring', running: serving.running() });
  const stopped = serving.stop();
  while (serving.takesRuns()) await sleep(10);
  tell({ type: 'takes-no-runs' });
  tell({ type: 'retired', abandoned: await stopped });
  process.exit(0);
}

function tell(message: FromDevWorker): void {
  process.send?.(message);
}
