/**
 * How a step goes on, whatever its kind: condition, work, undoing, catch, finally, end, in this order. Its kind
 * does the work; a message `end_step` says that the work, or the phase after it, is over.
 */
import type { CatchPlan, Json, StepPlan } from '../plan/plan.ts';
import { addCompensations, compensationOf, undoNext } from './compensation.ts';
import type { Failure } from './host.ts';
import { scopeOf } from './scope.ts';
import { resolveSearchAttributes } from './search-attributes.ts';
import type { Frame, Outcome, Place, StepState } from './state.ts';
import { activity } from './steps/activity.ts';
import { all } from './steps/all.ts';
import { awaitMessage } from './steps/await.ts';
import { fail } from './steps/fail.ts';
import { forEach } from './steps/for-each.ts';
import { group } from './steps/group.ts';
import { race } from './steps/race.ts';
import { repeat } from './steps/repeat.ts';
import { returnFrom } from './steps/return.ts';
import { set } from './steps/set.ts';
import { signal } from './steps/signal.ts';
import { switchCase } from './steps/switch.ts';
import { wait } from './steps/wait.ts';
import { workflow } from './steps/workflow.ts';
import {
  blockOf,
  CANCELLED,
  cancelTimer,
  endFrame,
  endStep,
  expectAnswer,
  failStep,
  frameOf,
  openFrame,
  outcomeOf,
  type StepKind,
  stepPath,
  stepPlanOf,
  stepStateOf,
  type Turn,
  tell,
} from './turn.ts';
import { resolveCondition, resolveDuration } from './values.ts';

const KINDS: { readonly [Kind in StepPlan['kind']]: StepKind<Kind> } = {
  activity,
  all,
  await: awaitMessage,
  fail,
  for_each: forEach,
  group,
  race,
  repeat,
  return: returnFrom,
  set,
  signal,
  switch: switchCase,
  wait,
  workflow,
};

export function kindOf<Kind extends StepPlan['kind']>(
  step: Extract<StepPlan, { kind: Kind }>,
): StepKind<Kind> {
  return KINDS[step.kind as Kind] as StepKind<Kind>;
}

/** Starts a step that can start. */
export function startStep(turn: Turn, at: Place, frame: Frame, step: StepPlan): void {
  const state = frame.steps[at.step]!;
  state.status = 'running';
  state.startedAt = turn.now;
  frame.running++;
  if (step.if !== undefined) {
    const condition = resolveCondition(step.if, scopeOf(turn, frame));
    if (!condition.ok) return failStep(turn, at, condition.failure);
    if (!condition.value) {
      tell(turn, at, 'skipped');
      return endStep(turn, at, { status: 'skipped' });
    }
  }
  tell(turn, at, 'started');
  if (step.searchAttributes !== undefined) {
    const attributes = resolveSearchAttributes(step.searchAttributes, scopeOf(turn, frame));
    if (!attributes.ok) return failStep(turn, at, attributes.failure);
    turn.commands.push({ type: 'upsert_search_attributes', attributes: attributes.value });
  }
  if (step.timeout !== undefined) {
    const duration = resolveDuration(step.timeout, scopeOf(turn, frame));
    if (!duration.ok) return failStep(turn, at, duration.failure);
    state.timer = expectAnswer(turn, { ...at, role: 'timeout' });
    turn.commands.push({
      type: 'start_timer',
      id: state.timer,
      durationMs: duration.value,
      summary: `timeout of ${stepPath(turn, at)}`,
    });
  }
  kindOf(step).start(turn, at, step);
}

/** The bound on a step has passed: what runs in it is cancelled, then the step fails. */
export function timeOut(turn: Turn, at: Place): void {
  const state = stepStateOf(turn, at);
  const path = stepPath(turn, at);
  delete state.timer;
  if (state.stopping) return;
  state.ending = {
    failure: {
      type: 'Timeout',
      message: `${path} did not finish within its timeout`,
      step: path,
      line: stepPlanOf(turn, at).line,
    },
  };
  stopWork(turn, at);
}

/** Asks a running step to stop. Undoing and `finally` go on whatever is asked. */
export function stopWork(turn: Turn, at: Place): void {
  const state = stepStateOf(turn, at);
  if (state.settling) return;
  if (state.phase === 'catching') return endFrame(turn, state.child!, CANCELLED);
  if (state.phase !== undefined || state.stopping) return;
  state.stopping = true;
  kindOf(stepPlanOf(turn, at)).cancel(turn, at);
}

/** A block of a step has ended. */
export function childOfStepEnded(
  turn: Turn,
  at: Place,
  step: StepPlan,
  child: Frame,
  outcome: Outcome,
): void {
  const state = stepStateOf(turn, at);
  if (state.phase === undefined) return kindOf(step).childEnded!(turn, at, child, outcome);
  delete state.child;
  // What a catch has done, and was not undone for its failing, is the enclosing block's to undo.
  endStep(turn, at, outcome);
}

/** The work of a step, or the phase after it, has ended: goes on to the next phase, or ends the step. */
export function settle(turn: Turn, at: Place, outcome: Outcome): void {
  const frame = frameOf(turn, at);
  const state = frame.steps[at.step]!;
  const step = blockOf(turn, frame).steps[at.step]!;
  delete state.settling;
  switch (state.phase) {
    case undefined:
      return workEnded(turn, at, step, outcome);
    case 'undoing':
      if (undoNext(turn, at)) return;
      return undone(turn, at, step, state.outcome!);
    case 'catching': {
      const caught = here(at, outcome);
      if (caught.status === 'completed') state.caught = true;
      return workedOff(turn, at, step, caught);
    }
    case 'finally':
      return end(turn, at, afterFinally(state.outcome!, outcome));
  }
}

function workEnded(turn: Turn, at: Place, step: StepPlan, outcome: Outcome): void {
  const state = stepStateOf(turn, at);
  if (state.timer !== undefined) {
    cancelTimer(turn, state.timer);
    delete state.timer;
  }
  delete state.command;
  const end = here(at, state.ending === undefined ? outcome : outcomeOf(state.ending));
  const own = compensationOf(turn, at, end);
  // Whoever catches the failure finds the step undone; else it is the enclosing block's to undo, in its turn.
  const isCaught = end.status === 'failed' && handlerOf(turn, at, step, end.failure) !== undefined;
  if (own !== undefined) addCompensations(isCaught ? state : frameOf(turn, at), [own]);
  if (end.status === 'failed' || end.status === 'cancelled') {
    state.outcome = end;
    state.phase = 'undoing';
    if (undoNext(turn, at)) return;
  }
  undone(turn, at, step, end);
}

/** What the step's own blocks had done is undone, if it had to be: now its failure may be caught. */
function undone(turn: Turn, at: Place, step: StepPlan, outcome: Outcome): void {
  if (outcome.status === 'failed') {
    const { failure } = outcome;
    const handler = handlerOf(turn, at, step, failure);
    if (handler !== undefined) {
      const state = stepStateOf(turn, at);
      state.phase = 'catching';
      state.failure = failure;
      state.child = openFrame(turn, handler.block, at, { locals: { error: errorValue(failure) } }).id;
      return;
    }
  }
  workedOff(turn, at, step, outcome);
}

/** The case of the step's catch that takes a failure; none while the block around is being torn down. */
function handlerOf(turn: Turn, at: Place, step: StepPlan, { type }: Failure): CatchPlan | undefined {
  if (frameOf(turn, at).ending !== undefined) return undefined;
  return step.catch?.find(({ errors }) => errors === undefined || errors.includes(type));
}

/** Work and catch are over: the `finally` runs, then the step ends. */
function workedOff(turn: Turn, at: Place, step: StepPlan, outcome: Outcome): void {
  if (step.finally === undefined || outcome.status === 'skipped') return end(turn, at, outcome);
  const state = stepStateOf(turn, at);
  state.outcome = outcome;
  state.phase = 'finally';
  state.child = openFrame(turn, step.finally, at).id;
}

/** The first failure is the one that tells what went wrong; what the `finally` failed with comes with it. */
function afterFinally(outcome: Outcome, last: Outcome): Outcome {
  if (last.status !== 'failed') return outcome;
  if (outcome.status !== 'failed') return last;
  return { status: 'failed', failure: { ...outcome.failure, suppressed: last.failure } };
}

/** Records how a step has ended, and lets its frame go on. */
function end(turn: Turn, at: Place, outcome: Outcome): void {
  const frame = frameOf(turn, at);
  const state = stepStateOf(turn, at);
  const step = stepPlanOf(turn, at);
  const { undo } = state;
  forget(state);
  state.status = statusOf(outcome, state);
  if (outcome.status === 'completed') state.output = outcome.output;
  state.finishedAt = turn.now;
  frame.unsettled--;
  frame.running--;
  if (!(step.commit && outcome.status === 'completed' && !state.caught)) addCompensations(frame, undo);
  if (outcome.status === 'failed') frame.ending ??= { failure: outcome.failure };
  else if (outcome.status === 'returned') frame.ending ??= { returned: outcome.returned };
  turn.messages.push({ type: 'advance', frame: frame.id });
}

function statusOf(outcome: Outcome, { caught }: StepState): StepState['status'] {
  if (outcome.status === 'returned') return 'completed';
  return outcome.status === 'completed' && caught ? 'caught' : outcome.status;
}

/** What nobody can ask for any more does not stay in the state. */
function forget(state: StepState): void {
  delete state.phase;
  delete state.stopping;
  delete state.ending;
  delete state.outcome;
  delete state.failure;
  delete state.order;
  delete state.undo;
  delete state.rounds;
  delete state.child;
}

/** A return that was meant for this step completes it. */
function here(at: Place, outcome: Outcome): Outcome {
  if (outcome.status !== 'returned') return outcome;
  const { to, output } = outcome.returned;
  return to?.frame === at.frame && to.step === at.step ? { status: 'completed', output } : outcome;
}

/** What `error` holds in a `catch`. */
function errorValue({ type, message, details, step, attempt }: Failure): Json {
  return {
    type,
    message,
    ...(details !== undefined && { details }),
    ...(step !== undefined && { step }),
    ...(attempt !== undefined && { attempt }),
  };
}
