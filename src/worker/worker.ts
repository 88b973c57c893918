import { existsSync } from 'node:fs';
import { type NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import type { Knex } from 'knex';
import type { Json } from '../plan/plan.ts';
import { JOIN_CHILD, RESOLVE, type ResolveRequest, type TaskQueues } from '../plan/worker-contract.ts';
import type { Project } from '../project/project.ts';
import { activityFunction, unservedActivity } from './activity-function.ts';
import type { InFlight } from './in-flight.ts';
import { joinChild } from './join-child.ts';
import type { ServedActivity } from './load-activities.ts';
import { logCaller } from './log-activity.ts';
import { resolveDefinition } from './resolve-definition.ts';

export interface WorkerSetup {
  readonly connection: NativeConnection;
  readonly namespace: string;
  readonly taskQueue: string;
  readonly project: Project;
  readonly activities: readonly ServedActivity[];
  readonly database: Knex;
  /** Task queues by domain, where configured. */
  readonly taskQueues: TaskQueues;
  /** The version of the engine, recorded with the pin. */
  readonly engine: string;
  /** The file with the prebuilt bundle of the generic workflow. */
  readonly bundle: string;
  /** Default: 100 activities, the rest as the SDK has it. */
  readonly limits?: WorkerLimits;
  /** Told of the activities that run. */
  readonly inFlight?: InFlight;
}

/** What a worker takes on at a time, in Temporal's words. */
export interface WorkerLimits {
  readonly maxConcurrentActivities: number;
  readonly maxConcurrentWorkflowTasks: number;
  /** undefined: as many as the memory that Node may use suggests. */
  readonly maxCachedWorkflows: number | undefined;
}

/** How long a drained worker lets its activities finish before it cancels them; a bit later it leaves them. */
export const GRACE_SECONDS = 20;

/**
 * Makes a worker that interprets every definition and serves the given activities. `run()` it; `shutdown()`
 * drains it.
 * @throws Error if the bundle is not there
 */
export async function createWorker(setup: WorkerSetup): Promise<Worker> {
  if (!existsSync(setup.bundle)) throw new Error(`${setup.bundle} is missing; run \`npm run build\``);
  const { limits } = setup;
  const options: WorkerOptions = {
    connection: setup.connection,
    namespace: setup.namespace,
    taskQueue: setup.taskQueue,
    workflowBundle: { codePath: setup.bundle },
    activities: activitiesOf(setup),
    interceptors: { activity: [logCaller, ...(setup.inFlight ? [setup.inFlight.interceptor] : [])] },
    maxConcurrentActivityTaskExecutions: limits?.maxConcurrentActivities ?? 100,
    ...(limits !== undefined && {
      maxConcurrentWorkflowTaskExecutions: limits.maxConcurrentWorkflowTasks,
      ...(limits.maxCachedWorkflows !== undefined && { maxCachedWorkflows: limits.maxCachedWorkflows }),
    }),
    // A cancelled activity learns of it with a heartbeat, and the SDK holds them back for 30 s where none is demanded.
    defaultHeartbeatThrottleInterval: '1s',
    // What takes longer is retried elsewhere.
    shutdownGraceTime: GRACE_SECONDS * 1000,
    shutdownForceTime: (GRACE_SECONDS + 5) * 1000,
  };
  return Worker.create(options);
}

function activitiesOf(setup: WorkerSetup): Record<string, (...args: never[]) => Promise<unknown>> {
  const served = setup.activities.map(
    ({ signature, implementation }) =>
      [signature.name, activityFunction(signature, implementation, setup.database)] as const,
  );
  const { engine, taskQueues, project } = setup;
  const waitedFor = waitingClock();
  return {
    ...Object.fromEntries(served),
    [RESOLVE]: async (request: ResolveRequest): Promise<Json> =>
      resolveDefinition(project, request, {
        engine,
        taskQueues,
        waitedMs: waitedFor(request.runId),
      }) as unknown as Json,
    [JOIN_CHILD]: joinChild,
    // Temporal's name for what is called when no activity of that name is registered.
    default: unservedActivity(served.map(([name]) => name)),
  };
}

/** Runs that wait are asked for again within minutes; of those that do not, enough is remembered. */
const REMEMBERED_RUNS = 10_000;

/** Tells for how long a run has been asked for, from the first time on. */
function waitingClock(): (runId: string) => number {
  const firstAsked = new Map<string, number>();
  return (runId) => {
    const now = Date.now();
    const first = firstAsked.get(runId) ?? now;
    firstAsked.set(runId, first);
    if (firstAsked.size > REMEMBERED_RUNS) firstAsked.delete(firstAsked.keys().next().value!);
    return now - first;
  };
}
