/**
 * The state of a run: plain JSON, so that it can be stopped, sent, and gone on with at any event.
 *
 * Invariants:
 *  S1. A frame is in `frames` as long as its block has not ended; the root's stays, for whoever asks afterwards.
 *  S2. `pending` has an entry for each command that the host still has to answer, and no other.
 *  S3. Ids are drawn from `nextId` and never used twice in a run.
 *  S4. A step's status only moves from pending to running to one of the settled ones.
 */
import type { Json } from '../plan/plan.ts';
import type { Failure, RunInfo } from './host.ts';

export interface State {
  readonly run: RunInfo;
  readonly input: Json;
  nextId: number;
  /** Blocks under way, by frame id. */
  readonly frames: { [frame: number]: Frame };
  /** Which step waits for the answer to a command, by the command's id. */
  readonly pending: { [command: number]: Place };
  /** The frame of the root block. */
  root?: number;
  /** Set when the run has ended; nothing happens after it. */
  ended?: true;
}

/** A step of a frame. */
export interface Place {
  readonly frame: number;
  /** Index in the block's steps. */
  readonly step: number;
}

/** One execution of a block. */
export interface Frame {
  readonly id: number;
  readonly block: number;
  /** The step that this block belongs to; absent for the root. */
  readonly parent?: Place;
  /** For the body of a `for_each`: which item, and how paths name it. */
  readonly item?: { readonly index: number; readonly label: string };
  /** What the block brings into scope: the `as` name and `index`, or `error`. */
  readonly locals?: { readonly [name: string]: Json };
  readonly steps: StepState[];
  /** Steps that have not settled. */
  unsettled: number;
  /** Steps that have started and not settled. */
  running: number;
  /** Set when the block can only end badly; what runs is cancelled and waited for. */
  ending?: { readonly failure: Failure } | { readonly cancelled: true };
}

export type StepStatus = 'pending' | 'running' | 'completed' | 'skipped' | 'caught' | 'failed' | 'cancelled';

export interface StepState {
  status: StepStatus;
  startedAt?: number;
  finishedAt?: number;
  output?: Json;
  /** The command that performs an activity step. */
  command?: number;
  /** The timer of a block's `timeout`. */
  timer?: number;
  /** The frame of a group or of a `catch`. */
  child?: number;
  /** The step was asked to stop. */
  cancelled?: true;
  /** The step failed, and one of its `catch` cases runs. */
  catching?: true;
  /** The step is being torn down for this reason, however its work ends. */
  ending?: { readonly failure: Failure };
  loop?: Loop;
}

/** The progress of a `for_each`. */
export interface Loop {
  readonly items: readonly Json[];
  /** How paths name the items, where the step has a `key`; else they are named by index. */
  readonly labels?: readonly string[] | undefined;
  readonly total: number;
  readonly concurrency: number;
  /** The index of the next item to start. */
  next: number;
  /** The frames of the items under way, in the order of their start. */
  readonly active: number[];
  succeeded: number;
  failed: number;
  /** The first failures, at most `MAXIMUM_ERRORS`. */
  readonly errors: Failure[];
  /** The items' outputs, where something reads them. */
  readonly outputs?: Json[] | undefined;
  /** The failure that ends the loop; set when an item has failed. */
  failure?: Failure;
}

export const MAXIMUM_ERRORS = 100;
