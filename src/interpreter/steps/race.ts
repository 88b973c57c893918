import { optional } from '../calls.ts';
import type { Failure } from '../host.ts';
import { scopeOf } from '../scope.ts';
import type { Branches, Place } from '../state.ts';
import {
  CANCELLED,
  endFrame,
  endingOf,
  endStep,
  failStep,
  frameOf,
  openFrame,
  type StepKind,
  stepPath,
  stepPlanOf,
  stepStateOf,
  type Turn,
} from '../turn.ts';
import { resolveNumber } from '../values.ts';
import { cancelBranches, openBranches } from './branches.ts';

export const race: StepKind<'race'> = {
  start(turn, at, step) {
    const tolerated = optional(step.tolerate, scopeOf(turn, frameOf(turn, at)), resolveNumber);
    if (!tolerated.ok) return failStep(turn, at, tolerated.failure);
    openBranches(turn, at, step.branches, {
      active: [],
      outputs: {},
      errors: [],
      ...(tolerated.value !== undefined && { tolerated: tolerated.value }),
    });
  },

  cancel(turn, at) {
    const { child } = stepStateOf(turn, at);
    if (child !== undefined) endFrame(turn, child, CANCELLED);
    else cancelBranches(turn, at);
  },

  childEnded(turn, at, child, outcome) {
    const state = stepStateOf(turn, at);
    const branches = state.branches!;
    if (child.id === state.child) {
      // The winner's `then`; the step's output stays the winner's.
      delete state.child;
      const isGood = outcome.status === 'completed';
      return endStep(turn, at, isGood ? { status: 'completed', output: state.output! } : outcome);
    }
    branches.active.splice(branches.active.indexOf(child.id), 1);
    if (outcome.status === 'completed') {
      branches.winner = child.item!.label;
      const { id } = stepPlanOf(turn, at);
      turn.observe?.({ kind: 'won', step: stepPath(turn, at), id, branch: branches.winner });
      state.output = outcome.output;
      race.cancel(turn, at);
    } else if (outcome.status === 'failed' && branches.winner === undefined) {
      branches.errors.push(outcome.failure);
      if (state.ending === undefined && branches.errors.length > (branches.tolerated ?? 0)) {
        state.ending = { failure: failureOf(turn, at, branches) };
        race.cancel(turn, at);
      }
    } else if (outcome.status === 'returned') {
      state.ending ??= endingOf(outcome);
      race.cancel(turn, at);
    }
    if (branches.active.length === 0) allSettled(turn, at);
  },
};

/** Only now does the winner go on: no loser is left that could still do something. */
function allSettled(turn: Turn, at: Place): void {
  const state = stepStateOf(turn, at);
  const branches = state.branches!;
  if (state.ending !== undefined || state.stopping) {
    delete branches.winner;
    delete state.output;
    return endStep(turn, at, { status: 'cancelled' });
  }
  if (branches.winner === undefined) return failStep(turn, at, failureOf(turn, at, branches));
  const step = stepPlanOf(turn, at);
  const then = step.kind === 'race' && step.branches.find(({ name }) => name === branches.winner)?.then;
  if (typeof then === 'number') state.child = openFrame(turn, then, at).id;
  else endStep(turn, at, { status: 'completed', output: state.output! });
}

/** Without tolerance the first failure says best what went wrong. */
function failureOf(turn: Turn, at: Place, { errors, tolerated }: Branches): Failure {
  if (tolerated === undefined) return errors[0]!;
  return {
    type: 'ToleranceExceeded',
    message: `${errors.length} branches of ${stepPath(turn, at)} failed, the last with ${errors.at(-1)!.type}: ${errors.at(-1)!.message}`,
    details: { failed: errors.length, errors: errors.map(({ type, message }) => ({ type, message })) },
    step: stepPath(turn, at),
    line: stepPlanOf(turn, at).line,
  };
}
