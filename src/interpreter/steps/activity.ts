import { resolveCall, resolveSummary } from '../calls.ts';
import { scopeOf } from '../scope.ts';
import { dispatch, failStep, frameOf, type StepKind, stepPath, stepStateOf } from '../turn.ts';

export const activity: StepKind<'activity'> = {
  start(turn, at, step) {
    const scope = scopeOf(turn, frameOf(turn, at));
    const summary = resolveSummary(step.summary, scope);
    const call = resolveCall(turn, step, scope, { path: stepPath(turn, at), summary });
    if (!call.ok) return failStep(turn, at, call.failure);
    turn.commands.push({ ...call.value, id: dispatch(turn, at) });
  },
  cancel(turn, at) {
    turn.commands.push({ type: 'cancel_activity', id: stepStateOf(turn, at).command! });
  },
};
