/**
 * The contract between the interpreter and whoever hosts it: events in, commands out, all of it plain JSON.
 *
 * Invariants that hosts rely on and keep:
 *  H1. A host calls the interpreter with one event at a time and carries out the commands in their order.
 *  H2. Each command with an `id` that starts something (`schedule_activity`, `start_timer`, `start_child`,
 *      `signal_workflow`) is answered by exactly one event with the same `id`; a timer that was cancelled by none.
 *  H3. After `complete`, `fail` or `cancelled` the interpreter returns no further command.
 *  H4. `now` never decreases; it is the only clock the interpreter knows.
 */
import type { Effect, Json, OnConflict, SearchAttributeType } from '../plan/plan.ts';

export interface RunInfo {
  /** Temporal's workflow id. */
  readonly id: string;
  /** The workflow type. */
  readonly type: string;
  /** The run id of the first run of the chain: what idempotency keys hang on. */
  readonly rootRunId: string;
  readonly startedAt: number;
  /** When a schedule meant to start the run. */
  readonly scheduledAt?: number;
}

export type HostEvent =
  | { readonly type: 'start'; readonly input: Json; readonly run: RunInfo; readonly now: number }
  | { readonly type: 'activity_completed'; readonly id: number; readonly output: Json; readonly now: number }
  | { readonly type: 'activity_failed'; readonly id: number; readonly failure: Failure; readonly now: number }
  /** The activity ended because of a `cancel_activity`. */
  | { readonly type: 'activity_cancelled'; readonly id: number; readonly now: number }
  | { readonly type: 'timer_fired'; readonly id: number; readonly now: number }
  /** A child has ended; a detached one has started, and `output` is its `{workflow_id, run_id}`. */
  | { readonly type: 'child_completed'; readonly id: number; readonly output: Json; readonly now: number }
  /** A child has failed, or could not start. */
  | { readonly type: 'child_failed'; readonly id: number; readonly failure: Failure; readonly now: number }
  | { readonly type: 'child_cancelled'; readonly id: number; readonly now: number }
  | { readonly type: 'signal_sent'; readonly id: number; readonly now: number }
  | { readonly type: 'signal_failed'; readonly id: number; readonly failure: Failure; readonly now: number }
  /** Somebody has sent a signal, or an update that `findUpdateProblem` had nothing against. */
  | {
      readonly type: 'message_received';
      readonly kind: 'signal' | 'update';
      readonly name: string;
      readonly payload: Json;
      readonly now: number;
    }
  /** Somebody asked the whole run to cancel. */
  | { readonly type: 'cancel_requested'; readonly now: number }
  /** A person has dealt with what parked the run: the compensation is tried again, or `skip`ped. */
  | { readonly type: 'resume_requested'; readonly skip: boolean; readonly now: number };

export type Command =
  | ScheduleActivity
  | { readonly type: 'cancel_activity'; readonly id: number }
  | {
      readonly type: 'start_timer';
      readonly id: number;
      readonly durationMs: number;
      readonly summary: string;
    }
  /** Not answered: the timer is forgotten. */
  | { readonly type: 'cancel_timer'; readonly id: number }
  | StartChild
  /** Answered by the end of the child, whatever that is. */
  | { readonly type: 'cancel_child'; readonly id: number }
  | {
      readonly type: 'signal_workflow';
      readonly id: number;
      readonly workflowId: string;
      readonly signal: string;
      readonly payload: Json;
      readonly step: string;
    }
  | { readonly type: 'upsert_search_attributes'; readonly attributes: SearchAttributes }
  | { readonly type: 'upsert_memo'; readonly memo: { readonly [key: string]: Json } }
  /** A compensation has failed for good: the run waits, open and to be found, for `resume_requested`. */
  | { readonly type: 'park'; readonly failure: Failure }
  | { readonly type: 'unpark' }
  | { readonly type: 'complete'; readonly output: Json }
  | { readonly type: 'fail'; readonly failure: Failure }
  | { readonly type: 'cancelled' };

/** A value of null takes the attribute away. */
export interface SearchAttributes {
  readonly [name: string]: { readonly type: SearchAttributeType; readonly value: Json };
}

export interface StartChild {
  readonly type: 'start_child';
  readonly id: number;
  /** The child's workflow type. */
  readonly workflow: string;
  readonly workflowId: string;
  readonly input: Json;
  /** Answered as soon as the child has started. */
  readonly detach: boolean;
  /** What to do where a run of that id is there already. */
  readonly onConflict: OnConflict;
  readonly step: string;
  readonly summary: string;
  readonly taskQueue?: string;
  readonly priority?: Priority;
}

export interface Priority {
  readonly priorityKey?: number;
  readonly fairnessKey?: string;
  readonly fairnessWeight?: number;
}

export interface ScheduleActivity {
  readonly type: 'schedule_activity';
  readonly id: number;
  readonly activity: string;
  readonly input: Json;
  /** The same for every attempt, reset and re-run of this piece of work: `<root run id>/pay[42]/transfer`. */
  readonly key: string;
  /** The step's place in the graph, for people: `pay[42]/transfer`. */
  readonly step: string;
  readonly effect: Effect;
  readonly signature: string;
  readonly retry: {
    readonly initialIntervalMs?: number;
    readonly backoffCoefficient?: number;
    readonly maximumIntervalMs?: number;
    readonly maximumAttempts?: number;
    /** Error types that end the activity at once. */
    readonly nonRetryable: readonly string[];
  };
  readonly timeouts: {
    readonly startToCloseMs?: number;
    readonly scheduleToCloseMs?: number;
    readonly scheduleToStartMs?: number;
    readonly heartbeatMs?: number;
  };
  readonly summary: string;
  /** In the worker that has the run, if it succeeds there at the first attempt. */
  readonly local?: true;
  readonly taskQueue?: string;
  readonly priority?: Priority;
  /** The key of the call that this one undoes: once it is undone, the same call would be a new one. */
  readonly compensates?: string;
}

/** How a piece of work failed; what `error` holds in a `catch`. */
export interface Failure {
  readonly type: string;
  readonly message: string;
  readonly details?: Json;
  /** The path of the step that failed, `pay[42]/transfer`. */
  readonly step?: string;
  /** The line of that step in the YAML. */
  readonly line?: number;
  readonly activity?: string;
  readonly attempt?: number;
  /** What a `finally` failed with after this: it is told, and changes nothing. */
  readonly suppressed?: Failure;
}
