import type { SourceRange } from '../diagnostics/diagnostic.ts';

/** YAML reduced to JSON's kinds, with the range of every node and of every key. */
export type YamlNode = ScalarNode | SequenceNode | MappingNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly range: SourceRange;
  /**
   * For a string: maps an offset in `value` to an offset in the file, so that a finding inside an expression
   * points at its own characters, also in quoted, folded and block scalars.
   */
  readonly offsets?: (offset: number) => number;
}

export interface SequenceNode {
  readonly kind: 'sequence';
  readonly items: readonly YamlNode[];
  readonly range: SourceRange;
}

export interface MappingNode {
  readonly kind: 'mapping';
  readonly entries: readonly MappingEntry[];
  readonly range: SourceRange;
}

export interface MappingEntry {
  readonly key: { readonly value: string; readonly range: SourceRange };
  readonly value: YamlNode;
}
