/**
 * The one workflow: the default export of the bundle serves every workflow type, so a definition's name is the
 * type, and any client starts it with nothing but its input.
 */
import {
  ApplicationFailure,
  CancellationScope,
  proxyLocalActivities,
  setDefaultQueryHandler,
  type WorkflowInfo,
  workflowInfo,
} from '@temporalio/workflow';
import { initialState } from '../interpreter/interpreter.ts';
import { progressOf } from '../interpreter/progress.ts';
import type { State } from '../interpreter/state.ts';
import { type Json, PLAN_FORMAT, type Plan } from '../plan/plan.ts';
import {
  PROGRESS_QUERY,
  RESOLVE,
  type Resolution,
  type ResolveRequest,
  type TaskQueues,
} from '../plan/worker-contract.ts';
import { host } from './host.ts';
import { logBegan } from './log-run.ts';

interface Pinned {
  readonly plan: Plan;
  readonly state: State;
  readonly taskQueues: TaskQueues;
}

/** Runs the definition that bears the workflow's type. `input` is checked against the definition's schema. */
export default async function definition(input?: Json): Promise<Json> {
  let pinned: Pinned | undefined;
  // Before the first await: a query may come with the first activation.
  setDefaultQueryHandler((query) => answer(query, pinned));
  // A run that was cancelled before anybody took it up still learns what it is, and then ends as cancelled.
  pinned = await CancellationScope.nonCancellable(() => pin(input));
  logBegan();
  return host(pinned.plan, pinned.state, pinned.taskQueues);
}

async function pin(input: Json | undefined): Promise<Pinned> {
  const info = workflowInfo();
  refuseCron(info);
  const { [RESOLVE]: resolve } = proxyLocalActivities<{
    [RESOLVE](request: ResolveRequest): Promise<Resolution>;
  }>({
    startToCloseTimeout: '5s',
    retry: { maximumAttempts: 1 },
  });
  const resolution = await resolve!({
    type: info.workflowType,
    ...(input !== undefined && { input }),
    runId: info.runId,
  }).catch((error: unknown) => {
    // An ActivityFailure would end the run; what went wrong here is the worker's, so the task fails and is retried.
    throw new Error(`${RESOLVE} failed: ${messageOf(error)}`);
  });
  switch (resolution.outcome) {
    case 'resolved': {
      refuseNewer(resolution.plan, resolution.engine);
      const run = {
        id: info.workflowId,
        type: info.workflowType,
        rootRunId: info.firstExecutionRunId,
        startedAt: info.startTime.getTime(),
      };
      const state = initialState(run, resolution.input ?? input ?? {});
      return { plan: resolution.plan, state, taskQueues: resolution.taskQueues ?? {} };
    }
    case 'refused':
      throw ApplicationFailure.create({
        type: resolution.type,
        message: resolution.message,
        details: [resolution.details],
        nonRetryable: true,
      });
    case 'unknown':
      // Not a failure of the run: the task fails, nothing of it is recorded, and the server tries again.
      throw new Error(resolution.message);
  }
}

/**
 * A run that a newer engine has pinned waits for one: the task fails and is tried again, so that a roll-back, or a
 * deploy half done, costs time and nothing else. What an older engine has pinned, every later one runs.
 */
function refuseNewer({ name, format }: Plan, engine: string): void {
  if (format <= PLAN_FORMAT) return;
  throw new Error(
    `the run is pinned to a plan of '${name}' in format ${format}, by engine ${engine}; this worker's engine knows formats up to ${PLAN_FORMAT}: serve it by a worker as new as that`,
  );
}

/** The runs of a cron share their first run's id, and with it every idempotency key: the second would pay nobody. */
function refuseCron({ cronSchedule, workflowType }: WorkflowInfo): void {
  if (cronSchedule === undefined) return;
  throw ApplicationFailure.create({
    type: 'CronNotSupported',
    message: `${workflowType} was started with the cron schedule '${cronSchedule}'; use a Temporal Schedule instead`,
    nonRetryable: true,
  });
}

function answer(query: string, pinned: Pinned | undefined): unknown {
  if (query !== PROGRESS_QUERY)
    throw new Error(`unknown query '${query}'; this workflow answers ${PROGRESS_QUERY}`);
  return pinned === undefined ? null : progressOf(pinned.plan, pinned.state);
}

function messageOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
