import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import type { Failure } from '../interpreter/host.ts';
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
