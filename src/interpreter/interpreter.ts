/**
 * The interpreter: a synchronous state machine that takes an event and answers with commands.
 *
 * It has no promises, no clock, no randomness, no I/O and no state of its own: what it knows is in `State`,
 * which is plain JSON. Whoever holds the state may stop after any event, serialise it, and go on elsewhere.
 *
 * Invariants:
 *  I1. The same plan, state and event give the same commands and the same next state.
 *  I2. A step starts after all that it needs has completed, was skipped or caught, and at most once a frame.
 *  I3. A block ends after all its steps have settled; a failed one cancels what runs and waits for it first.
 *  I4. A run ends with exactly one of `complete`, `fail` and `cancelled`, and nothing is then in flight.
 */
import type { Json, Plan, StepPlan } from '../plan/plan.ts';
import type { Command, Failure, HostEvent, RunInfo } from './host.ts';
import { scopeOf } from './scope.ts';
import type { Frame, Place, State, StepState } from './state.ts';
import { activity } from './steps/activity.ts';
import { forEach } from './steps/for-each.ts';
import { group } from './steps/group.ts';
import { set } from './steps/set.ts';
import {
  blockOf,
  endFrame,
  endStep,
  failStep,
  frameOf,
  type Message,
  nextId,
  type Outcome,
  openFrame,
  type StepKind,
  stepPath,
  stepPlanOf,
  stepStateOf,
  type Turn,
} from './turn.ts';
import { resolve, resolveCondition, resolveDuration } from './values.ts';

const KINDS: { readonly [Kind in StepPlan['kind']]: StepKind<Kind> } = {
  activity,
  for_each: forEach,
  group,
  set,
};

/** About a second of computing, well under the five that Temporal allows between two events. */
const MAXIMUM_MESSAGES = 300_000;

/** The state of a run before its first event, `start`. `input` is valid, with its defaults filled in. */
export function initialState(run: RunInfo, input: Json): State {
  return { run, input, nextId: 1, frames: {}, pending: {} };
}

/**
 * Takes one event to the run.
 * @param state changed in place
 * @returns what the host has to do, in this order; nothing once the run has ended
 */
export function advance(plan: Plan, state: State, event: HostEvent): Command[] {
  if (state.ended) return [];
  const turn: Turn = { plan, state, now: event.now, commands: [], messages: [] };
  receive(turn, event);
  // The list grows while it is worked off; an index is cheaper than shifting.
  for (let next = 0; next < turn.messages.length && !state.ended; next++) {
    if (next === MAXIMUM_MESSAGES) return [...turn.commands, exhaust(state)];
    handle(turn, turn.messages[next]!);
  }
  return turn.commands;
}

/** Ends a run whose loops compute without end: a turn that takes too long would never be finished at all. */
function exhaust(state: State): Command {
  state.ended = true;
  const message =
    'the loops of this run compute more in one go than a run may; let them call an activity or shrink';
  return { type: 'fail', failure: { type: 'Exhausted', message } };
}

function receive(turn: Turn, event: HostEvent): void {
  switch (event.type) {
    case 'start':
      turn.state.root = openFrame(turn, 0).id;
      return;
    case 'cancel_requested':
      endFrame(turn, turn.state.frames[turn.state.root!]!, { cancelled: true });
      return;
    case 'timer_fired':
      timeOut(turn, answered(turn, event.id));
      return;
    case 'activity_completed':
      endStep(turn, answered(turn, event.id), { status: 'completed', output: event.output });
      return;
    case 'activity_failed': {
      const at = answered(turn, event.id);
      const step = stepPlanOf(turn, at);
      failStep(turn, at, { ...(step.kind === 'activity' && { activity: step.activity }), ...event.failure });
      return;
    }
    case 'activity_cancelled': {
      const at = answered(turn, event.id);
      if (stepStateOf(turn, at).cancelled) return endStep(turn, at, { status: 'cancelled' });
      // Nobody here asked for it; going on as if the step had done its work would be wrong.
      failStep(turn, at, { type: 'Cancelled', message: `${stepPath(turn, at)} was cancelled from outside` });
    }
  }
}

/** Which step the answer to a command is for (H2: each is answered once). */
function answered(turn: Turn, id: number): Place {
  const at = turn.state.pending[id];
  if (at === undefined) throw new Error(`no command ${id} waits for an answer`);
  delete turn.state.pending[id];
  return at;
}

function handle(turn: Turn, message: Message): void {
  if (message.type === 'end_step') return settle(turn, message.at, message.outcome);
  // A frame may have ended between the message and its turn.
  const frame = turn.state.frames[message.frame];
  if (frame !== undefined) advanceFrame(turn, frame);
}

function advanceFrame(turn: Turn, frame: Frame): void {
  if (frame.ending !== undefined) {
    cancelRunning(turn, frame);
    if (frame.running === 0) closeFrame(turn, frame, outcomeOf(frame.ending));
    return;
  }
  const { steps } = blockOf(turn, frame);
  for (let index = 0; index < steps.length; index++) {
    if (frame.steps[index]!.status === 'pending' && isReady(frame, steps[index]!)) {
      startStep(turn, { frame: frame.id, step: index }, frame, steps[index]!);
    }
  }
  if (frame.unsettled === 0) finishFrame(turn, frame);
}

function isReady(frame: Frame, step: StepPlan): boolean {
  for (const needed of step.needs) {
    const { status } = frame.steps[needed]!;
    if (status === 'pending' || status === 'running') return false;
  }
  return true;
}

function startStep(turn: Turn, at: Place, frame: Frame, step: StepPlan): void {
  const state = frame.steps[at.step]!;
  state.status = 'running';
  state.startedAt = turn.now;
  frame.running++;
  if (step.if !== undefined) {
    const condition = resolveCondition(step.if, scopeOf(turn, frame));
    if (!condition.ok) return failStep(turn, at, condition.failure);
    if (!condition.value) return endStep(turn, at, { status: 'skipped' });
  }
  if (step.timeout !== undefined) {
    const duration = resolveDuration(step.timeout, scopeOf(turn, frame));
    if (!duration.ok) return failStep(turn, at, duration.failure);
    state.timer = nextId(turn.state);
    turn.state.pending[state.timer] = at;
    turn.commands.push({
      type: 'start_timer',
      id: state.timer,
      durationMs: duration.value,
      summary: `timeout of ${stepPath(turn, at)}`,
    });
  }
  kindOf(step).start(turn, at, step);
}

/** The bound on a whole block has passed: what runs in it is cancelled, then the step fails. */
function timeOut(turn: Turn, at: Place): void {
  const state = stepStateOf(turn, at);
  const path = stepPath(turn, at);
  delete state.timer;
  state.ending = {
    failure: {
      type: 'Timeout',
      message: `${path} did not finish within its timeout`,
      step: path,
      line: stepPlanOf(turn, at).line,
    },
  };
  kindOf(stepPlanOf(turn, at)).cancel(turn, at);
}

/** The work of a step has ended: catch its failure, or record the end and let the frame go on. */
function settle(turn: Turn, at: Place, outcome: Outcome): void {
  const frame = frameOf(turn, at);
  const state = frame.steps[at.step]!;
  const step = blockOf(turn, frame).steps[at.step]!;
  clearTimer(turn, state);
  delete state.command;

  const end: Outcome =
    state.ending !== undefined && !state.catching
      ? { status: 'failed', failure: state.ending.failure }
      : outcome;
  if (end.status === 'failed' && !state.catching && frame.ending === undefined) {
    const failure = end.failure;
    const handler = step.catch?.find(({ errors }) => errors === undefined || errors.includes(failure.type));
    if (handler !== undefined) {
      state.catching = true;
      state.child = openFrame(turn, handler.block, at, { locals: { error: errorValue(failure) } }).id;
      return;
    }
  }
  state.status = end.status === 'completed' && state.catching ? 'caught' : end.status;
  if (end.status === 'completed') state.output = end.output;
  state.finishedAt = turn.now;
  frame.unsettled--;
  frame.running--;
  if (end.status === 'failed') frame.ending ??= { failure: end.failure };
  turn.messages.push({ type: 'advance', frame: frame.id });
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

function clearTimer(turn: Turn, state: StepState): void {
  if (state.timer === undefined) return;
  turn.commands.push({ type: 'cancel_timer', id: state.timer });
  delete turn.state.pending[state.timer];
  delete state.timer;
}

/** Asks every running step of an ending frame to stop, once. */
function cancelRunning(turn: Turn, frame: Frame): void {
  const { steps } = blockOf(turn, frame);
  for (let index = 0; index < steps.length; index++) {
    const state = frame.steps[index]!;
    if (state.status !== 'running' || state.cancelled || !hasWork(state)) continue;
    state.cancelled = true;
    const at = { frame: frame.id, step: index };
    // While a step catches, its work is the block of the catch, whatever kind the step is.
    if (state.catching) group.cancel(turn, at);
    else kindOf(steps[index]!).cancel(turn, at);
  }
}

/** A step whose work has ended in this very turn has nothing left to cancel. */
function hasWork(state: StepState): boolean {
  return state.command !== undefined || state.child !== undefined || state.loop !== undefined;
}

function outcomeOf(ending: NonNullable<Frame['ending']>): Outcome {
  return 'failure' in ending ? { status: 'failed', failure: ending.failure } : { status: 'cancelled' };
}

/** All steps have settled well: the block's output is its value. */
function finishFrame(turn: Turn, frame: Frame): void {
  const { output } = blockOf(turn, frame);
  if (output === undefined) return closeFrame(turn, frame, { status: 'completed', output: {} });
  const value = resolve(output, scopeOf(turn, frame));
  if (value.ok) return closeFrame(turn, frame, { status: 'completed', output: value.value ?? {} });
  closeFrame(turn, frame, { status: 'failed', failure: value.failure });
}

function closeFrame(turn: Turn, frame: Frame, outcome: Outcome): void {
  const at = frame.parent;
  if (at === undefined) return endRun(turn, outcome);
  delete turn.state.frames[frame.id];
  if (stepStateOf(turn, at).catching) group.childEnded!(turn, at, frame, outcome);
  else kindOf(stepPlanOf(turn, at)).childEnded!(turn, at, frame, outcome);
}

function endRun(turn: Turn, outcome: Outcome): void {
  turn.state.ended = true;
  if (outcome.status === 'completed') turn.commands.push({ type: 'complete', output: outcome.output });
  else if (outcome.status === 'failed') turn.commands.push({ type: 'fail', failure: outcome.failure });
  else turn.commands.push({ type: 'cancelled' });
}

function kindOf<Kind extends StepPlan['kind']>(step: Extract<StepPlan, { kind: Kind }>): StepKind<Kind> {
  return KINDS[step.kind as Kind] as StepKind<Kind>;
}
