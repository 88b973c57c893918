/**
 * The contract between the interpreter and whoever hosts it: events in, commands out, all of it plain JSON.
 *
 * Invariants that hosts rely on and keep:
 *  H1. A host calls the interpreter with one event at a time and carries out the commands in their order.
 *  H2. Each `schedule_activity` and `start_timer` is answered by exactly one event with the same `id`.
 *  H3. After `complete`, `fail` or `cancelled` the interpreter returns no further command.
 *  H4. `now` never decreases; it is the only clock the interpreter knows.
 */
import type { Effect, Json } from '../plan/plan.ts';

export interface RunInfo {
  /** Temporal's workflow id. */
  readonly id: string;
  /** The workflow type. */
  readonly type: string;
  /** The run id of the first run of the chain: what idempotency keys hang on. */
  readonly rootRunId: string;
  readonly startedAt: number;
}

export type HostEvent =
  | { readonly type: 'start'; readonly input: Json; readonly run: RunInfo; readonly now: number }
  | { readonly type: 'activity_completed'; readonly id: number; readonly output: Json; readonly now: number }
  | { readonly type: 'activity_failed'; readonly id: number; readonly failure: Failure; readonly now: number }
  /** The activity ended because of a `cancel_activity`. */
  | { readonly type: 'activity_cancelled'; readonly id: number; readonly now: number }
  | { readonly type: 'timer_fired'; readonly id: number; readonly now: number }
  /** Somebody asked the whole run to cancel. */
  | { readonly type: 'cancel_requested'; readonly now: number };

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
  | { readonly type: 'complete'; readonly output: Json }
  | { readonly type: 'fail'; readonly failure: Failure }
  | { readonly type: 'cancelled' };

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
}
