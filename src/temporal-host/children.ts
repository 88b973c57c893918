import {
  ActivityCancellationType,
  ActivityFailure,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  type ChildWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  proxyActivities,
  startChild,
  type Workflow,
  WorkflowIdReusePolicy,
} from '@temporalio/workflow';
import type { Failure, StartChild } from '../interpreter/host.ts';
import { jsonBytes, MAXIMUM_PAYLOAD_BYTES, PAYLOAD_TOO_LARGE, tooLarge } from '../plan/payload.ts';
import type { Json } from '../plan/plan.ts';
import { JOIN_CHILD, type JoinedRun, type JoinRequest } from '../plan/worker-contract.ts';
import type { Admission } from './admission.ts';
import { failureOfRun } from './failures.ts';
import type { Flights } from './flights.ts';
import { findPriorityProblem } from './priority.ts';

/** Carries `start_child` and `cancel_child` out. */
export class Children {
  readonly #flights: Flights;
  readonly #admission: Admission;

  constructor(flights: Flights, admission: Admission) {
    this.#flights = flights;
    this.#admission = admission;
  }

  start(command: StartChild): void {
    const { id, workflow } = command;
    const problem = findPriorityProblem(command.priority);
    if (problem !== undefined)
      return this.#flights.endLater(id, { type: 'child_failed', id, failure: problem });
    const bytes = jsonBytes(command.input);
    if (bytes <= MAXIMUM_PAYLOAD_BYTES) return this.#admission.add(id, bytes, () => this.#start(command));
    const failure = { type: PAYLOAD_TOO_LARGE, message: tooLarge(`the input of ${workflow}`, bytes) };
    this.#flights.endLater(id, { type: 'child_failed', id, failure });
  }

  /** A child that only was joined goes on: others wait for it, too. */
  cancel(id: number): void {
    if (this.#admission.withdraw(id)) this.#flights.endLater(id, { type: 'child_cancelled', id });
    else this.#flights.cancel(id);
  }

  #start(command: StartChild): void {
    const { id, workflow, workflowId, input, onConflict, summary, taskQueue, priority } = command;
    const options = {
      workflowId,
      args: [input],
      // The interpreter cancels children itself; that a run ends or checkpoints is no reason to end them.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
      workflowIdReusePolicy:
        onConflict === 'replace'
          ? WorkflowIdReusePolicy.TERMINATE_IF_RUNNING
          : WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
      staticSummary: summary,
      ...(taskQueue !== undefined && { taskQueue }),
      ...(priority !== undefined && { priority }),
    };
    this.#flights
      .run(id, () => startChild<Workflow>(workflow, options))
      .then(
        (child) => this.#started(command, child),
        (error) => {
          if (!isAlreadyStarted(error)) this.#failed(command, error);
          else if (onConflict === 'join') this.#join(command);
          else this.#fail(id, alreadyStarted(workflowId));
        },
      );
  }

  #started(command: StartChild, child: ChildWorkflowHandle<Workflow>): void {
    const { id, workflowId, detach } = command;
    if (detach) return this.#complete(id, { workflow_id: workflowId, run_id: child.firstExecutionRunId });
    child.result().then(
      (output: Json | undefined) => this.#complete(id, output ?? {}),
      (error: unknown) => this.#failed(command, error),
    );
  }

  /** A run of that id is under way, or has completed: it is this step's as well. */
  #join(command: StartChild): void {
    const { id, workflow, workflowId, detach, summary } = command;
    if (this.#flights.isUnwanted(id)) return this.#flights.end(id, { type: 'child_cancelled', id });
    const { [JOIN_CHILD]: join } = proxyActivities<{
      [JOIN_CHILD](request: JoinRequest): Promise<JoinedRun>;
    }>({
      // Its end is that of the run; a worker that dies is noticed by the missing heartbeat.
      startToCloseTimeout: '3650d',
      heartbeatTimeout: '30s',
      cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
      summary,
    });
    this.#flights
      .run(id, () => join!({ workflow, workflowId, ...(detach && { detach }) }))
      .then(
        ({ runId, output }) =>
          this.#complete(id, detach ? { workflow_id: workflowId, run_id: runId } : (output ?? {})),
        (error) => this.#failed(command, error),
      );
  }

  #failed({ id, workflow }: StartChild, error: unknown): void {
    if (isCancellation(error)) return this.#flights.end(id, { type: 'child_cancelled', id });
    const wrapped = error instanceof ChildWorkflowFailure || error instanceof ActivityFailure;
    this.#fail(id, failureOfRun(wrapped ? error.cause : error, workflow));
  }

  #complete(id: number, output: Json): void {
    this.#flights.end(id, { type: 'child_completed', id, output });
  }

  #fail(id: number, failure: Failure): void {
    this.#flights.end(id, { type: 'child_failed', id, failure });
  }
}

/** The SDK does not export this error's class to workflows. */
function isAlreadyStarted(error: unknown): boolean {
  return error instanceof Error && error.name === 'WorkflowExecutionAlreadyStartedError';
}

function alreadyStarted(workflowId: string): Failure {
  return { type: 'WorkflowAlreadyStarted', message: `a run of the id '${workflowId}' is there already` };
}
