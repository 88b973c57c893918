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
 *  I5. A block that fails or is cancelled undoes what it did, the last first, before anybody catches the failure.
 *  I6. A `finally` runs once after each execution of its step's work, however that ended.
 */
import type { Json, Plan } from '../plan/plan.ts';
import { advanceFrame, endRun } from './blocks.ts';
import { resumeUndoing, undoAnswered } from './compensation.ts';
import type { Command, HostEvent, RunInfo } from './host.ts';
import { deliverNext, receiveMessage } from './messages.ts';
import type { Observe } from './observe.ts';
import { checkId, describeRun } from './start.ts';
import type { Outcome, Pending, State } from './state.ts';
import { kindOf, settle, timeOut } from './steps.ts';
import {
  CANCELLED,
  endFrame,
  endStep,
  located,
  type Message,
  openFrame,
  stepPath,
  stepPlanOf,
  stepStateOf,
  type Turn,
  takeAnswer,
} from './turn.ts';

/** About a second of computing, well under the five that Temporal allows between two events. */
const MAXIMUM_MESSAGES = 300_000;

/** The state of a run before its first event, `start`. `input` is valid, with its defaults filled in. */
export function initialState(run: RunInfo, input: Json): State {
  return {
    run,
    input,
    nextId: 1,
    frames: {},
    pending: {},
    inbox: {},
    waiters: {},
    refused: [],
    parked: [],
  };
}

/**
 * Takes one event to the run.
 * @param state changed in place
 * @param observe told what shows in no command
 * @returns what the host has to do, in this order; nothing once the run has ended
 */
export function advance(plan: Plan, state: State, event: HostEvent, observe?: Observe): Command[] {
  if (state.ended) return [];
  const turn: Turn = { plan, state, now: event.now, commands: [], messages: [], observe };
  receive(turn, event);
  // The list grows while it is worked off; an index is cheaper than shifting.
  for (let next = 0; !state.ended && (next < turn.messages.length || deliverNext(turn)); next++) {
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

function handle(turn: Turn, message: Message): void {
  if (message.type === 'end_step') return settle(turn, message.at, message.outcome);
  // A frame may have ended between the message and its turn.
  const frame = turn.state.frames[message.frame];
  if (frame !== undefined) advanceFrame(turn, frame);
}

function receive(turn: Turn, event: HostEvent): void {
  switch (event.type) {
    case 'start':
      return start(turn);
    case 'cancel_requested':
      // A run that was cancelled before it could start has nothing to end.
      if (turn.state.root !== undefined) endFrame(turn, turn.state.root, CANCELLED);
      return;
    case 'message_received':
      return receiveMessage(turn, event.kind, event.name, event.payload);
    case 'resume_requested':
      return resumeUndoing(turn, event.skip);
    case 'timer_fired': {
      const of = takeAnswer(turn, event.id);
      if (of.role === 'timeout') return timeOut(turn, of);
      delete stepStateOf(turn, of).command;
      kindOf(stepPlanOf(turn, of)).timerFired!(turn, of);
      return;
    }
    case 'activity_completed':
    case 'child_completed':
      return answered(turn, takeAnswer(turn, event.id), { status: 'completed', output: event.output });
    case 'signal_sent':
      return answered(turn, takeAnswer(turn, event.id), { status: 'completed', output: {} });
    case 'activity_failed':
    case 'child_failed':
    case 'signal_failed':
      return answered(turn, takeAnswer(turn, event.id), { status: 'failed', failure: event.failure });
    case 'activity_cancelled':
    case 'child_cancelled':
      return answered(turn, takeAnswer(turn, event.id), { status: 'cancelled' });
  }
}

function start(turn: Turn): void {
  const problem = checkId(turn) ?? describeRun(turn);
  if (problem !== undefined) return endRun(turn, { status: 'failed', failure: problem });
  const root = openFrame(turn, 0).id;
  turn.state.root = root;
  turn.state.body = root;
}

function answered(turn: Turn, of: Pending, outcome: Outcome): void {
  if (of.role === 'undo') return undoAnswered(turn, of, outcome);
  const step = stepPlanOf(turn, of);
  const state = stepStateOf(turn, of);
  delete state.command;
  const end = state.stopping || state.ending ? outcome : withReason(turn, of, outcome);
  const kind = kindOf(step);
  if (kind.callEnded === undefined) endStep(turn, of, end);
  else kind.callEnded(turn, of, end);
}

/** Where and why a step's work has failed. Going on as if one that was cancelled had done its work would be wrong. */
function withReason(turn: Turn, of: Pending, outcome: Outcome): Outcome {
  const step = stepPlanOf(turn, of);
  if (outcome.status === 'failed') {
    const about = step.kind === 'activity' ? { activity: step.activity } : {};
    return { status: 'failed', failure: located(turn, of, { ...about, ...outcome.failure }) };
  }
  if (outcome.status !== 'cancelled') return outcome;
  const message = `${stepPath(turn, of)} was cancelled from outside`;
  return { status: 'failed', failure: located(turn, of, { type: 'Cancelled', message }) };
}
