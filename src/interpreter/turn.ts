import type { BlockPlan, Json, Plan, StepPlan } from '../plan/plan.ts';
import type { Command, Failure } from './host.ts';
import type { Frame, Place, State, StepState } from './state.ts';

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
}

export type Message =
  /** Start what can start in this frame, or end it. */
  | { readonly type: 'advance'; readonly frame: number }
  /** The step's work has ended, and all that it had started has settled. */
  | { readonly type: 'end_step'; readonly at: Place; readonly outcome: Outcome };

export type Outcome =
  | { readonly status: 'completed'; readonly output: Json }
  | { readonly status: 'skipped' }
  | { readonly status: 'failed'; readonly failure: Failure }
  | { readonly status: 'cancelled' };

/** What a kind of step does; one file each in `steps/`. */
export interface StepKind<Kind extends StepPlan['kind']> {
  start(turn: Turn, at: Place, step: Extract<StepPlan, { kind: Kind }>): void;
  /** Asks what runs to stop; the step ends when it has. Only called while the step runs. */
  cancel(turn: Turn, at: Place): void;
  /** A block of the step has ended. `child` is its frame, no longer in the state. */
  childEnded?(turn: Turn, at: Place, child: Frame, outcome: Outcome): void;
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

export function endStep(turn: Turn, at: Place, outcome: Outcome): void {
  turn.messages.push({ type: 'end_step', at, outcome });
}

/** Ends a step with a failure that says where it happened. */
export function failStep(turn: Turn, at: Place, failure: Failure): void {
  const { line } = stepPlanOf(turn, at);
  endStep(turn, at, {
    status: 'failed',
    failure: { step: stepPath(turn, at), line, ...failure },
  });
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
  turn.messages.push({ type: 'advance', frame: id });
  return frame;
}

/** Makes a frame end badly: cancels what runs in it, and lets it end when all of that has settled. */
export function endFrame(turn: Turn, frame: Frame, ending: NonNullable<Frame['ending']>): void {
  if (frame.ending !== undefined) return;
  frame.ending = ending;
  turn.messages.push({ type: 'advance', frame: frame.id });
}

/** The step's place in the graph, for people and for idempotency keys: `pay[42]/transfer`. */
export function stepPath(turn: Turn, at: Place): string {
  let path = stepPlanOf(turn, at).id;
  for (let frame = frameOf(turn, at); frame.parent !== undefined; frame = frameOf(turn, frame.parent)) {
    const label = frame.item === undefined ? '' : `[${frame.item.label}]`;
    path = `${stepPlanOf(turn, frame.parent).id}${label}/${path}`;
  }
  return path;
}
