import { randomUUID } from 'node:crypto';
import {
  ApplicationFailure,
  CancelledFailure,
  type Client,
  TerminatedFailure,
  TimeoutFailure,
  WorkflowFailedError,
  type WorkflowHandleWithFirstExecutionRunId,
} from '@temporalio/client';
import type { Progress } from '../interpreter/progress.ts';
import type { Json, JsonObject } from '../plan/plan.ts';
import { PROGRESS_QUERY } from '../plan/worker-contract.ts';

export type Run = WorkflowHandleWithFirstExecutionRunId;

export interface StartOptions {
  /** The definition, `payments/batch-payout`: the workflow type. */
  readonly name: string;
  readonly input: JsonObject;
  readonly taskQueue: string;
  /** Default: the name and a random part. */
  readonly workflowId?: string;
}

/** How a run ended. */
export type RunOutcome =
  | { readonly status: 'completed'; readonly output: Json }
  | { readonly status: 'failed'; readonly failure: RunFailure }
  | { readonly status: 'cancelled' | 'terminated' | 'timed_out' };

export interface RunFailure {
  readonly type: string;
  readonly message: string;
  /** The step's place in the graph and its line in the YAML, the activity and its last attempt, where known. */
  readonly step?: string;
  readonly line?: number;
  readonly activity?: string;
  readonly attempt?: number;
  readonly details?: Json;
}

/** Starts a run; it goes on without us from here. */
export async function startRun(
  client: Client,
  { name, input, taskQueue, workflowId }: StartOptions,
): Promise<Run> {
  return client.workflow.start(name, {
    args: [input],
    taskQueue,
    workflowId: workflowId ?? `${name}-${randomUUID()}`,
  });
}

/** Waits for the end of a run, across continue-as-new. Throws what a lost connection throws. */
export async function outcomeOf(run: Pick<Run, 'result'>): Promise<RunOutcome> {
  try {
    return { status: 'completed', output: (await run.result()) as Json };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    if (cause instanceof CancelledFailure) return { status: 'cancelled' };
    if (cause instanceof TerminatedFailure) return { status: 'terminated' };
    if (cause instanceof TimeoutFailure) return { status: 'timed_out' };
    if (!(cause instanceof ApplicationFailure)) throw error;
    const more = (cause.details?.[0] ?? {}) as Omit<RunFailure, 'type' | 'message'>;
    return { status: 'failed', failure: { ...more, type: cause.type ?? 'Error', message: cause.message } };
  }
}

/** How far a run is; `undefined` if no worker answers in time, or it has not got its plan yet. */
export async function queryProgress(client: Client, run: Pick<Run, 'query'>): Promise<Progress | undefined> {
  try {
    const answer = await client.connection.withDeadline(Date.now() + 3000, () =>
      run.query<Progress | null>(PROGRESS_QUERY),
    );
    return answer ?? undefined;
  } catch {
    // Progress is a courtesy: the run and its result do not depend on it.
    return undefined;
  }
}

/** An activity that failed and is tried again, the calls that failed in one way taken together. */
export interface Retry {
  readonly activity: string;
  /** The highest attempt of them, the one that is under way or awaited. */
  readonly attempt: number;
  /** How many calls. */
  readonly pending: number;
  /** Of the last failure. */
  readonly message: string;
}

/** What a run tries again at the moment, the most tried first and ten at most; nothing if the server does not answer in time. */
export async function retriesOf(client: Client, run: Pick<Run, 'describe'>): Promise<Retry[]> {
  const found = new Map<string, Retry>();
  try {
    const { raw } = await client.connection.withDeadline(Date.now() + 3000, () => run.describe());
    for (const { activityType, attempt, lastFailure } of raw.pendingActivities ?? []) {
      if (!lastFailure) continue;
      const [activity, message] = [activityType?.name ?? '', lastFailure.message ?? ''];
      const key = `${activity} ${message}`;
      const before = found.get(key);
      const highest = Math.max(before?.attempt ?? 1, attempt ?? 1);
      found.set(key, { activity, attempt: highest, pending: (before?.pending ?? 0) + 1, message });
    }
  } catch {
    // A courtesy, as progress is.
  }
  return [...found.values()].sort((a, b) => b.attempt - a.attempt).slice(0, 10);
}

/** Who polled a task queue for workflows of late, `pid@host` each; the server forgets them only after minutes. */
export async function pollersOf(client: Client, taskQueue: string): Promise<string[]> {
  const WORKFLOW = 1;
  const { pollers } = await client.workflowService.describeTaskQueue({
    namespace: client.options.namespace,
    taskQueue: { name: taskQueue },
    taskQueueType: WORKFLOW,
  });
  return (pollers ?? []).map(({ identity }) => identity ?? '');
}
