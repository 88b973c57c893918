import { endingOf, endStep, type StepKind, stepStateOf } from '../turn.ts';
import { cancelBranches, openBranches } from './branches.ts';

export const all: StepKind<'all'> = {
  start(turn, at, step) {
    openBranches(turn, at, step.branches, { active: [], outputs: {}, errors: [] });
  },

  cancel: cancelBranches,

  childEnded(turn, at, child, outcome) {
    const state = stepStateOf(turn, at);
    const branches = state.branches!;
    branches.active.splice(branches.active.indexOf(child.id), 1);
    if (outcome.status === 'completed') branches.outputs[child.item!.label] = outcome.output;
    else if (outcome.status === 'failed' || outcome.status === 'returned') {
      state.ending ??= endingOf(outcome);
      cancelBranches(turn, at);
    }
    if (branches.active.length > 0) return;
    const { outputs } = branches;
    delete state.branches;
    endStep(turn, at, state.stopping ? { status: 'cancelled' } : { status: 'completed', output: outputs });
  },
};
