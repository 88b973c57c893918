import type { JsonObject } from '../../plan/plan.ts';
import { optional } from '../calls.ts';
import { type Scope, scopeOf } from '../scope.ts';
import type { Place, Rounds } from '../state.ts';
import {
  CANCELLED,
  cancelTimer,
  endFrame,
  endStep,
  failStep,
  frameOf,
  openFrame,
  type StepKind,
  startTimer,
  stepPath,
  stepPlanOf,
  stepStateOf,
  type Turn,
} from '../turn.ts';
import { expressionError, resolveCondition, resolveCount, resolveObject, resolveWait } from '../values.ts';

export const repeat: StepKind<'repeat'> = {
  start(turn, at, step) {
    const scope = scopeOf(turn, frameOf(turn, at));
    const state = resolveObject(step.state, scope);
    if (!state.ok) return failStep(turn, at, state.failure);
    const maximum = optional(step.max, scope, resolveCount);
    if (!maximum.ok) return failStep(turn, at, maximum.failure);
    stepStateOf(turn, at).rounds = {
      state: state.value,
      round: 0,
      ...(maximum.value !== undefined && { maximum: maximum.value }),
    };
    startRound(turn, at);
  },

  cancel(turn, at) {
    const { child, command } = stepStateOf(turn, at);
    if (child !== undefined) return endFrame(turn, child, CANCELLED);
    cancelTimer(turn, command!);
    endStep(turn, at, { status: 'cancelled' });
  },

  childEnded(turn, at, _child, outcome) {
    const state = stepStateOf(turn, at);
    delete state.child;
    if (outcome.status !== 'completed') return endStep(turn, at, outcome);
    const { output } = outcome;
    if (typeof output !== 'object' || output === null || Array.isArray(output)) {
      return failStep(
        turn,
        at,
        expressionError('the output of a round must be an object, which is merged into state'),
      );
    }
    const rounds = state.rounds!;
    rounds.state = { ...rounds.state, ...output };
    roundEnded(turn, at, rounds);
  },

  timerFired(turn, at) {
    startRound(turn, at);
  },
};

function startRound(turn: Turn, at: Place): void {
  const step = stepPlanOf(turn, at);
  if (step.kind !== 'repeat') throw new Error(`${step.kind} has no rounds`);
  const { rounds } = stepStateOf(turn, at);
  const index = rounds!.round;
  const item = { index, label: String(index) };
  stepStateOf(turn, at).child = openFrame(turn, step.block, at, { item, locals: localsOf(rounds!) }).id;
}

function roundEnded(turn: Turn, at: Place, rounds: Rounds): void {
  const step = stepPlanOf(turn, at);
  if (step.kind !== 'repeat') throw new Error(`${step.kind} has no rounds`);
  const scope: Scope = { ...scopeOf(turn, frameOf(turn, at)), ...localsOf(rounds) };
  const isDone = resolveCondition(step.until, scope);
  if (!isDone.ok) return failStep(turn, at, isDone.failure);
  if (isDone.value) return endStep(turn, at, { status: 'completed', output: rounds.state });
  const every = optional(step.every, scope, resolveWait);
  if (!every.ok) return failStep(turn, at, every.failure);
  rounds.round++;
  if (rounds.round === rounds.maximum) {
    const message = `${stepPath(turn, at)} has run ${rounds.round} rounds, its maximum, and 'until' does not hold`;
    return failStep(turn, at, { type: 'Exhausted', message });
  }
  if (every.value === undefined || every.value < 1) startRound(turn, at);
  else startTimer(turn, at, every.value, `${stepPath(turn, at)}: round ${rounds.round}`);
}

function localsOf({ state, round }: Rounds): JsonObject {
  return { state, index: round };
}
