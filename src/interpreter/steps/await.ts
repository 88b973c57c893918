import { forgetWaiter, takeMessage } from '../messages.ts';
import { endStep, type StepKind } from '../turn.ts';

export const awaitMessage: StepKind<'await'> = {
  start(turn, at, step) {
    takeMessage(turn, at, step.name);
  },
  cancel(turn, at) {
    forgetWaiter(turn, at);
    endStep(turn, at, { status: 'cancelled' });
  },
};
