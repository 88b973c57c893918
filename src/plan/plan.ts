/**
 * The plan: a definition compiled to plain JSON, the only thing that the interpreter runs.
 *
 * It is pinned by every run that starts from it, so its shape is a wire format: a field may be added, its
 * meaning never changes, and `format` rises when an older interpreter could not run a newer plan.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };
export type JsonSchema = boolean | { [keyword: string]: Json };

export const PLAN_FORMAT = 1;

export interface Plan {
  readonly format: typeof PLAN_FORMAT;
  /** The workflow type, `payments/batch-payout`. */
  readonly name: string;
  /** SHA-256 in hex over the canonical JSON of the plan without this field. */
  readonly hash: string;
  readonly description?: string;
  /** Every block of the definition; a step names its blocks by their index here. The root is `blocks[0]`. */
  readonly blocks: readonly BlockPlan[];
  /** The signatures that the plan relies on, by activity name. */
  readonly signatures: { readonly [activity: string]: SignaturePlan };
}

/** What the interpreter and the hosts need to know of an activity's signature. */
export interface SignaturePlan {
  /** The first 64 bits, in hex, of a SHA-256 over its input, output, errors and effect. */
  readonly hash: string;
  readonly effect: Effect;
  /** The declared errors, by type. */
  readonly errors: { readonly [type: string]: { readonly retryable: boolean } };
  /** Start-to-close where neither the step nor `defaults` says otherwise. Milliseconds. */
  readonly timeoutMs: number;
}

export type Effect = 'pure' | 'read' | 'write' | 'external';

export interface BlockPlan {
  readonly steps: readonly StepPlan[];
  readonly output?: Value;
}

export type StepPlan = StepCommon & StepAction;

export interface StepCommon {
  /** Unique in the definition. Steps that the author left unnamed have an id of the form `step_7` that no reference can reach. */
  readonly id: string;
  /** `false` for a generated id. */
  readonly named: boolean;
  /** Where the step stands in the YAML, 1-based: for failures that point at their line. */
  readonly line: number;
  /** Indexes of the siblings that must have settled before. */
  readonly needs: readonly number[];
  readonly if?: Value;
  /** Milliseconds, or an expression that gives a duration; on a block it bounds the whole. */
  readonly timeout?: Value;
  readonly catch?: readonly CatchPlan[];
  /** Shown in Temporal's Web UI. */
  readonly summary?: Value;
}

export interface CatchPlan {
  /** Error types; absent: all but cancellation. */
  readonly errors?: readonly string[];
  readonly block: number;
}

export type StepAction =
  | {
      readonly kind: 'activity';
      readonly activity: string;
      readonly with: Value;
      readonly retry?: RetryPlan;
      readonly timeouts?: ActivityTimeoutsPlan;
    }
  | { readonly kind: 'set'; readonly value: Value }
  | { readonly kind: 'group'; readonly block: number }
  | {
      readonly kind: 'for_each';
      readonly items: Value;
      readonly as: string;
      readonly key?: Value;
      readonly concurrency: Value;
      readonly block: number;
      /** Whether any expression reads the list of the items' outputs; if none does, it is not kept. */
      readonly keepsOutputs: boolean;
    };

/** Temporal's retry policy. Durations in milliseconds. */
export interface RetryPlan {
  readonly initialIntervalMs?: number;
  readonly backoffCoefficient?: number;
  readonly maximumIntervalMs?: number;
  readonly maximumAttempts?: number;
}

/** Temporal's activity timeouts, each a Value that gives milliseconds or a duration string. */
export interface ActivityTimeoutsPlan {
  readonly startToClose?: Value;
  readonly scheduleToClose?: Value;
  readonly scheduleToStart?: Value;
  readonly heartbeat?: Value;
}

/**
 * A value of the definition in which expressions may stand. `literal` has none; `expression` is one whole
 * expression, which keeps its type; `text` embeds expressions in a string.
 */
export type Value =
  | { readonly literal: Json }
  | { readonly expression: string; readonly line: number }
  | { readonly text: readonly (string | { readonly expression: string })[]; readonly line: number }
  | { readonly object: readonly (readonly [key: string, value: Value])[] }
  | { readonly list: readonly Value[] };
