import type { Json, JsonSchema } from '../plan/plan.ts';
import { describeSchema, resolveRef, typesOf } from './describe-schema.ts';

export type Coerced =
  | { readonly ok: true; readonly value: Json }
  /** A phrase that quotes the text: `'abc' is not a number`. */
  | { readonly ok: false; readonly problem: string };

/**
 * What a text from the command line means where a schema says what is expected: `10` is a number for a number
 * and stays a string for a string; lists and objects are written as JSON. Only the kind is looked at here: the
 * value is still to be held against the schema.
 *
 * @param root where the schema's `$ref`s of the form `#/…` lead
 */
export function coerceInput(text: string, schema: JsonSchema, root: JsonSchema = schema): Coerced {
  const kinds = kindsOf(schema, root, 0);
  if (kinds.size === 0) return ok(readJson(text) ?? text);
  for (const kind of ['null', 'boolean', 'integer', 'number', 'array', 'object', 'string']) {
    if (!kinds.has(kind)) continue;
    const value = read(text, kind);
    if (value !== undefined) return ok(value);
  }
  return { ok: false, problem: `'${text}' is not ${expected(schema, root, kinds)}` };
}

function ok(value: Json): Coerced {
  return { ok: true, value };
}

function read(text: string, kind: string): Json | undefined {
  switch (kind) {
    case 'string':
      return text;
    case 'null':
      return text === 'null' ? null : undefined;
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'integer':
    case 'number': {
      // Whether a number is whole is the schema's to judge: it says so better.
      const number = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text.trim())
        ? Number(text)
        : Number.NaN;
      return Number.isFinite(number) ? number : undefined;
    }
    default: {
      const value = readJson(text);
      const fits =
        kind === 'array'
          ? Array.isArray(value)
          : value !== null && typeof value === 'object' && !Array.isArray(value);
      return fits ? value : undefined;
    }
  }
}

function readJson(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

/** The kinds that a schema takes; none if it takes anything. */
function kindsOf(unresolved: JsonSchema, root: JsonSchema, depth: number): ReadonlySet<string> {
  const schema = resolveRef(unresolved, root);
  if (typeof schema === 'boolean' || depth > 8) return new Set();
  const values = Array.isArray(schema.enum)
    ? schema.enum
    : schema.const === undefined
      ? undefined
      : [schema.const];
  if (values !== undefined) return new Set(values.map(kindOf));
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const branches = schema[keyword];
    if (!Array.isArray(branches)) continue;
    const kinds = branches.map((branch) => kindsOf(branch as JsonSchema, root, depth + 1));
    return kinds.some((set) => set.size === 0) ? new Set() : new Set(kinds.flatMap((set) => [...set]));
  }
  return new Set(typesOf(schema));
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function expected(schema: JsonSchema, root: JsonSchema, kinds: ReadonlySet<string>): string {
  const phrase = describeSchema(schema, root);
  if (kinds.has('array')) return `a ${phrase}, written as JSON`;
  if (kinds.has('object')) return `${phrase}, written as JSON`;
  return /^(?:one of|[^a-z])/.test(phrase) ? phrase : `a ${phrase}`;
}
