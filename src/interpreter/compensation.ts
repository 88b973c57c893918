/** Undoing what was done: what is kept when a step's work has ended, and how it is worked off, the last first. */
import { resolveCall } from './calls.ts';
import type { Failure } from './host.ts';
import { compensationScope } from './scope.ts';
import {
  type Compensation,
  NO_STEP,
  type Outcome,
  type Parked,
  type Pending,
  type Place,
  type Undoable,
} from './state.ts';
import {
  endStep,
  expectAnswer,
  frameOf,
  located,
  stepIdOf,
  stepPath,
  stepPlanOf,
  stepStateOf,
  type Turn,
} from './turn.ts';

/** In place of a command's id: a person has to look at it first. */
const PARKED = 0;

/**
 * How a step whose work has ended would be undone. Not at all if it was never dispatched, or failed with an error
 * that its activity declares: then nothing has happened. A step that ran into its timeout, was cancelled or
 * answered nonsense may have happened.
 */
export function compensationOf(turn: Turn, at: Place, outcome: Outcome): Compensation | undefined {
  const { order } = stepStateOf(turn, at);
  const step = stepPlanOf(turn, at);
  const { compensate } = step;
  if (compensate === undefined || order === undefined) return undefined;
  if (outcome.status === 'failed' && step.kind === 'activity') {
    if (Object.hasOwn(turn.plan.signatures[step.activity]!.errors, outcome.failure.type)) return undefined;
  }
  const output = outcome.status === 'completed' ? outcome.output : undefined;
  const path = `${stepPath(turn, at)}/~compensate`;
  const call = resolveCall(turn, compensate, compensationScope(turn, at, output), { path });
  if (!call.ok) return { order, call: { problem: located(turn, at, call.failure) } };
  return { order, call: { ...call.value, compensates: call.value.key.slice(0, -'/~compensate'.length) } };
}

/** Gives an owner more to undo; the list stays in the order of dispatch. */
export function addCompensations(owner: Undoable, more: readonly Compensation[] | undefined): void {
  if (more === undefined || more.length === 0) return;
  owner.undo = [...(owner.undo ?? []), ...more].sort((a, b) => a.order - b.order);
}

/**
 * Undoes the last thing that is left to undo.
 * @param of the step, or the frame where its step is `NO_STEP`
 * @returns whether there was something, so that an answer will come
 */
export function undoNext(turn: Turn, of: Place): boolean {
  const owner = ownerOf(turn, of);
  if (owner.undoing !== undefined) return true;
  const next = owner.undo?.at(-1);
  if (next === undefined) return false;
  if ('problem' in next.call) {
    park(turn, of, next.call.problem);
    return true;
  }
  const id = expectAnswer(turn, { ...of, role: 'undo' });
  owner.undoing = id;
  turn.commands.push({ ...next.call, id });
  const step = next.call.step.slice(0, -'/~compensate'.length);
  turn.observe?.({ kind: 'undone', step, id: stepIdOf(step) });
  return true;
}

/** A compensation has ended: the next one follows, or a person has to look at it. */
export function undoAnswered(turn: Turn, { frame, step }: Pending, outcome: Outcome): void {
  const of = { frame, step };
  if (outcome.status === 'completed') return goOn(turn, of, true);
  const { call } = ownerOf(turn, of).undo!.at(-1)!;
  const failure: Failure =
    outcome.status === 'failed'
      ? outcome.failure
      : { type: 'Cancelled', message: 'the compensation was cancelled from outside' };
  park(turn, of, { ...('activity' in call && { step: call.step, activity: call.activity }), ...failure });
}

/** Goes on with what is parked: tries again, or leaves undone what could not be undone. */
export function resumeUndoing(turn: Turn, skip: boolean): void {
  const parked: readonly Parked[] = turn.state.parked.splice(0);
  if (parked.length > 0) turn.commands.push({ type: 'unpark' });
  for (const { of } of parked) goOn(turn, of, skip);
}

function park(turn: Turn, of: Place, failure: Failure): void {
  ownerOf(turn, of).undoing = PARKED;
  turn.state.parked.push({ of, failure });
  turn.commands.push({ type: 'park', failure });
}

function goOn(turn: Turn, of: Place, isDone: boolean): void {
  const owner = ownerOf(turn, of);
  delete owner.undoing;
  if (isDone) owner.undo!.pop();
  if (of.step === NO_STEP) turn.messages.push({ type: 'advance', frame: of.frame });
  else endStep(turn, of, stepStateOf(turn, of).outcome!);
}

function ownerOf(turn: Turn, of: Place): Undoable {
  return of.step === NO_STEP ? frameOf(turn, of) : stepStateOf(turn, of);
}
