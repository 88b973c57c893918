import { scopeOf } from '../scope.ts';
import { dispatch, failStep, frameOf, type StepKind, stepPath } from '../turn.ts';
import { resolve, resolveText } from '../values.ts';

export const signal: StepKind<'signal'> = {
  start(turn, at, step) {
    const scope = scopeOf(turn, frameOf(turn, at));
    const to = resolveText(step.to, scope);
    if (!to.ok) return failStep(turn, at, to.failure);
    const payload = resolve(step.with, scope);
    if (!payload.ok) return failStep(turn, at, payload.failure);
    turn.commands.push({
      type: 'signal_workflow',
      id: dispatch(turn, at),
      workflowId: to.value,
      signal: step.signal,
      payload: payload.value ?? {},
      step: stepPath(turn, at),
    });
  },
  // It is answered within moments, and cannot be taken back.
  cancel() {},
};
