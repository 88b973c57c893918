/**
 * The plan: a definition compiled to plain JSON, the only thing that the interpreter runs.
 *
 * It is pinned by every run that starts from it, so its shape is a wire format: a field may be added, its
 * meaning never changes, and `format` rises when an older interpreter could not run a newer plan.
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };
export type JsonSchema = boolean | { [keyword: string]: Json };

/** 1 knew the steps activity, set, group and for_each; 2 knows the whole language, and runs what 1 ran as before. */
export const PLAN_FORMAT = 2;

export interface Plan {
  /** At most `PLAN_FORMAT`. */
  readonly format: number;
  /** The workflow type, `payments/batch-payout`. */
  readonly name: string;
  /** SHA-256 in hex over the canonical JSON of the plan without this field. */
  readonly hash: string;
  readonly description?: string;
  /** Every block of the definition; a step names its blocks by their index here. The root is `blocks[0]`. */
  readonly blocks: readonly BlockPlan[];
  /** The signatures that the plan relies on, by activity name. */
  readonly signatures: { readonly [activity: string]: SignaturePlan };
  /** The business key: the run's workflow id has to be this value, computed from `input` alone. */
  readonly id?: IdPlan;
  /** What may be sent to a run, by name: the schema of each payload, self-contained. */
  readonly signals?: { readonly [name: string]: JsonSchema };
  readonly updates?: { readonly [name: string]: UpdatePlan };
  /** Values that are computed whenever somebody asks, from whatever has ended by then. */
  readonly queries?: { readonly [name: string]: Value };
  /** Set when the run starts. */
  readonly searchAttributes?: SearchAttributesPlan;
  /** Set when the run starts; gives an object. */
  readonly memo?: Value;
  /** What the run's output has to be. */
  readonly outputSchema?: JsonSchema;
  /** Why nobody should start this any more, and what to use instead. */
  readonly deprecated?: string;
}

export interface IdPlan {
  readonly key: Value;
  readonly onConflict: OnConflict;
}

/** What a start does where a run with its id is there already: take that one, fail, or end it and start. */
export type OnConflict = 'join' | 'fail' | 'replace';

export interface UpdatePlan {
  readonly input: JsonSchema;
  /** All must hold, with the update's payload as `payload`; the first that does not says why in `else`. */
  readonly accept: readonly { readonly when: Value; readonly else: Value }[];
}

export type SearchAttributeType = 'Keyword' | 'Text' | 'Int' | 'Double' | 'Bool' | 'Datetime' | 'KeywordList';

export interface SearchAttributesPlan {
  readonly [name: string]: { readonly type: SearchAttributeType; readonly value: Value };
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
  /** In place of `output`: the step whose output is the block's, where the block's own catch wraps its steps. */
  readonly outputOf?: number;
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
  /** The block that runs after the step, however it ended; its index. */
  readonly finally?: number;
  readonly compensate?: CompensatePlan;
  /** When the step's block has succeeded, what it did is not undone any more. */
  readonly commit?: true;
  /** Set when the step starts. */
  readonly searchAttributes?: SearchAttributesPlan;
  /** Shown in Temporal's Web UI. */
  readonly summary?: Value;
  /** Made by the compiler to hold a block's own `catch`, `finally` and `timeout`; paths leave it out. */
  readonly transparent?: true;
}

/** What undoes a step. Its values see what the step saw, and the step itself. */
export interface CompensatePlan extends ActivityOptionsPlan {
  readonly activity: string;
  readonly with: Value;
}

export interface CatchPlan {
  /** Error types; absent: all but cancellation. */
  readonly errors?: readonly string[];
  readonly block: number;
}

export type StepAction =
  | ({ readonly kind: 'activity'; readonly activity: string; readonly with: Value } & ActivityOptionsPlan)
  | {
      readonly kind: 'workflow';
      readonly workflow: string;
      readonly with: Value;
      /** Whether the step ends as soon as the child has started. */
      readonly detach: boolean;
      /** The child's `id`, computed from the child's `input`. */
      readonly childId?: IdPlan;
      readonly taskQueue?: Value;
      readonly priority?: PriorityPlan;
    }
  | { readonly kind: 'set'; readonly value: Value }
  | { readonly kind: 'group'; readonly block: number }
  /** The first case that holds; one without `when` always does. */
  | { readonly kind: 'switch'; readonly cases: readonly { readonly when?: Value; readonly block: number }[] }
  | {
      readonly kind: 'for_each';
      readonly items: Value | PagesPlan;
      readonly as: string;
      readonly key?: Value;
      readonly concurrency: Value;
      readonly tolerate?: TolerancePlan;
      readonly block: number;
      /** Whether any expression reads the list of the items' outputs; if none does, it is not kept. */
      readonly keepsOutputs: boolean;
    }
  | {
      readonly kind: 'repeat';
      /** What `state` is in the first round; an object. */
      readonly state: Value;
      /** Asked after each round, when the block's output has been merged into `state`. */
      readonly until: Value;
      /** The wait between two rounds. */
      readonly every?: Value;
      readonly max?: Value;
      readonly block: number;
    }
  | {
      readonly kind: 'race';
      readonly branches: readonly { readonly name: string; readonly block: number; readonly then?: number }[];
      /** How many branches may fail. */
      readonly tolerate?: Value;
    }
  | { readonly kind: 'all'; readonly branches: readonly { readonly name: string; readonly block: number }[] }
  /** A duration, or the time to wait for: an ISO string or a timestamp. */
  | { readonly kind: 'wait'; readonly duration: Value }
  | { readonly kind: 'wait'; readonly until: Value }
  /** A signal or an update of the definition. */
  | { readonly kind: 'await'; readonly name: string }
  | {
      readonly kind: 'signal';
      readonly workflow: string;
      readonly signal: string;
      /** The workflow id. */
      readonly to: Value;
      readonly with: Value;
    }
  /** Gives `{type, message, details?}`. */
  | { readonly kind: 'fail'; readonly failure: Value }
  /** Ends the enclosing step of this id, or the run. */
  | { readonly kind: 'return'; readonly value: Value; readonly from?: string };

/** Items that an activity gives page by page: `{…with, cursor?}` → `{items, next_cursor?}`. */
export interface PagesPlan extends ActivityOptionsPlan {
  readonly pages: string;
  readonly with: Value;
}

/** How many items may fail. */
export type TolerancePlan = { readonly count: Value } | { readonly percent: Value } | 'all';

/** How an activity is called. */
export interface ActivityOptionsPlan {
  readonly retry?: RetryPlan;
  readonly timeouts?: ActivityTimeoutsPlan;
  /** Runs in the worker that has the run, as a local activity. */
  readonly local?: true;
  readonly taskQueue?: Value;
  readonly priority?: PriorityPlan;
}

/** Temporal's priority and fairness. */
export interface PriorityPlan {
  /** From 1, the most urgent. */
  readonly priority?: Value;
  readonly fairnessKey?: Value;
  readonly fairnessWeight?: Value;
}

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
