/** What expressions see of steps, errors and the run. */
import type { CatchCase } from '../document/definition.ts';
import type { Signature } from '../document/signature.ts';
import {
  DATE_TIME,
  DYN,
  INTEGER,
  listType,
  type ObjectType,
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
  ['started_at', DATE_TIME],
  ['scheduled_at', optionalType(DATE_TIME)],
]);

/** What a step that did not complete gives. */
export const NOTHING: Type = objectType([]);

/** What a detached child gives. */
export const DETACHED_TYPE: Type = objectType([
  ['workflow_id', STRING],
  ['run_id', STRING],
]);

/** What a step gives. */
export interface StepOutputs {
  /** However it ended. */
  readonly output: Type;
  /** Where its status is `completed`; `undefined` if it never is. */
  readonly completed: Type | undefined;
}

/** `steps.<id>` of a step that has ended. */
export function stepType({ step }: StepPlace, { output, completed }: StepOutputs): Type {
  const ifRun = (type: Type): Type => (step.if === undefined ? type : optionalType(type));
  const ended = objectType([
    ['output', output],
    ['status', STATUS],
    ['started_at', ifRun(DATE_TIME)],
    ['finished_at', DATE_TIME],
    ...ownProperties(step, ifRun),
  ]);
  return { ...ended, completed: () => completedStepType(step, completed ?? output) };
}

/** `steps.<id>` where a condition says that its status is `completed`. */
function completedStepType(step: StepPlace['step'], output: Type): ObjectType {
  const surely = (type: Type): Type => type;
  const { catch: _caught, ...rest } = step;
  return objectType([
    ['output', output],
    ['status', STATUS],
    ['started_at', DATE_TIME],
    ['finished_at', DATE_TIME],
    ...ownProperties(rest, surely),
  ]);
}

/** `steps.<id>` of a step that may be anywhere on its way. */
export function unfinishedStepType({ step }: StepPlace, { output, completed }: StepOutputs): Type {
  const unfinished = objectType([
    ['output', unionOf([output, NOTHING])],
    ['status', STATUS],
    ['started_at', optionalType(DATE_TIME)],
    ['finished_at', optionalType(DATE_TIME)],
    ...ownProperties(step, optionalType),
  ]);
  return { ...unfinished, completed: () => completedStepType(step, completed ?? output) };
}

/** `steps.<id>` of a race, in what its winner's `then` holds: the race has not ended yet. */
export function wonRaceType(branch: string, output: Type): Type {
  return objectType([
    ['output', output],
    ['status', STATUS],
    ['started_at', DATE_TIME],
    ['winner', { kind: 'string', values: [branch] }],
  ]);
}

/** What only steps of one kind have. */
function ownProperties(
  { action, catch: caught }: StepPlace['step'],
  ifRun: (type: Type) => Type,
): readonly (readonly [string, Type])[] {
  const ifCompleted = (type: Type): Type => (caught === undefined ? ifRun(type) : optionalType(type));
  switch (action?.kind) {
    case 'for_each':
      return [
        ['succeeded', ifRun(INTEGER)],
        ['failed', ifRun(INTEGER)],
        ['errors', ifRun(listType(errorType(STRING, optionalType(DYN))))],
      ];
    case 'race':
      return [
        ['winner', ifCompleted({ kind: 'string', values: action.branches.map(({ name }) => name.value) })],
      ];
    case 'await':
      return [['received_at', ifCompleted(DATE_TIME)]];
    default:
      return [];
  }
}

/**
 * `error` in a `catch`. Its details are known where the case names only errors that are declared with details.
 *
 * @param signatures those of the activities whose errors the case may take; `undefined` if it may take others too
 */
export function caughtErrorType(caught: CatchCase, signatures: readonly Signature[] | undefined): Type {
  const types = caught.errors?.map(({ value }) => value);
  if (types === undefined || types.length === 0) return errorType(STRING, optionalType(DYN));
  const details = types.flatMap((type) => {
    const declared = (signatures ?? []).filter(({ errors }) => Object.hasOwn(errors, type));
    return declared.length === 0 ? [undefined] : declared.map(({ errors }) => errors[type]!.details);
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
