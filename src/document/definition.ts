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
  readonly root: Block;
}

export interface InputProperty {
  readonly name: Located<string>;
  readonly schema: YamlNode;
}

export interface Block {
  readonly range: SourceRange;
  readonly steps: readonly Step[];
  readonly output?: YamlNode;
}

export interface Step {
  /** The whole step. */
  readonly range: SourceRange;
  readonly id?: Located<string>;
  readonly if?: YamlNode;
  readonly needs?: { readonly range: SourceRange; readonly ids: readonly Located<string>[] };
  readonly timeout?: YamlNode;
  readonly retry?: YamlNode;
  readonly catch?: Catch;
  readonly summary?: YamlNode;
  /** Absent when the step names no kind, or several: the schema pass says so. */
  readonly action?: Action;
}

export type Action =
  | {
      readonly kind: 'activity';
      readonly keyRange: SourceRange;
      readonly activity: Located<string>;
      readonly with?: YamlNode;
    }
  | { readonly kind: 'set'; readonly keyRange: SourceRange; readonly value: YamlNode }
  | { readonly kind: 'group'; readonly keyRange: SourceRange; readonly block: Block }
  | {
      readonly kind: 'for_each';
      readonly keyRange: SourceRange;
      readonly items: YamlNode;
      readonly as?: Located<string>;
      readonly key?: YamlNode;
      readonly concurrency?: YamlNode;
      readonly block: Block;
    };

/** `catch: ignore`, or the list of its cases. */
export type Catch =
  | { readonly kind: 'ignore'; readonly range: SourceRange }
  | { readonly kind: 'cases'; readonly range: SourceRange; readonly cases: readonly CatchCase[] };

export interface CatchCase {
  readonly range: SourceRange;
  readonly errors?: readonly Located<string>[];
  readonly block: Block;
}
