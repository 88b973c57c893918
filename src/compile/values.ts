import { positionAt } from '../diagnostics/position.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import { parseDuration } from '../expression/duration.ts';
import { parseTemplate } from '../expression/template.ts';
import type { Json, Value } from '../plan/plan.ts';

/** The lines of a definition's text, by the offset at which each starts. */
export type Lines = readonly number[];

/** A node of the YAML as a value of the plan. Parts without an expression become literals as a whole. */
export function toValue(node: YamlNode, lines: Lines): Value {
  if (node.kind === 'scalar')
    return typeof node.value === 'string' ? toText(node.value, lineOf(node, lines)) : { literal: node.value };
  if (node.kind === 'sequence') {
    const list = node.items.map((item) => toValue(item, lines));
    return list.every(isLiteral) ? { literal: list.map(({ literal }) => literal) } : { list };
  }
  const object = node.entries.map(({ key, value }) => [key.value, toValue(value, lines)] as const);
  const literals: { [key: string]: Json } = {};
  for (const [key, value] of object) {
    if (!isLiteral(value)) return { object };
    literals[key] = value.literal;
  }
  return { literal: literals };
}

/** A duration: a literal becomes milliseconds, an expression stays one. */
export function toDuration(node: YamlNode, lines: Lines): Value {
  const value = toValue(node, lines);
  return isLiteral(value) ? { literal: milliseconds(value.literal) } : value;
}

/** A value that the checker has let through as one without expressions. */
export function literalOf(node: YamlNode, lines: Lines): Json {
  const value = toValue(node, lines);
  if (isLiteral(value)) return value.literal;
  throw new Error('expected a literal; the checker should have said so');
}

/** The entries of a mapping; none where there is no node. */
export function members(node: YamlNode | undefined): (readonly [key: string, value: YamlNode])[] {
  if (node === undefined) return [];
  if (node.kind !== 'mapping') throw new Error('expected a mapping; the checker should have said so');
  return node.entries.map(({ key, value }) => [key.value, value] as const);
}

/** Milliseconds of a literal duration that the checker has let through. */
export function milliseconds(literal: Json): number {
  const parsed = typeof literal === 'string' ? parseDuration(literal) : undefined;
  if (parsed?.ok) return parsed.ms;
  throw new Error(`${JSON.stringify(literal)} is no duration; the checker should have said so`);
}

/** Every expression in a value. */
export function expressionsIn(value: Value): string[] {
  if ('expression' in value) return [value.expression];
  if ('text' in value)
    return value.text.flatMap((part) => (typeof part === 'string' ? [] : [part.expression]));
  if ('object' in value) return value.object.flatMap(([, member]) => expressionsIn(member));
  if ('list' in value) return value.list.flatMap(expressionsIn);
  return [];
}

export function lineOf(node: { readonly range: { readonly start: number } }, lines: Lines): number {
  return positionAt(lines, node.range.start).line;
}

function toText(text: string, line: number): Value {
  const parsed = parseTemplate(text);
  if (!parsed.ok) throw new Error(`${parsed.error.message}; the checker should have said so`);
  const { template } = parsed;
  if (template.kind === 'literal') return { literal: template.text };
  if (template.kind === 'expression') return { expression: template.expression.source, line };
  const parts = template.parts.map((part) => (typeof part === 'string' ? part : { expression: part.source }));
  return { text: parts, line };
}

function isLiteral(value: Value): value is { readonly literal: Json } {
  return 'literal' in value;
}
