import { CompleteAsyncError, Context } from '@temporalio/activity';
import { ActivityCancelledError, type Client, WorkflowFailedError } from '@temporalio/client';
import {
  ApplicationFailure,
  CancelledFailure,
  TerminatedFailure,
  TimeoutFailure,
  WorkflowNotFoundError,
} from '@temporalio/common';
import type { Json } from '../plan/plan.ts';
import type { JoinedRun, JoinRequest } from '../plan/worker-contract.ts';

/** Well within the heartbeat timeout that the call comes with; also how late a cancellation is noticed. */
const HEARTBEAT_MS = 5_000;

/**
 * The activity `estuary.join_child`: waits for a run that somebody else has started, and ends as it does.
 *
 * It holds no slot of the worker while it waits: runs that wait for others could else take all slots, and those
 * others would never get one for their activities.
 *
 * Failures: the run's own; `WorkflowAlreadyStarted` if the run is of another type; `WorkflowNotFound`.
 */
export async function joinChild(request: JoinRequest): Promise<JoinedRun> {
  const { client, info } = Context.current();
  const { type, runId } = await describe(client, request.workflowId);
  if (type !== request.workflow) {
    const message = `the id '${request.workflowId}' is taken by a run of ${type}, which is no ${request.workflow}`;
    throw ApplicationFailure.nonRetryable(message, 'WorkflowAlreadyStarted');
  }
  if (request.detach) return { runId };
  void waitFor(client, info.taskToken, request, runId);
  throw new CompleteAsyncError();
}

async function describe(client: Client, workflowId: string): Promise<{ type: string; runId: string }> {
  try {
    return await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw ApplicationFailure.nonRetryable(`there is no run of the id '${workflowId}'`, 'WorkflowNotFound');
  }
}

/** Never rejects: what cannot be told to the server, it notices by the missing heartbeat, and asks another worker. */
async function waitFor(
  client: Client,
  token: Uint8Array,
  { workflow, workflowId }: JoinRequest,
  runId: string,
): Promise<void> {
  const over = new AbortController();
  const beating = setInterval(() => void beat(client, token, over), HEARTBEAT_MS);
  try {
    const output: Json | undefined = await client.withAbortSignal(over.signal, () =>
      client.workflow.result(workflowId),
    );
    await client.activity.complete(token, { runId, output: output ?? {} } satisfies JoinedRun);
  } catch (error) {
    if (!over.signal.aborted) await client.activity.fail(token, failureOf(error, workflow)).catch(() => {});
  } finally {
    clearInterval(beating);
  }
}

async function beat(client: Client, token: Uint8Array, over: AbortController): Promise<void> {
  try {
    await client.activity.heartbeat(token);
  } catch (error) {
    // Nobody waits any more, or the server cannot be reached, which the next beat will tell.
    if (error instanceof ActivityCancelledError)
      await client.activity.reportCancellation(token).catch(() => {});
    else if (!(error instanceof Error) || error.name !== 'ActivityNotFoundError') return;
    over.abort();
  }
}

function failureOf(error: unknown, workflow: string): unknown {
  if (!(error instanceof WorkflowFailedError)) return error;
  const { cause } = error;
  if (cause instanceof ApplicationFailure) {
    const { type, message, details } = cause;
    return ApplicationFailure.create({
      message,
      nonRetryable: true,
      ...(type != null && { type }),
      ...(details != null && { details }),
    });
  }
  if (cause instanceof CancelledFailure) return ended(`${workflow} was cancelled`, 'Cancelled');
  if (cause instanceof TerminatedFailure) return ended(`${workflow} was terminated`, 'Cancelled');
  if (cause instanceof TimeoutFailure) return ended(`${workflow} ran into its timeout`, 'Timeout');
  return ended(cause?.message ?? error.message, 'Error');
}

function ended(message: string, type: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, type);
}
