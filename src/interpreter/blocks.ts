/** How a block goes on: starts the steps that can start, and ends when all of them have settled. */
import type { StepPlan } from '../plan/plan.ts';
import { addCompensations, undoNext } from './compensation.ts';
import { findOutputProblem } from './messages.ts';
import { scopeOf } from './scope.ts';
import { type Frame, NO_STEP, type Outcome } from './state.ts';
import { childOfStepEnded, startStep, stopWork } from './steps.ts';
import { blockOf, located, outcomeOf, stepPlanOf, stepStateOf, type Turn } from './turn.ts';
import { resolve } from './values.ts';

/** Starts what can start in a frame, or ends it. */
export function advanceFrame(turn: Turn, frame: Frame): void {
  if (frame.ending !== undefined) return tearDown(turn, frame, frame.ending);
  const { steps } = blockOf(turn, frame);
  for (let index = 0; index < steps.length; index++) {
    if (frame.steps[index]!.status === 'pending' && isReady(frame, steps[index]!)) {
      startStep(turn, { frame: frame.id, step: index }, frame, steps[index]!);
    }
  }
  if (frame.unsettled === 0) closeFrame(turn, frame, outputOf(turn, frame));
}

/** Ends the run: nothing is in flight any more. */
export function endRun(turn: Turn, outcome: Outcome): void {
  turn.state.ended = true;
  switch (outcome.status) {
    case 'failed':
      turn.commands.push({ type: 'fail', failure: outcome.failure });
      return;
    case 'cancelled':
      turn.commands.push({ type: 'cancelled' });
      return;
    case 'skipped':
      throw new Error('a run is never skipped');
    default: {
      const output = outcome.status === 'completed' ? outcome.output : outcome.returned.output;
      const problem = findOutputProblem(turn.plan, output);
      turn.commands.push(
        problem === undefined ? { type: 'complete', output } : { type: 'fail', failure: problem },
      );
    }
  }
}

function isReady(frame: Frame, step: StepPlan): boolean {
  for (const needed of step.needs) {
    const { status } = frame.steps[needed]!;
    if (status === 'pending' || status === 'running') return false;
  }
  return true;
}

/** Cancels what runs, waits for it, undoes what was done, and ends. */
function tearDown(turn: Turn, frame: Frame, ending: NonNullable<Frame['ending']>): void {
  for (let index = 0; index < frame.steps.length; index++) {
    if (frame.steps[index]!.status === 'running') stopWork(turn, { frame: frame.id, step: index });
  }
  if (frame.running > 0) return;
  // A return is a good end: what was done stays done.
  if (!('returned' in ending) && undoNext(turn, { frame: frame.id, step: NO_STEP })) return;
  closeFrame(turn, frame, outcomeOf(ending));
}

/** All steps have settled well: the block's output is its value. */
function outputOf(turn: Turn, frame: Frame): Outcome {
  const { output, outputOf: step } = blockOf(turn, frame);
  if (step !== undefined) return { status: 'completed', output: frame.steps[step]!.output ?? {} };
  if (output === undefined) return { status: 'completed', output: {} };
  const value = resolve(output, scopeOf(turn, frame));
  if (value.ok) return { status: 'completed', output: value.value ?? {} };
  return { status: 'failed', failure: value.failure };
}

function closeFrame(turn: Turn, frame: Frame, outcome: Outcome): void {
  // The value of the block could not be computed: it fails like any other, and undoes what it did.
  if (outcome.status === 'failed' && frame.ending === undefined) {
    frame.ending = { failure: frame.parent ? located(turn, frame.parent, outcome.failure) : outcome.failure };
    return tearDown(turn, frame, frame.ending);
  }
  const at = frame.parent;
  if (at === undefined) return endRun(turn, outcome);
  if (frame.id !== turn.state.body) delete turn.state.frames[frame.id];
  if (outcome.status === 'completed' || outcome.status === 'returned') {
    addCompensations(stepStateOf(turn, at), frame.undo);
    delete frame.undo;
  }
  childOfStepEnded(turn, at, stepPlanOf(turn, at), frame, outcome);
}
