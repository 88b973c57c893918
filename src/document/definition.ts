/**
 * The tree of a definition: what the YAML says, with the range of every part, before anybody judged it.
 *
 * Reading is lenient: a part of the wrong type is left out here and reported by the schema pass, so that the
 * rules can go on and all findings of a file come in one run.
 */
import type { SourceRange } from '../diagnostics/diagnostic.ts';
import type { YamlNode } from './yaml-tree.ts';

/** A leaf with its place. */
export interface Located<T> {
  readonly value: T;
  readonly range: SourceRange;
}

export interface Definition {
  /** Relative to the project's root: `definitions/payments/batch-payout.yaml`. */
  readonly file: string;
  /** `payments/batch-payout`, from the path. */
  readonly name: string;
  readonly source: string;
  readonly description?: Located<string>;
  /** The properties of the short form, each a JSON Schema plus `optional`. */
  readonly input: readonly InputProperty[];
  /** `input_schema`, where the short form is not enough. */
  readonly inputSchema?: YamlNode;
  readonly outputSchema?: YamlNode;
  readonly root: Block;
  readonly signals: readonly Message[];
  readonly updates: readonly Update[];
  readonly queries: readonly { readonly name: Located<string>; readonly value: YamlNode }[];
  readonly id?: {
    readonly range: SourceRange;
    readonly key?: YamlNode;
    readonly onConflict?: Located<string>;
  };
  readonly schedules: readonly ScheduleEntry[];
  readonly searchAttributes?: YamlNode;
  readonly memo?: YamlNode;
  readonly deprecated?: Located<string>;
  /** What every activity step has unless it says otherwise. */
  readonly defaults: CallOptions;
}

/** A signal or an update. */
export interface Message {
  readonly name: Located<string>;
  /** The payload's schema in the short form. */
  readonly input: readonly InputProperty[];
}

export interface Update extends Message {
  readonly accept: readonly {
    readonly range: SourceRange;
    readonly when?: YamlNode;
    readonly else?: YamlNode;
  }[];
}

/** One entry of `schedules`. */
export interface ScheduleEntry {
  readonly range: SourceRange;
  readonly name?: Located<string>;
  /** A cron expression of five fields. */
  readonly cron?: Located<string>;
  readonly every?: YamlNode;
  readonly timeZone?: Located<string>;
  readonly overlap?: Located<string>;
  readonly catchup?: YamlNode;
  readonly input?: YamlNode;
}

/** How an activity, or a child, is called. */
export interface CallOptions {
  readonly retry?: YamlNode;
  readonly timeout?: YamlNode;
  readonly local?: Located<boolean>;
  readonly taskQueue?: YamlNode;
  readonly priority?: YamlNode;
  readonly fairness?: YamlNode;
}

export interface InputProperty {
  readonly name: Located<string>;
  readonly schema: YamlNode;
}

export interface Block {
  readonly range: SourceRange;
  readonly steps: readonly Step[];
  readonly output?: YamlNode;
  /** Of the block itself: for the root, a case, a branch. Those of a step with a body stand at the step. */
  readonly catch?: Catch;
  readonly finally?: Block;
  /** Of the root: the bound on the whole run. */
  readonly timeout?: YamlNode;
}

export interface Step extends CallOptions {
  /** The whole step. */
  readonly range: SourceRange;
  readonly id?: Located<string>;
  readonly if?: YamlNode;
  readonly needs?: { readonly range: SourceRange; readonly ids: readonly Located<string>[] };
  readonly catch?: Catch;
  readonly finally?: Block;
  readonly compensate?: Compensation;
  readonly commit?: Located<boolean>;
  readonly searchAttributes?: YamlNode;
  readonly summary?: YamlNode;
  /** Absent when the step names no kind, or several: the schema pass says so. */
  readonly action?: Action;
}

/** `compensate: {activity, with, retry, timeout, …}` */
export interface Compensation extends CallOptions {
  readonly range: SourceRange;
  readonly activity?: Located<string>;
  readonly with?: YamlNode;
}

export type Action = { readonly keyRange: SourceRange } & (
  | { readonly kind: 'activity'; readonly activity: Located<string>; readonly with?: YamlNode }
  | {
      readonly kind: 'workflow';
      readonly workflow: Located<string>;
      readonly with?: YamlNode;
      readonly detach?: Located<boolean>;
    }
  | { readonly kind: 'set'; readonly value: YamlNode }
  | { readonly kind: 'group'; readonly block: Block }
  | { readonly kind: 'switch'; readonly cases: readonly SwitchCase[] }
  | {
      readonly kind: 'for_each';
      /** The list, or where it comes from page by page. */
      readonly items: YamlNode | Pages;
      readonly as?: Located<string>;
      readonly key?: YamlNode;
      readonly concurrency?: YamlNode;
      /** `all`, or a mapping with `count` or `percent`. */
      readonly tolerate?: YamlNode;
      readonly block: Block;
    }
  | {
      readonly kind: 'repeat';
      readonly state?: YamlNode;
      readonly until?: YamlNode;
      readonly every?: YamlNode;
      readonly max?: YamlNode;
      readonly block: Block;
    }
  | {
      readonly kind: 'race';
      readonly branches: readonly (Branch & { readonly then?: Block })[];
      /** A mapping with `count`. */
      readonly tolerate?: YamlNode;
    }
  | { readonly kind: 'all'; readonly branches: readonly Branch[] }
  /** A duration, or a mapping with `until`. */
  | { readonly kind: 'wait'; readonly duration: YamlNode }
  | { readonly kind: 'wait'; readonly until: YamlNode }
  | { readonly kind: 'await'; readonly name: Located<string> }
  | {
      readonly kind: 'signal';
      /** `domain/name.signal` */
      readonly signal: Located<string>;
      readonly to?: YamlNode;
      readonly with?: YamlNode;
    }
  /** A mapping `{type, message, details}`, or one expression. */
  | { readonly kind: 'fail'; readonly failure: YamlNode }
  | { readonly kind: 'return'; readonly value: YamlNode; readonly from?: Located<string> }
);

/** Items that an activity gives page by page. */
export interface Pages {
  readonly kind: 'pages';
  readonly range: SourceRange;
  readonly activity: Located<string>;
  readonly with?: YamlNode;
}

/** One without `when` is the `else`. */
export interface SwitchCase {
  readonly range: SourceRange;
  readonly when?: YamlNode;
  readonly block: Block;
}

export interface Branch {
  readonly name: Located<string>;
  readonly block: Block;
}

/** `catch: ignore`, or the list of its cases. */
export type Catch =
  | { readonly kind: 'ignore'; readonly range: SourceRange }
  | { readonly kind: 'cases'; readonly range: SourceRange; readonly cases: readonly CatchCase[] };

export interface CatchCase {
  readonly range: SourceRange;
  readonly errors?: readonly Located<string>[];
  readonly block: Block;
}
