/** Makes up values that a JSON Schema takes: the same for the same seed. */
import { compileSchema } from '../json-schema/compile-schema.ts';
import { resolveRef, typesOf } from '../json-schema/describe-schema.ts';
import type { Json, JsonObject, JsonSchema } from '../plan/plan.ts';

/** A number from 0 to less than 1. */
export type Random = () => number;

/** Numbers that look random and are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A whole number from `from` to `to`. */
export function between(random: Random, from: number, to: number): number {
  return from + Math.floor(random() * (to - from + 1));
}

const TRIES = 50;

/**
 * A value that fits a schema.
 * @returns `undefined` where none could be made up: what the schema asks for is too special
 */
export function generateValue(schema: JsonSchema, random: Random): Json | undefined {
  const validate = compileSchema(schema);
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const made = validate(make(schema, schema, random, 0));
    if (made.ok) return made.value;
  }
  return undefined;
}

function make(unresolved: JsonSchema, root: JsonSchema, random: Random, depth: number): Json {
  const schema = resolveRef(unresolved, root);
  if (typeof schema === 'boolean' || depth > 12) return {};
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return pick(schema.enum, random);
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const branches = schema[keyword];
    if (Array.isArray(branches) && branches.length > 0) {
      const { [keyword]: _, ...rest } = schema;
      const branch = resolveRef(pick(branches, random) as JsonSchema, root);
      return make(typeof branch === 'object' ? { ...rest, ...branch } : rest, root, random, depth + 1);
    }
  }
  const types = typesOf(schema);
  switch (types.length === 0 ? 'object' : pick(types, random)) {
    case 'string':
      return text(schema, random);
    case 'integer':
      return number(schema, random, 1);
    case 'number':
      return number(schema, random, schema.multipleOf === undefined ? 0.01 : Number(schema.multipleOf));
    case 'boolean':
      return random() < 0.5;
    case 'null':
      return null;
    case 'array': {
      const least = Number(schema.minItems ?? 0);
      const count = between(random, least, Math.min(Number(schema.maxItems ?? least + 3), least + 3));
      return Array.from({ length: count }, () => make(schema.items as JsonSchema, root, random, depth + 1));
    }
    default:
      return record(schema, root, random, depth);
  }
}

function record(
  schema: { readonly [keyword: string]: Json },
  root: JsonSchema,
  random: Random,
  depth: number,
): JsonObject {
  const required = new Set(Array.isArray(schema.required) ? schema.required.map(String) : []);
  const properties = Object.entries((schema.properties ?? {}) as { readonly [name: string]: JsonSchema });
  return Object.fromEntries(
    properties
      .filter(([name]) => required.has(name) || random() < 0.5)
      .map(([name, property]) => [name, make(property, root, random, depth + 1)]),
  );
}

function number(schema: { readonly [keyword: string]: Json }, random: Random, step: number): number {
  const least = bound(schema.minimum, schema.exclusiveMinimum, step) ?? 0;
  const most = bound(schema.maximum, schema.exclusiveMaximum, -step) ?? least + 1000 * step;
  const first = Math.ceil(least / step);
  const last = Math.floor(most / step);
  const value = between(random, first, Math.max(first, last)) * step;
  return Number(value.toFixed(6));
}

function bound(inclusive: Json | undefined, exclusive: Json | undefined, step: number): number | undefined {
  if (typeof exclusive === 'number') return exclusive + step;
  return typeof inclusive === 'number' ? inclusive : undefined;
}

const WORDS = ['amber', 'birch', 'cedar', 'delta', 'ember', 'fjord', 'grove', 'heath'];

function text(schema: { readonly [keyword: string]: Json }, random: Random): string {
  const { format, pattern, minLength, maxLength } = schema;
  if (typeof format === 'string') return formatted(format, random);
  if (typeof pattern === 'string') return patterned(pattern, random);
  const word = `${pick(WORDS, random)}-${between(random, 10, 99)}`;
  return word.padEnd(Number(minLength ?? 0), 'x').slice(0, Number(maxLength ?? word.length + 100));
}

function formatted(format: string, random: Random): string {
  const hex = (length: number): string =>
    Array.from({ length }, () => '0123456789abcdef'[between(random, 0, 15)]).join('');
  const day = `2026-${String(between(random, 1, 12)).padStart(2, '0')}-${String(between(random, 1, 28)).padStart(2, '0')}`;
  switch (format) {
    case 'uuid':
      return `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`;
    case 'date':
      return day;
    case 'date-time':
      return `${day}T${String(between(random, 0, 23)).padStart(2, '0')}:00:00Z`;
    case 'time':
      return '12:00:00Z';
    case 'email':
      return `${pick(WORDS, random)}@example.com`;
    case 'uri':
    case 'url':
      return `https://example.com/${hex(6)}`;
    case 'ipv4':
      return `192.0.2.${between(random, 1, 254)}`;
    default:
      return pick(WORDS, random);
  }
}

/** Classes of characters, single characters, and how often: what patterns of ids and codes are made of. */
function patterned(pattern: string, random: Random): string {
  const parts = pattern.replace(/^\^/, '').replace(/\$$/, '');
  let made = '';
  for (const [, set, escaped, plain, least, most, sign] of parts.matchAll(
    /(?:\[([^\]]+)\]|\\(.)|(.))(?:\{(\d+)(?:,(\d*))?\}|([*+?]))?/g,
  )) {
    const characters = set !== undefined ? expand(set) : escaped === 'd' ? '0123456789' : (escaped ?? plain!);
    const from = least !== undefined ? Number(least) : sign === '*' || sign === '?' ? 0 : 1;
    const to = most ? Number(most) : sign === '*' || sign === '+' ? from + 5 : sign === '?' ? 1 : from;
    for (let left = between(random, from, to); left > 0; left--) made += pick([...characters], random);
  }
  return made;
}

/** `A-Z0-9_` as every character. */
function expand(set: string): string {
  return set
    .replace(/\\d/g, '0-9')
    .replace(/\\w/g, 'a-z')
    .replace(/(.)-(.)/g, (_, from: string, to: string) => {
      const first = from.codePointAt(0)!;
      return String.fromCodePoint(
        ...Array.from({ length: to.codePointAt(0)! - first + 1 }, (__, index) => first + index),
      );
    });
}

function pick<Item>(items: readonly Item[], random: Random): Item {
  return items[between(random, 0, items.length - 1)]!;
}
