import { createHash } from 'node:crypto';
import { Context, type Info } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory, CancelledFailure } from '@temporalio/common';
import type { Knex } from 'knex';
import type { Signature } from '../document/signature.ts';
import {
  atGeneration,
  type EffectCall,
  IdempotencyConflict,
  runExternal,
  runWrite,
} from '../effects/effects.ts';
import { compileSchema } from '../json-schema/compile-schema.ts';
import { formatProblem } from '../json-schema/schema-problem.ts';
import { canonicalJson } from '../plan/canonical.ts';
import { jsonBytes, MAXIMUM_PAYLOAD_BYTES, PAYLOAD_TOO_LARGE, tooLarge } from '../plan/payload.ts';
import type { Json } from '../plan/plan.ts';
import {
  type ActivityCall,
  type FailureDetails,
  SIGNATURE_DRIFT,
  stepOf,
  TOOK_MS,
} from '../plan/worker-contract.ts';
import type { Activity, ActivityContext, ErrorDetails } from './activity-context.ts';
import { DeclaredError } from './declared-error.ts';
import { activityLogger } from './log-activity.ts';
import { describeThrown, shorten } from './thrown.ts';
import { toJson } from './to-json.ts';

/** How soon a call is made again that waits for a deploy. */
const DRIFT_RETRY = '10s';

/** An activity as Temporal's worker calls it: the input, and what the call is for. */
export type ActivityFunction = (input: Json, about?: ActivityCall) => Promise<Json>;

/** The code of an activity as the worker finds it: its types are checked where it is written. */
export type Implementation = Activity<never, unknown, ErrorDetails>;

/**
 * Wraps an activity: its input and output are held against the signature, an effect happens once a key, and what
 * it throws becomes a failure with a stable type.
 *
 * Failures: `InvalidInput`, `InvalidOutput`, `PayloadTooLarge`, `IdempotencyConflict` (never retried); `SignatureDrift` (until the
 * deploy is through); the declared errors, as their signature says; anything else is retried under its own name,
 * after its `retryAfterMs` where it has one.
 */
export function activityFunction(
  signature: Signature,
  implementation: Implementation,
  database: Knex,
): ActivityFunction {
  return async (input, about) => {
    const { info } = Context.current();
    const call = about ?? callOfForeignWorkflow(info);
    try {
      const began = Date.now();
      const output = await perform(signature, implementation, database, input, call, info);
      return call.local ? { [TOOK_MS]: Date.now() - began, output } : output;
    } catch (error) {
      throw toFailure(error, signature, info.attempt);
    }
  };
}

/** What is called for an activity that this worker does not serve. */
export function unservedActivity(served: readonly string[]): () => Promise<never> {
  return async () => {
    const { activityType } = Context.current().info;
    throw drift(
      `this worker does not serve ${activityType}; it serves ${served.join(', ') || 'no activity'}`,
    );
  };
}

async function perform(
  signature: Signature,
  implementation: Implementation,
  database: Knex,
  input: Json,
  about: ActivityCall,
  info: Info,
): Promise<Json> {
  const valid = validInput(signature, input, about);
  const described: EffectCall = {
    key: sha256(about.key),
    fingerprint: sha256(canonicalJson(input)),
    activity: signature.name,
    workflowId: info.workflowExecution?.workflowId ?? '',
    step: stepOf(about),
    ...(about.compensates !== undefined && {
      compensates: { key: sha256(about.compensates), step: stepOf({ key: about.compensates }) },
    }),
  };
  const recorded = signature.effect === 'write' || signature.effect === 'external';
  const call = recorded
    ? await atGeneration(database, described, placesAround(about.compensates ?? about.key).map(sha256))
    : described;
  const run = async (db: Knex, outcomeUnknown: boolean): Promise<Json> => {
    const context = contextOf(call, info, db, outcomeUnknown);
    // Checked before the record is written: a write that answers nonsense is rolled back.
    return validOutput(signature, await implementation(valid as never, context));
  };
  switch (signature.effect) {
    case 'write':
      return runWrite(database, call, (transaction) => run(transaction, false));
    case 'external':
      return runExternal(
        database,
        call,
        ({ outcomeUnknown }) => run(database, outcomeUnknown),
        (error) => error instanceof DeclaredError,
      );
    case 'read':
    case 'pure':
      return run(database, false);
  }
}

/** A place of the graph and all around it: `run/pay[42]/transfer` stands in `run/pay[42]`, that in `run/pay`. */
export function placesAround(key: string): string[] {
  const places: string[] = [];
  const [run, ...steps] = key.split('/');
  let place = run!;
  for (const step of steps) {
    place += `/${step}`;
    const label = step.indexOf('[');
    if (label > 0) places.push(place.slice(0, place.length - step.length + label));
    places.push(place);
  }
  return places;
}

/** A workflow that somebody wrote by hand calls with the input alone. */
function callOfForeignWorkflow(info: Info): ActivityCall {
  return { key: `${info.workflowExecution?.runId}/${info.activityId}`, signature: '' };
}

function validInput(signature: Signature, input: Json, about: ActivityCall): Json {
  const validation = compileSchema(signature.input)(input);
  if (validation.ok) return validation.value;
  const problems = validation.problems.map(formatProblem).join('; ');
  // The plan was compiled against another signature: a deploy is under way, or came too early.
  if (about.signature !== '' && about.signature !== signature.hash) {
    throw drift(`${signature.name} has another signature here than the run was started with: ${problems}`);
  }
  throw ApplicationFailure.create({
    type: 'InvalidInput',
    message: `the input of ${signature.name} is not valid: ${problems}`,
    nonRetryable: true,
  });
}

function validOutput(signature: Signature, output: unknown): Json {
  const read = toJson(output);
  if ('problem' in read) throw invalidOutput(signature, `what is not JSON: ${read.problem}`);
  const { json } = read;
  const bytes = jsonBytes(json);
  if (bytes > MAXIMUM_PAYLOAD_BYTES) {
    throw ApplicationFailure.create({
      type: PAYLOAD_TOO_LARGE,
      message: tooLarge(`the output of ${signature.name}`, bytes),
      nonRetryable: true,
    });
  }
  const validation = compileSchema(signature.output)(json);
  if (validation.ok) return validation.value;
  const problems = validation.problems.map(formatProblem).join('; ');
  throw invalidOutput(signature, `what its signature does not allow: ${problems}`);
}

function invalidOutput({ name }: Signature, what: string): ApplicationFailure {
  const message = shorten(`${name} answered ${what}`);
  return ApplicationFailure.create({ type: 'InvalidOutput', message, nonRetryable: true });
}

function contextOf(call: EffectCall, info: Info, database: Knex, outcomeUnknown: boolean): ActivityContext {
  const temporal = Context.current();
  return {
    idempotencyKey: call.key,
    attempt: info.attempt,
    outcomeUnknown,
    signal: temporal.cancellationSignal,
    heartbeat: (progress) => temporal.heartbeat(progress),
    logger: activityLogger(temporal.log),
    database,
    workflow: {
      id: call.workflowId,
      type: info.workflowType ?? '',
      runId: info.workflowExecution?.runId ?? '',
      step: call.step,
    },
    error: (type, message, details?: unknown) => new DeclaredError(type, message, details),
  };
}

/** What Temporal is told of an error: a stable type, and whether another attempt can help. */
function toFailure(error: unknown, signature: Signature, attempt: number): Error {
  if (error instanceof CancelledFailure) return error;
  const details: FailureDetails = { attempt };
  if (error instanceof DeclaredError) {
    const message = shorten(String(error.message));
    const declared = Object.hasOwn(signature.errors, error.type) ? signature.errors[error.type] : undefined;
    const wrong =
      declared === undefined
        ? `which its signature does not declare: ${message}`
        : wrongDetails(error.details);
    if (declared === undefined || wrong !== undefined) {
      return ApplicationFailure.create({
        type: 'InvalidOutput',
        message: `${signature.name} failed with '${error.type}', ${wrong}`,
        nonRetryable: true,
        details: [details],
      });
    }
    return ApplicationFailure.create({
      type: error.type,
      message,
      nonRetryable: !declared.retryable,
      // An answer that the definition has a word for is no news for whoever reads the worker's log.
      category: ApplicationFailureCategory.BENIGN,
      details: [error.details === undefined ? details : { ...details, details: error.details }],
    });
  }
  if (error instanceof ApplicationFailure) {
    return ApplicationFailure.create({
      type: error.type ?? 'Error',
      message: error.message,
      nonRetryable: error.nonRetryable ?? false,
      nextRetryDelay: error.nextRetryDelay,
      details: [details],
    });
  }
  if (error instanceof IdempotencyConflict) {
    return ApplicationFailure.create({
      type: error.name,
      message: error.message,
      nonRetryable: true,
      details: [details],
    });
  }
  return ApplicationFailure.create({ ...describeThrown(error), details: [details], ...retryAdvice(error) });
}

/** What makes the details of a declared error something that cannot be told. */
function wrongDetails(details: unknown): string | undefined {
  const read = toJson(details);
  if ('problem' in read) return `whose details are not JSON: ${read.problem}`;
  const bytes = jsonBytes(read.json);
  return bytes > MAXIMUM_PAYLOAD_BYTES
    ? tooLarge('whose details are too large: what they hold', bytes)
    : undefined;
}

/** When the next attempt may come, where the error says so in `retryAfterMs`; less than a millisecond is no advice. */
function retryAdvice(error: unknown): { nextRetryDelay?: number } {
  const { retryAfterMs } = (error ?? {}) as { readonly retryAfterMs?: unknown };
  return typeof retryAfterMs === 'number' && Number.isFinite(retryAfterMs) && retryAfterMs >= 1
    ? { nextRetryDelay: Math.ceil(retryAfterMs) }
    : {};
}

function drift(message: string): ApplicationFailure {
  return ApplicationFailure.create({ type: SIGNATURE_DRIFT, message, nextRetryDelay: DRIFT_RETRY });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
