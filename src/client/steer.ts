/** Runs that are there already: finding them, and what is sent to them and asked of them. */
import {
  ApplicationFailure,
  type Client,
  QueryNotRegisteredError,
  ServiceError,
  type WorkflowHandle,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import type { Json } from '../plan/plan.ts';

/** A run as the server knows it: the latest of its workflow id. */
export interface FoundRun {
  readonly workflowId: string;
  readonly runId: string;
  /** The definition, for runs of ours. */
  readonly type: string;
  readonly taskQueue: string;
  /** `running`, or how it has ended: `completed`, `failed`, `cancelled`, `terminated`, `timed_out`. */
  readonly status: string;
  readonly startedAt: Date;
  readonly finishedAt?: Date;
  readonly handle: WorkflowHandle;
}

/** How long a worker may take to answer. */
const ANSWER_MS = 5000;

/** @returns `undefined` if no run has this id */
export async function findRun(client: Client, workflowId: string): Promise<FoundRun | undefined> {
  try {
    const handle = client.workflow.getHandle(workflowId);
    const { runId, type, taskQueue, status, startTime, closeTime } = await handle.describe();
    return {
      workflowId,
      runId,
      type,
      taskQueue,
      status: status.name.toLowerCase(),
      startedAt: startTime,
      ...(closeTime !== undefined && { finishedAt: closeTime }),
      handle,
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** The ids of the runs that were started last, the newest first, as far as the server lists them. */
export async function recentRunIds(client: Client, maximum: number): Promise<string[]> {
  const ids = new Set<string>();
  for await (const { workflowId } of client.workflow.list({ pageSize: maximum })) {
    ids.add(workflowId);
    if (ids.size >= maximum) break;
  }
  return [...ids];
}

export type UpdateAnswer =
  | { readonly outcome: 'taken'; readonly receivedAt: string }
  | { readonly outcome: 'refused'; readonly reason: string }
  /** No worker has answered in time; one may still take it. */
  | { readonly outcome: 'unanswered' };

/** Sends an update. Throws WorkflowNotFoundError if the run has ended. */
export async function sendUpdate(
  client: Client,
  { handle }: Pick<FoundRun, 'handle'>,
  name: string,
  payload: Json,
): Promise<UpdateAnswer> {
  try {
    const receipt = await client.connection.withDeadline(Date.now() + ANSWER_MS, () =>
      handle.executeUpdate<{ received_at: string }, [Json]>(name, { args: [payload] }),
    );
    return { outcome: 'taken', receivedAt: receipt.received_at };
  } catch (error) {
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) return { outcome: 'unanswered' };
    if (!(error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure))
      throw error;
    return { outcome: 'refused', reason: error.cause.message };
  }
}

export type QueryAnswer =
  | { readonly outcome: 'answered'; readonly value: Json }
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'unanswered' };

/** Asks a run, also one that has ended. */
export async function askRun(
  client: Client,
  { handle }: Pick<FoundRun, 'handle'>,
  name: string,
): Promise<QueryAnswer> {
  try {
    const value = await client.connection.withDeadline(Date.now() + ANSWER_MS, () =>
      handle.query<Json>(name),
    );
    return { outcome: 'answered', value };
  } catch (error) {
    // The server's one code for all that a worker answers with an error.
    if (error instanceof QueryNotRegisteredError) return { outcome: 'refused', reason: error.message };
    if (error instanceof ServiceError && NO_WORKER.has((error.cause as { code?: number }).code ?? 0))
      return { outcome: 'unanswered' };
    throw error;
  }
}

/** gRPC's CANCELLED and DEADLINE_EXCEEDED, for our deadline, and FAILED_PRECONDITION for a queue that nobody polls. */
const NO_WORKER: ReadonlySet<number> = new Set([1, 4, 9]);
