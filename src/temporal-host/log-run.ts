/**
 * What the worker's log says of a run, see `src/worker/log.ts`. Nothing here is a command: a log line goes out by a
 * sink, which a replay leaves alone.
 */
import { ApplicationFailure, isCancellation, log, workflowInfo } from '@temporalio/workflow';

/** A run has got its plan. */
export function logBegan(): void {
  log.info('run began', { event: 'run_began' });
}

/** Says how a run ends, when it does. */
export function logEnd(run: Promise<unknown>): void {
  run.then(
    () => log.info('run completed', { event: 'run_completed', durationMs: runsFor() }),
    (error: unknown) => logFailure(error),
  );
}

function logFailure(error: unknown): void {
  if (isCancellation(error)) {
    log.info('run cancelled', { event: 'run_cancelled', durationMs: runsFor() });
  } else if (error instanceof ApplicationFailure) {
    // The message may quote the input, and is in the history.
    log.warn('run failed', {
      event: 'run_failed',
      durationMs: runsFor(),
      errorType: error.type,
      ...whereItFailed(error),
    });
  } else {
    // The run goes on: the task is tried again, by this worker or a better one.
    log.warn('workflow task failed', {
      event: 'task_failed',
      error: error instanceof Error ? error.message : String(error),
    });
  }
}

function whereItFailed({ details }: ApplicationFailure): object {
  const { step, line, activity, attempt } = (details?.[0] ?? {}) as Readonly<Record<string, unknown>>;
  return {
    ...(step !== undefined && { step }),
    ...(line !== undefined && { line }),
    ...(activity !== undefined && { activityType: activity }),
    ...(attempt !== undefined && { attempt }),
  };
}

function runsFor(): number {
  return Date.now() - workflowInfo().startTime.getTime();
}
