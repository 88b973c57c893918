import { scopeOf } from '../scope.ts';
import { endStep, failStep, frameOf, openFrame, type StepKind, stepStateOf } from '../turn.ts';
import { resolveCondition } from '../values.ts';
import { group } from './group.ts';

export const switchCase: StepKind<'switch'> = {
  start(turn, at, step) {
    const scope = scopeOf(turn, frameOf(turn, at));
    for (const { when, block } of step.cases) {
      const condition =
        when === undefined ? ({ ok: true, value: true } as const) : resolveCondition(when, scope);
      if (!condition.ok) return failStep(turn, at, condition.failure);
      if (!condition.value) continue;
      stepStateOf(turn, at).child = openFrame(turn, block, at).id;
      return;
    }
    endStep(turn, at, { status: 'completed', output: {} });
  },
  cancel: group.cancel,
  childEnded: group.childEnded!,
};
