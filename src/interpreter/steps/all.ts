import { CANCELLED, endFrame, endingOf, endStep, openFrame, type StepKind, stepStateOf } from '../turn.ts';

export const all: StepKind<'all'> = {
  start(turn, at, step) {
    const branches = { active: [] as number[], outputs: {}, errors: [] };
    stepStateOf(turn, at).branches = branches;
    for (const [index, { name, block }] of step.branches.entries()) {
      branches.active.push(openFrame(turn, block, at, { item: { index, label: name } }).id);
    }
  },

  cancel(turn, at) {
    for (const frame of stepStateOf(turn, at).branches!.active) endFrame(turn, frame, CANCELLED);
  },

  childEnded(turn, at, child, outcome) {
    const state = stepStateOf(turn, at);
    const branches = state.branches!;
    branches.active.splice(branches.active.indexOf(child.id), 1);
    if (outcome.status === 'completed') branches.outputs[child.item!.label] = outcome.output;
    else if (outcome.status === 'failed' || outcome.status === 'returned') {
      state.ending ??= endingOf(outcome);
      all.cancel(turn, at);
    }
    if (branches.active.length > 0) return;
    const { outputs } = branches;
    delete state.branches;
    endStep(turn, at, state.stopping ? { status: 'cancelled' } : { status: 'completed', output: outputs });
  },
};
