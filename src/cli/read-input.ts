import { positionOf } from '../diagnostics/position.ts';
import { toJson } from '../document/json.ts';
import { parseYaml } from '../document/yaml.ts';
import { coerceInput } from '../json-schema/coerce-input.ts';
import { compileSchema } from '../json-schema/compile-schema.ts';
import { describeSchema, resolveRef, typesOf } from '../json-schema/describe-schema.ts';
import { formatPath, formatProblem, quote } from '../json-schema/schema-problem.ts';
import { didYouMean } from '../json-schema/suggest.ts';
import type { Json, JsonObject, JsonSchema } from '../plan/plan.ts';

/** The input of a run, or all that is wrong with it, a sentence each. */
export type ReadInput =
  | { readonly ok: true; readonly input: JsonObject }
  | {
      readonly ok: false;
      readonly problems: readonly string[];
      /** The inputs that were not given and must be, if nothing else is wrong. */
      readonly missing?: readonly string[];
    };

export interface InputOptions {
  /** What `--input-file` holds; assignments go before it. */
  readonly file?: JsonObject;
}

/**
 * Reads `--input` by the definition's schema: `min_amount=10` is a number where the schema says so,
 * `customer.name=Ann` is a key of an object, and `ids:=[1, 2]` is JSON whatever the schema says.
 * @param assignments the flags' values, in order; of two with one key the later counts
 * @param schema the definition's input, an object schema
 */
export function readInput(
  assignments: readonly string[],
  schema: JsonSchema,
  { file = {} }: InputOptions = {},
): ReadInput {
  const input = structuredClone(file);
  const problems: string[] = [];
  const unread: string[] = [];
  for (const assignment of assignments) {
    const read = readAssignment(assignment, schema);
    if (read.ok) assign(input, read.path, read.value);
    else {
      problems.push(read.problem);
      if (read.path !== undefined) unread.push(read.path.join('.'));
    }
  }
  const broken = halfCharacterIn(input, []);
  if (broken !== undefined) {
    problems.push(`${formatPath(broken)}: half a character (a lone surrogate) cannot be sent`);
  }
  const validation = compileSchema(schema)(input);
  if (validation.ok) return problems.length === 0 ? { ok: true, input } : { ok: false, problems };
  // What could not be read is no missing input as well.
  const others = validation.problems.filter(({ keyword, at, key }) => {
    const path = [...at, key].join('.');
    return keyword !== 'required' || !unread.some((name) => name === path || name.startsWith(`${path}.`));
  });
  const missing = others.flatMap(({ keyword, at, key }) =>
    keyword === 'required' && at.length === 0 ? [key!] : [],
  );
  const onlyMissing = problems.length === 0 && missing.length === others.length;
  problems.push(...others.map(formatProblem));
  return { ok: false, problems, ...(onlyMissing && { missing }) };
}

/** Reads the text of an input file, a JSON or YAML object; `name` is how problems call the file. */
export function parseInputFile(text: string, name: string): ReadInput {
  const { tree, findings } = parseYaml(text, name);
  if (tree === undefined || findings.length > 0) {
    const problems = findings.map(({ message, range, code }) => {
      // Of a file that is too large or empty no place is to blame.
      if (range.end === 0 && code !== 'yaml-syntax') return `${name}: ${message}`;
      const { line, column } = positionOf(text, range.start);
      return `${name}:${line}:${column}: ${message}`;
    });
    return { ok: false, problems };
  }
  const value = toJson(tree);
  if (isObject(value)) return { ok: true, input: value };
  return { ok: false, problems: [`${name}: ${quote(value)} is not an object of inputs`] };
}

type Assignment =
  | { readonly ok: true; readonly path: readonly string[]; readonly value: Json }
  | { readonly ok: false; readonly problem: string; readonly path?: readonly string[] };

function readAssignment(assignment: string, schema: JsonSchema): Assignment {
  const equals = assignment.indexOf('=');
  const asJson = equals > 0 && assignment[equals - 1] === ':';
  const name = assignment.slice(0, asJson ? equals - 1 : Math.max(equals, 0));
  const path = name.split('.');
  if (path.some((part) => part === '' || part === '__proto__')) {
    return { ok: false, problem: `--input takes key=value, got '${assignment}'` };
  }
  const target = schemaAt(schema, path);
  if (!target.ok) return target;
  const text = assignment.slice(equals + 1);
  if (!asJson) {
    const coerced = coerceInput(text, target.schema, schema);
    if (!coerced.ok) return { ok: false, problem: `${name}: ${coerced.problem}`, path };
    const problem = typeof coerced.value === 'string' ? undefined : lossIn(text);
    if (problem !== undefined) return { ok: false, problem: `${name}: ${problem}`, path };
    return { ok: true, path, value: coerced.value };
  }
  try {
    const value = JSON.parse(text) as Json;
    const problem = lossIn(text);
    return problem === undefined
      ? { ok: true, path, value }
      : { ok: false, problem: `${name}: ${problem}`, path };
  } catch {
    return { ok: false, problem: `${name}: ${quote(text)} is not JSON`, path };
  }
}

/**
 * What JSON.parse reads without a word, and an input file refuses: a key that stands twice, `__proto__`, a number that
 * does not fit, a depth without end.
 */
function lossIn(json: string): string | undefined {
  const codes = ['duplicate-key', 'reserved-key', 'yaml-number', 'yaml-too-deep'];
  return parseYaml(json, '--input').findings.find(({ code }) => codes.includes(code))?.message;
}

/** Where a text holds half of a surrogate pair, which UTF-8 cannot write: it would arrive as another text. */
function halfCharacterIn(
  value: Json,
  path: readonly (string | number)[],
): readonly (string | number)[] | undefined {
  if (typeof value === 'string') return /\p{Surrogate}/u.test(value) ? path : undefined;
  if (value === null || typeof value !== 'object') return undefined;
  const entries: [string | number, Json][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  for (const [key, inner] of entries) {
    const found = halfCharacterIn(inner, [...path, key]) ?? halfCharacterIn(key, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What a schema says of the value at a path of keys; `true` where it leaves it open. */
function schemaAt(
  root: JsonSchema,
  path: readonly string[],
): { ok: true; schema: JsonSchema } | { ok: false; problem: string } {
  let schema = root;
  for (const [index, part] of path.entries()) {
    const parent = resolveRef(schema, root);
    if (typeof parent === 'boolean') return { ok: true, schema: true };
    const types = typesOf(parent);
    const before = formatPath(path.slice(0, index));
    if (types.length > 0 && !types.includes('object')) {
      const list = types.includes('array') ? `, written as JSON: ${before}:=[…]` : '';
      return {
        ok: false,
        problem: `${before}: has no keys like '${part}'; it takes ${describeSchema(parent, root)}${list}`,
      };
    }
    const properties = (parent.properties ?? {}) as { readonly [name: string]: JsonSchema };
    if (Object.hasOwn(properties, part)) schema = properties[part]!;
    else if (parent.additionalProperties === false) {
      const suggestion = didYouMean(part, Object.keys(properties)) ?? 'it takes none';
      return { ok: false, problem: `unknown input '${formatPath(path.slice(0, index + 1))}'; ${suggestion}` };
    } else schema = (parent.additionalProperties as JsonSchema | undefined) ?? true;
  }
  return { ok: true, schema };
}

function assign(input: JsonObject, path: readonly string[], value: Json): void {
  let object = input;
  for (const part of path.slice(0, -1)) {
    const inner = Object.hasOwn(object, part) ? object[part] : undefined;
    if (!isObject(inner)) object[part] = {};
    object = object[part] as JsonObject;
  }
  object[path.at(-1)!] = value;
}

function isObject(value: Json | undefined): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
