/**
 * The state of a run: plain JSON, so that it can be stopped, sent, and gone on with at any event.
 *
 * Invariants:
 *  S1. A frame is in `frames` as long as its block has not ended; the root's and the body's stay, for whoever asks
 *      afterwards.
 *  S2. `pending` has an entry for each command that the host still has to answer, and no other.
 *  S3. Ids are drawn from `nextId` and never used twice in a run.
 *  S4. A step's status only moves from pending to running to one of the settled ones.
 *  S5. A message is in `inbox`, taken by one step, or among the refused; a step is in `waiters` only while it runs.
 */
import type { Json, JsonObject } from '../plan/plan.ts';
import type { Failure, RunInfo, ScheduleActivity } from './host.ts';

export interface State {
  readonly run: RunInfo;
  readonly input: Json;
  nextId: number;
  /** Blocks under way, by frame id. */
  readonly frames: { [frame: number]: Frame };
  /** What waits for the answer to a command, by the command's id. */
  readonly pending: { [command: number]: Pending };
  /** The frame of the root block. */
  root?: number;
  /** The frame with the root's steps: the root's own, or the one inside its catch and timeout. */
  body?: number;
  /** Signals and updates that no step has taken yet, by name, the oldest first. */
  readonly inbox: { [name: string]: Mail[] };
  /** Steps that await a signal or update, by its name, the first to wait first. */
  readonly waiters: { [name: string]: Place[] };
  /** The last messages that were not delivered, at most `MAXIMUM_REFUSED`. */
  readonly refused: RefusedMessage[];
  /** Compensations that have failed for good, and wait for a person. */
  readonly parked: Parked[];
  /** Set when the run has ended; nothing happens after it. */
  ended?: true;
}

/** A step of a frame. */
export interface Place {
  readonly frame: number;
  /** Index in the block's steps. */
  readonly step: number;
}

/** Who gets the answer to a command: the step's work unless a role says otherwise. */
export interface Pending extends Place {
  /** `timeout`: the step's bound; `undo`: a compensation of the step, or of the frame where `step` is `NO_STEP`. */
  readonly role?: 'timeout' | 'undo';
}

/** In place of a step's index: the frame itself. */
export const NO_STEP = -1;

export interface Mail {
  readonly payload: Json;
  /** When it came. Milliseconds since the epoch. */
  readonly at: number;
}

export interface RefusedMessage {
  readonly name: string;
  readonly problem: string;
  readonly at: number;
}

export interface Parked {
  /** Whose compensation it is, as in `Pending`. */
  readonly of: Place;
  readonly failure: Failure;
}

/** What has done things that may have to be undone: a frame, or a step with the frames that have ended inside. */
export interface Undoable {
  /** What undoes them; the last one dispatched is the first to be undone. */
  undo?: Compensation[];
  /** The command that undoes the first of them right now. */
  undoing?: number;
}

export interface Compensation {
  /** Rises with dispatch. */
  readonly order: number;
  /** The call that undoes, but for the command's id; or why it could not be made. */
  readonly call: Omit<ScheduleActivity, 'id'> | { readonly problem: Failure };
}

/** One execution of a block. */
export interface Frame extends Undoable {
  readonly id: number;
  readonly block: number;
  /** The step that this block belongs to; absent for the root. */
  readonly parent?: Place;
  /** Which item, round or branch this is, and how paths name it. */
  readonly item?: { readonly index: number; readonly label: string };
  /** What the block brings into scope: the `as` name and `index`, `state`, or `error`. */
  readonly locals?: { readonly [name: string]: Json };
  readonly steps: StepState[];
  /** Steps that have not settled. */
  unsettled: number;
  /** Steps that have started and not settled. */
  running: number;
  /** Set when the block does not run to its end; what runs is cancelled and waited for. */
  ending?: Ending;
}

/** Why work is torn down, and what it then ends with. */
export type Ending =
  | { readonly failure: Failure }
  | { readonly cancelled: true }
  | { readonly returned: Returned };

/** What a `return` ends with, and which step; without one, the run. */
export interface Returned {
  readonly to?: Place;
  readonly output: Json;
}

export type StepStatus = 'pending' | 'running' | 'completed' | 'skipped' | 'caught' | 'failed' | 'cancelled';

/** How work ended. */
export type Outcome =
  | { readonly status: 'completed'; readonly output: Json }
  | { readonly status: 'skipped' }
  | { readonly status: 'failed'; readonly failure: Failure }
  | { readonly status: 'cancelled' }
  | { readonly status: 'returned'; readonly returned: Returned };

export interface StepState extends Undoable {
  status: StepStatus;
  startedAt?: number;
  finishedAt?: number;
  output?: Json;
  /** The command that performs the step: an activity, a child, a signal, a timer of its own. */
  command?: number;
  /** The timer of the step's `timeout`. */
  timer?: number;
  /** The frame of the block that runs: of the step, of its `catch` or of its `finally`. */
  child?: number;
  /** What the step does after its work; absent while it works. */
  phase?: 'undoing' | 'catching' | 'finally';
  /** The work was asked to stop. */
  stopping?: true;
  /** The work, or the phase, has ended in this turn. */
  settling?: true;
  /** Overrides how the work ends. */
  ending?: Ending;
  /** What the step ends with when the phase is over. */
  outcome?: Outcome;
  /** The failure was caught, and the catch has gone well. */
  caught?: true;
  /** What the catch has caught. */
  failure?: Failure;
  /** Its place in the order of dispatch, if it has a compensation. */
  order?: number;
  loop?: Loop;
  rounds?: Rounds;
  branches?: Branches;
  /** When the message came that an `await` has taken. */
  receivedAt?: number;
}

/** The progress of a `for_each`. */
export interface Loop {
  /** The items at hand: all of them, or those of a page. */
  items: readonly Json[];
  /** How paths name the items, where the step has a `key`; else they are named by index. */
  labels?: readonly string[] | undefined;
  /** The index of `items[0]` among all items. */
  base: number;
  /** The index in `items` of the next item to start. */
  next: number;
  /** How many items there are; with pages, as far as known. */
  total: number;
  readonly concurrency: number;
  /** Where further items come from. */
  pages?: Pages;
  /** The frames of the items under way, in the order of their start. */
  readonly active: number[];
  succeeded: number;
  failed: number;
  /** How many items may fail; absent: none. */
  readonly tolerance?: Tolerance;
  /** The first failures, at most `MAXIMUM_ERRORS`. */
  readonly errors: Failure[];
  /** The items' outputs, where something reads them. */
  outputs?: Json[] | undefined;
}

export type Tolerance = { readonly count: number } | { readonly percent: number } | 'all';

export interface Pages {
  /** What the next page is asked with; absent for the first. */
  cursor?: Json;
  /** How many pages have come. */
  fetched: number;
  /** The last page is there, or no further one is wanted. */
  done?: true;
}

/** The progress of a `repeat`. */
export interface Rounds {
  state: JsonObject;
  /** The round under way, from 0. */
  round: number;
  readonly maximum?: number;
}

/** The progress of a `race` or an `all`. */
export interface Branches {
  /** The frames of the branches under way. */
  readonly active: number[];
  /** What the branches of an `all` gave, by name. */
  readonly outputs: JsonObject;
  /** Branches of a race that have failed. */
  readonly errors: Failure[];
  readonly tolerated?: number;
  /** The name of the branch that has won. */
  winner?: string;
}

export const MAXIMUM_ERRORS = 100;
export const MAXIMUM_REFUSED = 100;
