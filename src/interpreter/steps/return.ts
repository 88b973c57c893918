import { scopeOf } from '../scope.ts';
import type { Place } from '../state.ts';
import { endStep, failStep, frameOf, type StepKind, stepPlanOf, type Turn } from '../turn.ts';
import { resolve } from '../values.ts';

export const returnFrom: StepKind<'return'> = {
  start(turn, at, step) {
    const value = resolve(step.value, scopeOf(turn, frameOf(turn, at)));
    if (!value.ok) return failStep(turn, at, value.failure);
    const output = value.value ?? {};
    const to = step.from === undefined ? undefined : enclosingStep(turn, at, step.from);
    endStep(turn, at, { status: 'returned', returned: { ...(to && { to }), output } });
  },
  // It ends in the turn in which it starts.
  cancel() {},
};

function enclosingStep(turn: Turn, at: Place, id: string): Place {
  for (let { parent } = frameOf(turn, at); parent !== undefined; { parent } = frameOf(turn, parent)) {
    if (stepPlanOf(turn, parent).id === id) return parent;
  }
  throw new Error(`no step '${id}' around this return; the checker should have said so`);
}
