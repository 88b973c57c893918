/** What starting, following and steering a run throws. */
import type { Json } from '../plan/plan.ts';
import type { RunFailure } from './runs.ts';

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

/** The input is none that the definition takes, or its `id` cannot be computed from it; nothing was started. */
export class InvalidInput extends Error {
  override readonly name = 'InvalidInput';
  readonly problems: readonly string[];

  constructor(workflow: string, problems: readonly string[]) {
    super(`the input of ${workflow} is not valid: ${problems.join('; ')}`);
    this.problems = problems;
  }
}

/** The input makes another workflow id than the one that was given; nothing was started. */
export class WorkflowIdMismatch extends Error {
  override readonly name = 'WorkflowIdMismatch';
  readonly expected: string;

  constructor(workflow: string, given: string, expected: string) {
    super(`the input makes the id of this run of ${workflow} '${expected}', not '${given}'`);
    this.expected = expected;
  }
}

/** The run does not take the update; the message is the definition's, or says what is wrong with the payload. */
export class UpdateRefused extends Error {
  override readonly name = 'UpdateRefused';
  readonly workflowId: string;
  readonly update: string;

  constructor(workflowId: string, update: string, message: string) {
    super(message);
    this.workflowId = workflowId;
    this.update = update;
  }
}
