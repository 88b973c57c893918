import { createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { type EffectCall, runExternal, runWrite } from '../../src/effects/effects.ts';
import type { Activity, ActivityContext, ErrorDetails } from '../../src/worker/activity-context.ts';

/** An error of an activity's signature, as its context built it. */
export class DeclaredError extends Error {
  readonly type: string;
  readonly details: unknown;

  constructor(type: string, message: string, details: unknown) {
    super(message);
    this.type = type;
    this.details = details;
  }
}

export interface ActivityRun {
  readonly effect: 'write' | 'external';
  /** What stands for the step's path: the same work is the same effect. */
  readonly work: string;
}

/** One attempt at an activity, with its effect recorded as a worker records it. */
export async function runActivity<Input, Output, Errors extends ErrorDetails>(
  knex: Knex,
  activity: Activity<Input, Output, Errors>,
  input: Input,
  { effect, work }: ActivityRun,
): Promise<Output> {
  const call: EffectCall = {
    key: sha256(work),
    fingerprint: sha256(JSON.stringify(input)),
    activity: activity.name,
    workflowId: 'test',
    step: work,
  };
  const context = (database: Knex, outcomeUnknown: boolean): ActivityContext<Errors> => ({
    idempotencyKey: call.key,
    attempt: 1,
    outcomeUnknown,
    signal: new AbortController().signal,
    heartbeat: () => undefined,
    logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    database,
    workflow: { id: 'test', type: 'payments/batch-payout', runId: 'test', step: work },
    error: (type, message, ...details) => new DeclaredError(type, message, details[0]),
  });
  return effect === 'write'
    ? runWrite(knex, call, (transaction) => activity(input, context(transaction, false)))
    : runExternal(
        knex,
        call,
        ({ outcomeUnknown }) => activity(input, context(knex, outcomeUnknown)),
        (error) => error instanceof DeclaredError,
      );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
