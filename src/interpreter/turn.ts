import type { BlockPlan, Plan, StepPlan } from '../plan/plan.ts';
import type { Command, Failure } from './host.ts';
import type { Observe } from './observe.ts';
import type { Ending, Frame, Outcome, Pending, Place, State, StepState } from './state.ts';

/**
 * What happens between one event and the commands that answer it. Step kinds never call one another: they
 * post messages, and the interpreter works them off in order, so that a loop of any length needs no stack.
 */
export interface Turn {
  readonly plan: Plan;
  readonly state: State;
  readonly now: number;
  readonly commands: Command[];
  readonly messages: Message[];
  readonly observe?: Observe | undefined;
}

export type Message =
  /** Start what can start in this frame, or end it. */
  | { readonly type: 'advance'; readonly frame: number }
  /** The step's work, or the phase after it, has ended, and all that it had started has settled. */
  | { readonly type: 'end_step'; readonly at: Place; readonly outcome: Outcome };

/** What a kind of step does; one file each in `steps/`. */
export interface StepKind<Kind extends StepPlan['kind']> {
  start(turn: Turn, at: Place, step: Extract<StepPlan, { kind: Kind }>): void;
  /** Asks what runs to stop; the step ends when it has. Called at most once, while the work runs. */
  cancel(turn: Turn, at: Place): void;
  /** A block of the step has ended. `child` is its frame, no longer in the state. */
  childEnded?(turn: Turn, at: Place, child: Frame, outcome: Outcome): void;
  /** A timer that the step has started as its work has fired. */
  timerFired?(turn: Turn, at: Place): void;
  /** The command of the step has been answered; without this, the answer is how the step's work ends. */
  callEnded?(turn: Turn, at: Place, outcome: Outcome): void;
}

export function frameOf(turn: Turn, at: Place): Frame {
  const frame = turn.state.frames[at.frame];
  if (frame === undefined) throw new Error(`no frame ${at.frame}`);
  return frame;
}

export function stepStateOf(turn: Turn, at: Place): StepState {
  return frameOf(turn, at).steps[at.step]!;
}

export function blockOf(turn: Turn, frame: Frame): BlockPlan {
  return turn.plan.blocks[frame.block]!;
}

export function stepPlanOf(turn: Turn, at: Place): StepPlan {
  return blockOf(turn, frameOf(turn, at)).steps[at.step]!;
}

export function nextId(state: State): number {
  return state.nextId++;
}

/** The id of a new command that somebody waits for. */
export function expectAnswer(turn: Turn, of: Pending): number {
  const id = nextId(turn.state);
  turn.state.pending[id] = of;
  return id;
}

/** The id of the command that does the step's work. From here on the work may have happened. */
export function dispatch(turn: Turn, at: Place): number {
  const id = expectAnswer(turn, at);
  stepStateOf(turn, at).command = id;
  noteOrder(turn, at, id);
  return id;
}

/** Compensations run in the reverse order of dispatch. */
function noteOrder(turn: Turn, at: Place, order: number): void {
  if (stepPlanOf(turn, at).compensate !== undefined) stepStateOf(turn, at).order ??= order;
}

/** Which step the answer to a command is for (H2: each is answered once). */
export function takeAnswer(turn: Turn, id: number): Pending {
  const of = turn.state.pending[id];
  if (of === undefined) throw new Error(`no command ${id} waits for an answer`);
  delete turn.state.pending[id];
  return of;
}

/** Starts a timer as the step's work. */
export function startTimer(turn: Turn, at: Place, durationMs: number, summary: string): void {
  const id = expectAnswer(turn, at);
  stepStateOf(turn, at).command = id;
  turn.commands.push({ type: 'start_timer', id, durationMs, summary });
}

export function cancelTimer(turn: Turn, id: number): void {
  turn.commands.push({ type: 'cancel_timer', id });
  delete turn.state.pending[id];
}

export function endStep(turn: Turn, at: Place, outcome: Outcome): void {
  stepStateOf(turn, at).settling = true;
  turn.messages.push({ type: 'end_step', at, outcome });
}

/** Ends a step with a failure that says where it happened. */
export function failStep(turn: Turn, at: Place, failure: Failure): void {
  endStep(turn, at, { status: 'failed', failure: located(turn, at, failure) });
}

/** Tells whoever watches the run what a step does. */
export function tell(turn: Turn, at: Place, kind: 'started' | 'skipped'): void {
  turn.observe?.({ kind, step: stepPath(turn, at), id: stepPlanOf(turn, at).id });
}

/** A failure that says where it happened, unless it knows better already. */
export function located(turn: Turn, at: Place, failure: Failure): Failure {
  return { step: stepPath(turn, at), line: stepPlanOf(turn, at).line, ...failure };
}

/** Opens a frame for a block; its steps start when the messages reach it. */
export function openFrame(
  turn: Turn,
  block: number,
  parent?: Place,
  more: Pick<Frame, 'item' | 'locals'> = {},
): Frame {
  const count = turn.plan.blocks[block]!.steps.length;
  const steps: StepState[] = [];
  for (let index = 0; index < count; index++) steps.push({ status: 'pending' });
  const id = nextId(turn.state);
  const frame: Frame = { id, block, ...(parent && { parent }), ...more, steps, unsettled: count, running: 0 };
  turn.state.frames[id] = frame;
  if (parent !== undefined) noteOrder(turn, parent, id);
  turn.messages.push({ type: 'advance', frame: id });
  turn.observe?.({ kind: 'block', block });
  return frame;
}

/** Keeps a frame from running to its end: cancels what runs in it, and lets it end when all of that has settled. */
export function endFrame(turn: Turn, id: number, ending: Ending): void {
  const frame = turn.state.frames[id]!;
  if (frame.ending !== undefined) return;
  frame.ending = ending;
  turn.messages.push({ type: 'advance', frame: id });
}

export const CANCELLED: Ending = { cancelled: true };

export function outcomeOf(ending: Ending): Outcome {
  if ('failure' in ending) return { status: 'failed', failure: ending.failure };
  if ('returned' in ending) return { status: 'returned', returned: ending.returned };
  return { status: 'cancelled' };
}

/** How a child that did not complete ends a step of several children. */
export function endingOf(outcome: Extract<Outcome, { status: 'failed' | 'returned' }>): Ending {
  return outcome.status === 'failed' ? { failure: outcome.failure } : { returned: outcome.returned };
}

/** The step's place in the graph, for people and for idempotency keys: `pay[42]/transfer`. */
export function stepPath(turn: Turn, at: Place): string {
  const parts = [];
  let label = '';
  for (let place: Place | undefined = at; place !== undefined; ) {
    const step = stepPlanOf(turn, place);
    const frame = frameOf(turn, place);
    // What the compiler made leaves no trace; the label of an item inside it is that of the step around.
    if (!step.transparent) {
      parts.push(`${step.id}${label}`);
      label = '';
    }
    if (frame.item !== undefined) label = `[${frame.item.label}]`;
    place = frame.parent;
  }
  return parts.length === 0 ? turn.plan.name : parts.reverse().join('/');
}

/** The id of the step at the end of a path, which has neither slash nor bracket: of `pay[42]/transfer`, `transfer`. */
export function stepIdOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replace(/\[.*$/, '');
}

/** Keeps paths unambiguous whatever a key contains. */
export function escapeLabel(key: string): string {
  return key.replace(/[%/[\]]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}
