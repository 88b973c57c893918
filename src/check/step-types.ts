/** What expressions see of steps, errors and the run. */
import type { CatchCase } from '../document/definition.ts';
import type { Signature } from '../document/signature.ts';
import {
  DYN,
  INTEGER,
  listType,
  objectType,
  optionalType,
  STRING,
  type StringType,
  type Type,
  typeOfSchema,
  unionOf,
} from '../expression/types.ts';
import type { StepPlace } from './step-graph.ts';

const STATUS: StringType = {
  kind: 'string',
  values: ['completed', 'skipped', 'caught', 'failed', 'cancelled', 'pending'],
};

/** `workflow` in expressions. */
export const WORKFLOW_TYPE: Type = objectType([
  ['id', STRING],
  ['type', STRING],
  ['root_run_id', STRING],
  ['started_at', STRING],
]);

/** `steps.<id>` of a step that has ended, given the type of its output. */
export function stepType({ step }: StepPlace, output: Type): Type {
  const ifRun = (type: Type): Type => (step.if === undefined ? type : optionalType(type));
  const loop: readonly (readonly [string, Type])[] =
    step.action?.kind === 'for_each'
      ? [
          ['succeeded', ifRun(INTEGER)],
          ['failed', ifRun(INTEGER)],
          ['errors', ifRun(listType(errorType(STRING, optionalType(DYN))))],
        ]
      : [];
  return objectType([
    ['output', output],
    ['status', STATUS],
    ['started_at', ifRun(STRING)],
    ['finished_at', STRING],
    ...loop,
  ]);
}

/**
 * `error` in a `catch`. Its details are known where the case names only errors that the step's own activity
 * declares with details.
 */
export function caughtErrorType(caught: CatchCase | undefined, signature: Signature | undefined): Type {
  const types = caught?.errors?.map(({ value }) => value);
  if (types === undefined || types.length === 0) return errorType(STRING, optionalType(DYN));
  const details = types.map((type) => {
    const declared =
      signature !== undefined && Object.hasOwn(signature.errors, type) ? signature.errors[type] : undefined;
    return declared?.details;
  });
  const known = details.every((schema) => schema !== undefined);
  return errorType(
    { kind: 'string', values: types },
    known ? unionOf(details.map((schema) => typeOfSchema(schema!))) : optionalType(DYN),
  );
}

function errorType(type: Type, details: Type): Type {
  return objectType([
    ['type', type],
    ['message', STRING],
    ['details', details],
    ['step', optionalType(STRING)],
    ['attempt', optionalType(INTEGER)],
  ]);
}
