import type { SourceRange } from '../diagnostics/diagnostic.ts';
import type { ScalarNode, YamlNode } from '../document/yaml-tree.ts';
import { parseTemplate } from '../expression/template.ts';
import type { Json } from '../plan/plan.ts';

/** The place in the file of a part of a string, by its offsets in the string's value. */
export function placeIn(node: ScalarNode, start: number, end: number): SourceRange {
  const { offsets } = node;
  if (offsets === undefined) return node.range;
  const from = offsets(start);
  // The end of the last character, not the start of the next: between the two may be an escape or a fold.
  const to = end > start ? offsets(end - 1) + 1 : from;
  return { start: from, end: Math.max(from, to) };
}

/** Whether an expression, or what wants to be one, stands anywhere in a value. */
export function hasExpressions(node: YamlNode): boolean {
  if (node.kind === 'sequence') return node.items.some(hasExpressions);
  if (node.kind === 'mapping') return node.entries.some(({ value }) => hasExpressions(value));
  if (typeof node.value !== 'string') return false;
  const parsed = parseTemplate(node.value);
  return !parsed.ok || parsed.template.kind !== 'literal';
}

/** The texts of a value in which expressions stand, or what wants to be one. */
export function expressionNodes(node: YamlNode): readonly ScalarNode[] {
  if (node.kind === 'sequence') return node.items.flatMap(expressionNodes);
  if (node.kind === 'mapping') return node.entries.flatMap(({ value }) => expressionNodes(value));
  return hasExpressions(node) ? [node] : [];
}

/** The JSON of a value without expressions: `$${{` has become `${{`. */
export function literalOf(node: YamlNode): Json {
  if (node.kind === 'sequence') return node.items.map(literalOf);
  if (node.kind === 'mapping') {
    return Object.fromEntries(node.entries.map(({ key, value }) => [key.value, literalOf(value)]));
  }
  if (typeof node.value !== 'string') return node.value;
  const parsed = parseTemplate(node.value);
  return parsed.ok && parsed.template.kind === 'literal' ? parsed.template.text : node.value;
}
