import {
  ApplicationFailure,
  CancellationScope,
  proxyLocalActivities,
  type WorkflowInfo,
  workflowInfo,
} from '@temporalio/workflow';
import type { RunInfo } from '../interpreter/host.ts';
import { initialState } from '../interpreter/interpreter.ts';
import type { State } from '../interpreter/state.ts';
import { type Json, PLAN_FORMAT, type Plan } from '../plan/plan.ts';
import { RESOLVE, type Resolution, type ResolveRequest, type TaskQueues } from '../plan/worker-contract.ts';

/** What a run is, from the moment on that it knows. */
export interface Pinned {
  readonly plan: Plan;
  readonly state: State;
  readonly taskQueues: TaskQueues;
  /**
   * When the run was taken up: the clock of all that happens as soon as it is pinned. A task that carries a query
   * gives a local activity's answer at another time than its replay does.
   */
  readonly takenUpAt: number;
}

/**
 * Asks the worker, in one local activity, what this run is: its marker is the pin.
 * @throws ApplicationFailure if the run cannot start; anything else fails the workflow task, which is tried again
 */
export async function pin(input: Json | undefined): Promise<Pinned> {
  const info = workflowInfo();
  const takenUpAt = Date.now();
  refuseCron(info);
  const { [RESOLVE]: resolve } = proxyLocalActivities<{
    [RESOLVE](request: ResolveRequest): Promise<Resolution>;
  }>({
    startToCloseTimeout: '5s',
    retry: { maximumAttempts: 1 },
  });
  const request = { type: info.workflowType, ...(input !== undefined && { input }), runId: info.runId };
  // A run that was cancelled before anybody took it up still learns what it is, and then ends as cancelled.
  const resolution = await CancellationScope.nonCancellable(() => resolve!(request)).catch(
    (error: unknown) => {
      // An ActivityFailure would end the run; what went wrong here is the worker's, so the task fails and is retried.
      throw new Error(`${RESOLVE} failed: ${messageOf(error)}`);
    },
  );
  switch (resolution.outcome) {
    case 'resolved': {
      const { plan, taskQueues = {} } = resolution;
      refuseNewer(plan, resolution.engine);
      const state = initialState(runOf(info), resolution.input ?? input ?? {});
      return { plan, state, taskQueues, takenUpAt };
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

function runOf(info: WorkflowInfo): RunInfo {
  const scheduledAt = info.typedSearchAttributes.get({
    name: 'TemporalScheduledStartTime',
    type: 'DATETIME',
  });
  return {
    id: info.workflowId,
    type: info.workflowType,
    rootRunId: info.firstExecutionRunId,
    startedAt: info.startTime.getTime(),
    ...(scheduledAt !== undefined && { scheduledAt: scheduledAt.getTime() }),
  };
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

function messageOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
