import { endFrame, endStep, openFrame, type StepKind, stepStateOf } from '../turn.ts';

export const group: StepKind<'group'> = {
  start(turn, at, step) {
    stepStateOf(turn, at).child = openFrame(turn, step.block, at).id;
  },
  cancel(turn, at) {
    endFrame(turn, turn.state.frames[stepStateOf(turn, at).child!]!, { cancelled: true });
  },
  childEnded(turn, at, _child, outcome) {
    delete stepStateOf(turn, at).child;
    endStep(turn, at, outcome);
  },
};
