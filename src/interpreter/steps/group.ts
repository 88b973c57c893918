import { CANCELLED, endFrame, endStep, openFrame, type StepKind, stepStateOf } from '../turn.ts';

export const group: StepKind<'group'> = {
  start(turn, at, step) {
    const { state } = turn;
    const child = openFrame(turn, step.block, at).id;
    stepStateOf(turn, at).child = child;
    // The root's own catch and timeout wrap its steps; whoever asks for the run's steps means these.
    if (step.transparent && at.frame === state.root) state.body = child;
  },
  cancel(turn, at) {
    endFrame(turn, stepStateOf(turn, at).child!, CANCELLED);
  },
  childEnded(turn, at, _child, outcome) {
    delete stepStateOf(turn, at).child;
    endStep(turn, at, outcome);
  },
};
