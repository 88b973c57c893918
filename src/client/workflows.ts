/**
 * Starting workflows from code, typed by `generated/workflows.ts`: a wrong name or input does not compile.
 *
 * ```ts
 * const { startWorkflow } = workflowClient<Workflows>(client);
 * const output = await startWorkflow('payments/batch-payout', { min_amount: 10 }, { wait: true });
 * ```
 */
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { Progress } from '../interpreter/progress.ts';
import type { Json, JsonObject } from '../plan/plan.ts';
import { outcomeOf, queryProgress, type RunFailure, startRun } from './runs.ts';

/** What codegen writes of each workflow; `signals` has the payloads by name, where a definition takes any. */
export type WorkflowTypes<Workflows> = {
  readonly [Name in keyof Workflows]: {
    readonly input: object;
    readonly output: unknown;
    readonly signals?: object;
  };
};

/** The signals that a workflow takes, payloads by name: none where nothing is said of them. */
export type SignalsOf<Workflow> = Workflow extends { readonly signals: infer Signals extends object }
  ? Signals
  : Record<never, never>;

export interface StartWorkflowOptions {
  /** The workflow id; default: the name and a random part. */
  readonly id?: string;
  /** Default: that of the client. */
  readonly taskQueue?: string;
  /** Wait for the result; without it, start and return a handle. */
  readonly wait?: boolean;
}

/** A run of a workflow with this output, which takes these signals. */
export interface WorkflowRun<Output, Signals extends object = Record<never, never>> {
  readonly workflowId: string;
  /** Absent where the handle was made from an id alone: then it is the latest run of that id. */
  readonly runId?: string;
  /**
   * Waits for the end.
   * @throws WorkflowFailed, WorkflowCancelled, WorkflowTerminated, WorkflowTimedOut
   */
  result(): Promise<Output>;
  /**
   * Sends a signal, and does not wait until it is taken.
   * @throws WorkflowNotFoundError if the run has ended
   */
  signal<Name extends keyof Signals & string>(name: Name, payload: Signals[Name]): Promise<void>;
  /** Asks the run to cancel, and does not wait until it has; does nothing to one that has ended. */
  cancel(): Promise<void>;
  /** How far the run is; `undefined` if no worker answers within three seconds, or it has not begun. */
  state(): Promise<Progress | undefined>;
}

export interface WorkflowClient<Workflows extends WorkflowTypes<Workflows>> {
  /**
   * Starts a workflow and waits for its output.
   * @throws what `result` throws; WorkflowExecutionAlreadyStartedError if a run with this id is under way
   */
  startWorkflow<Name extends keyof Workflows & string>(
    name: Name,
    input: Workflows[Name]['input'],
    options: StartWorkflowOptions & { readonly wait: true },
  ): Promise<Workflows[Name]['output']>;
  /**
   * Starts a workflow.
   * @throws WorkflowExecutionAlreadyStartedError if a run with this id is under way
   */
  startWorkflow<Name extends keyof Workflows & string>(
    name: Name,
    input: Workflows[Name]['input'],
    options?: StartWorkflowOptions & { readonly wait?: false },
  ): Promise<WorkflowRun<Workflows[Name]['output'], SignalsOf<Workflows[Name]>>>;
  /** A handle on what was started before, by its id; `name` only says what its output is. */
  getWorkflow<Name extends keyof Workflows & string>(
    name: Name,
    workflowId: string,
    runId?: string,
  ): WorkflowRun<Workflows[Name]['output'], SignalsOf<Workflows[Name]>>;
}

/** The run failed; `type` and `message` are the error's, as the definition or the activity named it. */
export class WorkflowFailed extends Error {
  override readonly name = 'WorkflowFailed';
  readonly workflowId: string;
  readonly type: string;
  /** The step's place in the graph, its line in the YAML, the activity and its last attempt, where known. */
  readonly step: string | undefined;
  readonly line: number | undefined;
  readonly activity: string | undefined;
  readonly attempt: number | undefined;
  readonly details: Json | undefined;

  constructor(workflowId: string, failure: RunFailure) {
    super(failure.message);
    this.workflowId = workflowId;
    this.type = failure.type;
    this.step = failure.step;
    this.line = failure.line;
    this.activity = failure.activity;
    this.attempt = failure.attempt;
    this.details = failure.details;
  }
}

/** The run was ended from outside, or by its own timeout, before it was done. */
abstract class WorkflowEnded extends Error {
  readonly workflowId: string;

  constructor(workflowId: string, how: string) {
    super(`the run '${workflowId}' ${how}`);
    this.workflowId = workflowId;
  }
}

export class WorkflowCancelled extends WorkflowEnded {
  override readonly name = 'WorkflowCancelled';
}

export class WorkflowTerminated extends WorkflowEnded {
  override readonly name = 'WorkflowTerminated';
}

export class WorkflowTimedOut extends WorkflowEnded {
  override readonly name = 'WorkflowTimedOut';
}

/** Where runs go unless a start says otherwise. */
export interface WorkflowClientOptions {
  /** Default: `default`. */
  readonly taskQueue?: string;
  /** Task queues by domain, the part of a workflow's name before the slash; these go first. */
  readonly taskQueues?: { readonly [domain: string]: string };
}

/**
 * Starts and finds the workflows of a project.
 * @param client of Temporal, from `connect` or made by hand
 */
export function workflowClient<Workflows extends WorkflowTypes<Workflows>>(
  client: Client,
  { taskQueue = 'default', taskQueues = {} }: WorkflowClientOptions = {},
): WorkflowClient<Workflows> {
  async function startWorkflow(name: string, input: object, options: StartWorkflowOptions = {}) {
    const { id, wait } = options;
    const run = await startRun(client, {
      name,
      input: input as JsonObject,
      taskQueue: options.taskQueue ?? taskQueues[name.slice(0, name.indexOf('/'))] ?? taskQueue,
      ...(id !== undefined && { workflowId: id }),
    });
    const started = runOf(client, run, run.firstExecutionRunId);
    return wait ? started.result() : started;
  }
  return {
    // Its overloads tie the result to the options, which an implementation cannot.
    startWorkflow: startWorkflow as WorkflowClient<Workflows>['startWorkflow'],
    getWorkflow: (_name, workflowId, runId) =>
      runOf(client, client.workflow.getHandle(workflowId, runId), runId),
  };
}

function runOf<Output, Signals extends object>(
  client: Client,
  handle: WorkflowHandle,
  runId: string | undefined,
): WorkflowRun<Output, Signals> {
  const { workflowId } = handle;
  return {
    workflowId,
    ...(runId !== undefined && { runId }),
    async result() {
      const outcome = await outcomeOf(handle);
      switch (outcome.status) {
        case 'completed':
          return outcome.output as Output;
        case 'failed':
          throw new WorkflowFailed(workflowId, outcome.failure);
        case 'cancelled':
          throw new WorkflowCancelled(workflowId, 'was cancelled');
        case 'terminated':
          throw new WorkflowTerminated(workflowId, 'was terminated');
        case 'timed_out':
          throw new WorkflowTimedOut(workflowId, 'ran into its timeout');
      }
    },
    signal: (name, payload) => handle.signal(name, payload),
    async cancel() {
      await handle.cancel();
    },
    state: () => queryProgress<Progress>(client, handle),
  };
}
