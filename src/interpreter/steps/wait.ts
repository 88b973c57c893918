import { resolveSummary } from '../calls.ts';
import { scopeOf } from '../scope.ts';
import {
  cancelTimer,
  endStep,
  failStep,
  frameOf,
  type StepKind,
  startTimer,
  stepPath,
  stepStateOf,
} from '../turn.ts';
import { resolveTime, resolveWait } from '../values.ts';

export const wait: StepKind<'wait'> = {
  start(turn, at, step) {
    const scope = scopeOf(turn, frameOf(turn, at));
    const isUntil = 'until' in step;
    const found = isUntil ? resolveTime(step.until, scope) : resolveWait(step.duration, scope);
    if (!found.ok) return failStep(turn, at, found.failure);
    const milliseconds = isUntil ? found.value - turn.now : found.value;
    if (milliseconds < 1) return endStep(turn, at, { status: 'completed', output: {} });
    const summary = resolveSummary(step.summary, scope) ?? stepPath(turn, at);
    startTimer(turn, at, milliseconds, summary);
  },
  cancel(turn, at) {
    cancelTimer(turn, stepStateOf(turn, at).command!);
    endStep(turn, at, { status: 'cancelled' });
  },
  timerFired(turn, at) {
    endStep(turn, at, { status: 'completed', output: {} });
  },
};
