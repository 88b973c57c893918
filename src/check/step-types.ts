/** What expressions see of steps, errors and the run. */
import type { Branch, CatchCase } from '../document/definition.ts';
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
import { isReturnedFrom } from './step-flow.ts';
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
  /** Of a race: what each branch gives, by name. */
  readonly branches: ReadonlyMap<string, Type>;
}

/** `steps.<id>` of a step that has ended. */
export function stepType(place: StepPlace, outputs: StepOutputs): Type {
  const { step } = place;
  const ifRun = (type: Type): Type => (step.if === undefined ? type : optionalType(type));
  const ended = objectType([
    ['output', outputs.output],
    ['status', STATUS],
    ['started_at', ifRun(DATE_TIME)],
    ['finished_at', DATE_TIME],
    ...ownProperties(place, ifRun),
  ]);
  return { ...ended, where: whereOf(place, outputs) };
}

function isCompleted(property: string, value: string): boolean {
  return property === 'status' && value === 'completed';
}

/** What a condition on a step's status, or on the winner of a race, says about all of it. */
function whereOf(
  place: StepPlace,
  { output, completed, branches }: StepOutputs,
): NonNullable<ObjectType['where']> {
  return (property, value) => {
    if (isCompleted(property, value)) return completedStepType(place, completed ?? output);
    const won = property === 'winner' ? branches.get(value) : undefined;
    // A catch, or a return, puts another output in place of the winner's.
    if (won === undefined || place.step.catch !== undefined || isReturnedFrom(place)) return undefined;
    return completedStepType(place, won);
  };
}

/** `steps.<id>` of a step that has completed. */
function completedStepType(place: StepPlace, output: Type): ObjectType {
  return objectType([
    ['output', output],
    ['status', STATUS],
    ['started_at', DATE_TIME],
    ['finished_at', DATE_TIME],
    ...ownProperties(place, (type) => type, true),
  ]);
}

/** `steps.<id>` of a step that may be anywhere on its way. */
export function unfinishedStepType(place: StepPlace, outputs: StepOutputs): Type {
  const unfinished = objectType([
    ['output', unionOf([outputs.output, NOTHING])],
    ['status', STATUS],
    ['started_at', optionalType(DATE_TIME)],
    ['finished_at', optionalType(DATE_TIME)],
    ...ownProperties(place, optionalType),
  ]);
  return { ...unfinished, where: whereOf(place, outputs) };
}

/** `steps.<id>` of a step that is to be undone: whatever it gave, it may not have come to that. */
export function undoneStepType(output: Type): Type {
  const properties = (given: Type): ObjectType =>
    objectType([
      ['output', given],
      ['status', STATUS],
      ['started_at', DATE_TIME],
      ['finished_at', DATE_TIME],
    ]);
  return {
    ...properties(unionOf([output, NOTHING])),
    where: (property, value) => (isCompleted(property, value) ? properties(output) : undefined),
  };
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
  place: StepPlace,
  ifRun: (type: Type) => Type,
  isCompleted = false,
): readonly (readonly [string, Type])[] {
  const { action, catch: caught } = place.step;
  const ifCompleted = (type: Type): Type =>
    caught === undefined || isCompleted ? ifRun(type) : optionalType(type);
  switch (action?.kind) {
    case 'for_each':
      return [
        ['succeeded', ifRun(INTEGER)],
        ['failed', ifRun(INTEGER)],
        ['errors', ifRun(listType(errorType(STRING, optionalType(DYN))))],
      ];
    case 'race':
      return [['winner', ifWon(place, ifCompleted)({ kind: 'string', values: namesOf(action.branches) })]];
    case 'await':
      return [['received_at', ifCompleted(DATE_TIME)]];
    default:
      return [];
  }
}

/** A race that is returned from completes without a winner. */
function ifWon(place: StepPlace, ifCompleted: (type: Type) => Type): (type: Type) => Type {
  return isReturnedFrom(place) ? optionalType : ifCompleted;
}

function namesOf(branches: readonly Branch[]): readonly string[] {
  return branches.map(({ name }) => name.value);
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
