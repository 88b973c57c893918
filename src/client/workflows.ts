/**
 * Starting workflows from code, typed by `generated/workflows.ts`: a wrong name or input does not compile.
 *
 * ```ts
 * const { startWorkflow } = workflowClient<Workflows>(client);
 * const output = await startWorkflow('payments/batch-payout', { min_amount: 10 }, { wait: true });
 * ```
 */
import {
  ApplicationFailure,
  type Client,
  type WorkflowHandle,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import type { Progress } from '../interpreter/progress.ts';
import type { JsonObject } from '../plan/plan.ts';
import type { BusinessId } from './business-id.ts';
import { outcomeOf, queryProgress, startRun } from './runs.ts';
import { startByKey } from './start-by-key.ts';
import {
  InvalidInput,
  UpdateRefused,
  WorkflowCancelled,
  WorkflowFailed,
  WorkflowIdMismatch,
  WorkflowTerminated,
  WorkflowTimedOut,
} from './workflow-errors.ts';

/** What codegen writes of each workflow: payloads and answers by name, where a definition has any. */
export type WorkflowTypes<Workflows> = {
  readonly [Name in keyof Workflows]: {
    readonly input: object;
    readonly output: unknown;
    readonly signals?: object;
    readonly updates?: object;
    readonly queries?: object;
  };
};

/** What a workflow has of a kind, by name: nothing where its types say nothing of it. */
type Of<Workflow, Kind extends string> = Workflow extends {
  readonly [Key in Kind]: infer Members extends object;
}
  ? Members
  : Record<never, never>;

/** The signals that a workflow takes, payloads by name. */
export type SignalsOf<Workflow> = Of<Workflow, 'signals'>;

/** The updates that a workflow takes, payloads by name. */
export type UpdatesOf<Workflow> = Of<Workflow, 'updates'>;

/** The queries that a workflow declares, answers by name. */
export type QueriesOf<Workflow> = Of<Workflow, 'queries'>;

/** A handle on runs of a workflow. */
export type RunOf<Workflow extends { readonly output: unknown }> = WorkflowRun<
  Workflow['output'],
  SignalsOf<Workflow>,
  UpdatesOf<Workflow>,
  QueriesOf<Workflow>
>;

/** A payload may be left out where nothing in it has to be there. */
type Payload<T> = Record<never, never> extends T ? [payload?: T] : [payload: T];

/** What comes back from an update that was taken. */
export interface UpdateReceipt {
  /** ISO time. */
  readonly received_at: string;
}

export interface StartWorkflowOptions {
  /**
   * The workflow id; default: the definition's `id`, computed from the input, else the name and a random part.
   * Of a definition with an `id` no other will do.
   */
  readonly id?: string;
  /** Default: that of the client. */
  readonly taskQueue?: string;
  /** Wait for the result; without it, start and return a handle. */
  readonly wait?: boolean;
}

/** A run of a workflow with this output, which takes these signals and updates and answers these queries. */
export interface WorkflowRun<
  Output,
  Signals extends object = Record<never, never>,
  Updates extends object = Record<never, never>,
  Queries extends object = Record<never, never>,
> {
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
  signal<Name extends keyof Signals & string>(name: Name, ...payload: Payload<Signals[Name]>): Promise<void>;
  /**
   * Sends an update, and waits until the run has taken it.
   * @throws UpdateRefused if the run does not take it; WorkflowNotFoundError if it has ended
   */
  update<Name extends keyof Updates & string>(
    name: Name,
    ...payload: Payload<Updates[Name]>
  ): Promise<UpdateReceipt>;
  /** Asks what the definition declares under `queries`; runs that have ended answer, too. Needs a worker. */
  query<Name extends keyof Queries & string>(name: Name): Promise<Queries[Name]>;
  /** Asks the run to cancel, and does not wait until it has; does nothing to one that has ended. */
  cancel(): Promise<void>;
  /** How far the run is; `undefined` if no worker answers within three seconds, or it has not begun. */
  state(): Promise<Progress | undefined>;
}

export interface WorkflowClient<Workflows extends WorkflowTypes<Workflows>> {
  /**
   * Starts a workflow and waits for its output. Where its `id` says `on_conflict: join` and that run is there, it
   * is that run's output.
   * @throws what `result` throws; what a start without `wait` throws
   */
  startWorkflow<Name extends keyof Workflows & string>(
    name: Name,
    input: Workflows[Name]['input'],
    options: StartWorkflowOptions & { readonly wait: true },
  ): Promise<Workflows[Name]['output']>;
  /**
   * Starts a workflow.
   * @throws WorkflowAlreadyStarted if its `id` says `on_conflict: fail` and that run is there; WorkflowIdMismatch if
   *   `options.id` is not its `id`; InvalidInput if its `id` cannot be computed; without an `id` of its own
   *   WorkflowExecutionAlreadyStartedError if a run with `options.id` is under way
   */
  startWorkflow<Name extends keyof Workflows & string>(
    name: Name,
    input: Workflows[Name]['input'],
    options?: StartWorkflowOptions & { readonly wait?: false },
  ): Promise<RunOf<Workflows[Name]>>;
  /** A handle on what was started before, by its id; `name` only says what its output is. */
  getWorkflow<Name extends keyof Workflows & string>(
    name: Name,
    workflowId: string,
    runId?: string,
  ): RunOf<Workflows[Name]>;
}

/** Where runs go unless a start says otherwise, and under which ids. */
export interface WorkflowClientOptions {
  /** Default: `default`. */
  readonly taskQueue?: string;
  /** Task queues by domain, the part of a workflow's name before the slash; these go first. */
  readonly taskQueues?: { readonly [domain: string]: string };
  /**
   * `ids` of `generated/workflows.ts`: how workflow ids are computed from inputs. Without it a workflow with an `id`
   * has to be started with the right one as `options.id`; under another the run fails, and says which.
   */
  readonly ids?: { readonly [workflow: string]: object };
}

/**
 * Starts and finds the workflows of a project.
 * @param client of Temporal, from `connect` or made by hand
 */
export function workflowClient<Workflows extends WorkflowTypes<Workflows>>(
  client: Client,
  { taskQueue = 'default', taskQueues = {}, ids = {} }: WorkflowClientOptions = {},
): WorkflowClient<Workflows> {
  async function startWorkflow(name: string, input: object, options: StartWorkflowOptions = {}) {
    const start = {
      name,
      input: input as JsonObject,
      taskQueue: options.taskQueue ?? taskQueues[name.slice(0, name.indexOf('/'))] ?? taskQueue,
      ...(options.id !== undefined && { workflowId: options.id }),
    };
    const id = Object.hasOwn(ids, name) ? (ids[name] as BusinessId) : undefined;
    const run =
      id === undefined
        ? await startRun(client, start)
        : (
            await startByKey(client, {
              ...start,
              workflowId: await idOf(name, id, start.input, options.id),
              onConflict: id.onConflict,
            })
          ).run;
    const started = runOf(client, run, run.firstExecutionRunId);
    return options.wait ? started.result() : started;
  }
  return {
    // Its overloads tie the result to the options, which an implementation cannot.
    startWorkflow: startWorkflow as WorkflowClient<Workflows>['startWorkflow'],
    getWorkflow: (_name, workflowId, runId) =>
      runOf(client, client.workflow.getHandle(workflowId, runId), runId),
  };
}

async function idOf(
  name: string,
  id: BusinessId,
  input: JsonObject,
  given: string | undefined,
): Promise<string> {
  // Only now: it brings a compiler of schemas along.
  const { computeId } = await import('./business-id.ts');
  const computed = computeId(id, input);
  if (!computed.ok) throw new InvalidInput(name, computed.problems);
  if (given !== undefined && given !== computed.id) throw new WorkflowIdMismatch(name, given, computed.id);
  return computed.id;
}

function runOf<Output, Signals extends object, Updates extends object, Queries extends object>(
  client: Client,
  handle: WorkflowHandle,
  runId: string | undefined,
): WorkflowRun<Output, Signals, Updates, Queries> {
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
    signal: (name, ...[payload = {}]) => handle.signal(name, payload),
    async update(name, ...[payload = {}]) {
      try {
        return await handle.executeUpdate<UpdateReceipt, [unknown]>(name, { args: [payload] });
      } catch (error) {
        throw updateRefusal(workflowId, name, error) ?? error;
      }
    },
    query: (name) => handle.query(name),
    async cancel() {
      await handle.cancel();
    },
    state: () => queryProgress(client, handle),
  };
}

function updateRefusal(workflowId: string, update: string, error: unknown): UpdateRefused | undefined {
  if (!(error instanceof WorkflowUpdateFailedError)) return undefined;
  const { cause } = error;
  return cause instanceof ApplicationFailure
    ? new UpdateRefused(workflowId, update, cause.message)
    : undefined;
}
