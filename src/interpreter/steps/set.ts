import { scopeOf } from '../scope.ts';
import { endStep, failStep, frameOf, type StepKind } from '../turn.ts';
import { resolve } from '../values.ts';

export const set: StepKind<'set'> = {
  start(turn, at, step) {
    const value = resolve(step.value, scopeOf(turn, frameOf(turn, at)));
    if (!value.ok) return failStep(turn, at, value.failure);
    endStep(turn, at, { status: 'completed', output: value.value ?? {} });
  },
  // It ends in the turn in which it starts.
  cancel() {},
};
