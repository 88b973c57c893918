import { awaitNext, forgetWaiter } from '../messages.ts';
import { endStep, type StepKind } from '../turn.ts';

export const awaitMessage: StepKind<'await'> = {
  start(turn, at, step) {
    awaitNext(turn, at, step.name);
  },
  cancel(turn, at) {
    forgetWaiter(turn, at);
    endStep(turn, at, { status: 'cancelled' });
  },
};
