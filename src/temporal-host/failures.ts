import { ActivityFailure, ApplicationFailure, TerminatedFailure, TimeoutFailure } from '@temporalio/workflow';
import type { Failure } from '../interpreter/host.ts';
import type { Json } from '../plan/plan.ts';
import type { FailureDetails } from '../plan/worker-contract.ts';

/** What an activity's error is in the language's terms: its declared type, `Timeout`, or the name of what was thrown. */
export function toFailure(error: unknown, activity: string): Failure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) {
    const bound = String(cause.timeoutType).toLowerCase().replaceAll('_', '-');
    return { type: 'Timeout', message: `${activity} ran into its ${bound} timeout`, activity };
  }
  if (cause instanceof ApplicationFailure) {
    const more = cause.details?.[0] as FailureDetails | undefined;
    return {
      type: cause.type ?? 'Error',
      message: cause.message,
      activity,
      ...(more?.details !== undefined && { details: more.details }),
      ...(more?.attempt !== undefined && { attempt: more.attempt }),
    };
  }
  return { type: 'Error', message: cause instanceof Error ? cause.message : String(cause), activity };
}

/** What another run has ended with, in the language's terms: `error` is what Temporal gives as the cause of its failure. */
export function failureOfRun(error: unknown, workflow: string): Failure {
  if (error instanceof ApplicationFailure) {
    const details = detailsOfRun(error.details?.[0] as Json | undefined);
    return {
      type: error.type ?? 'Error',
      message: error.message,
      ...(details !== undefined && { details }),
    };
  }
  if (error instanceof TimeoutFailure)
    return { type: 'Timeout', message: `${workflow} ran into its timeout` };
  if (error instanceof TerminatedFailure) return { type: 'Cancelled', message: `${workflow} was terminated` };
  return { type: 'Error', message: error instanceof Error ? error.message : String(error) };
}

/** How a run ends with a failure: what `failureOfRun` reads in whoever has started it. */
export function toApplicationFailure(failure: Failure): ApplicationFailure {
  const { type, message, ...rest } = failure;
  return ApplicationFailure.create({ type, message, details: [rest], nonRetryable: true });
}

const OF_A_FAILURE = new Set(['details', 'step', 'line', 'activity', 'attempt', 'suppressed']);

/** A run of ours wraps its details in where it failed; any other workflow's stand for themselves. */
function detailsOfRun(carried: Json | undefined): Json | undefined {
  const ours =
    typeof carried === 'object' &&
    carried !== null &&
    !Array.isArray(carried) &&
    Object.keys(carried).every((key) => OF_A_FAILURE.has(key));
  return ours ? carried.details : carried;
}
