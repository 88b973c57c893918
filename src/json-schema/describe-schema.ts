import type { Json, JsonSchema } from '../plan/plan.ts';

type SchemaObject = { [keyword: string]: Json };

/**
 * A short phrase for what a schema takes: `number > 0`, `one of stripe, bank_transfer`, `list of {id, amount}`,
 * `uuid`, `anything`.
 *
 * @param root where `$ref`s of the form `#/…` lead; the schema itself unless given
 */
export function describeSchema(schema: JsonSchema, root: JsonSchema = schema): string {
  return describe(schema, root, 0);
}

/** Follows `$ref: '#/…'` until a schema without one; an unknown or endless reference gives `true`. */
export function resolveRef(schema: JsonSchema, root: JsonSchema): JsonSchema {
  let current: JsonSchema = schema;
  for (let hops = 0; hops < 32; hops++) {
    if (typeof current !== 'object' || typeof current.$ref !== 'string') return current;
    const next = followPointer(root, current.$ref);
    if (next === undefined) return true;
    current = next;
  }
  return true;
}

/** What `#/a/b` names inside `root`; `undefined` if nothing is there. */
export function followPointer(root: JsonSchema, reference: string): JsonSchema | undefined {
  if (!reference.startsWith('#')) return undefined;
  let node: Json | undefined = root;
  for (const part of reference.slice(1).split('/').slice(1)) {
    const key = decodePointerPart(part);
    if (node === null || typeof node !== 'object') return undefined;
    node = Array.isArray(node) ? node[Number(key)] : Object.hasOwn(node, key) ? node[key] : undefined;
  }
  return typeof node === 'boolean' || (node !== null && typeof node === 'object' && !Array.isArray(node))
    ? node
    : undefined;
}

/** A part of a JSON pointer, as the key that it stands for. */
export function decodePointerPart(part: string): string {
  let text = part;
  try {
    text = decodeURIComponent(part);
  } catch {
    // Not percent-encoded, then.
  }
  return text.replaceAll('~1', '/').replaceAll('~0', '~');
}

function describe(unresolved: JsonSchema, root: JsonSchema, depth: number): string {
  const schema = resolveRef(unresolved, root);
  if (schema === true) return 'anything';
  if (schema === false) return 'nothing';
  if (depth > 4) return '…';
  if (Array.isArray(schema.enum)) return choice(schema.enum);
  if (schema.const !== undefined) return plain(schema.const);
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const branches = schema[keyword];
    if (Array.isArray(branches)) {
      return unique(branches.map((branch) => describe(branch as JsonSchema, root, depth + 1))).join(' or ');
    }
  }
  const types = typesOf(schema);
  if (types.length > 1) {
    return unique(types.map((type) => describe({ ...schema, type }, root, depth + 1))).join(' or ');
  }
  switch (types[0]) {
    case 'number':
    case 'integer':
      return numeric(schema, types[0] === 'integer' ? 'whole number' : 'number');
    case 'string':
      return text(schema);
    case 'array':
      return list(schema, root, depth);
    case 'object':
      return record(schema);
    case undefined:
      return 'anything';
    default:
      return types[0]!;
  }
}

/** The `type`s of a schema, or the one that its other keywords betray. */
export function typesOf(schema: SchemaObject): readonly string[] {
  if (typeof schema.type === 'string') return [schema.type];
  if (Array.isArray(schema.type)) return schema.type.map(String);
  if (schema.properties !== undefined) return ['object'];
  if (schema.items !== undefined) return ['array'];
  return [];
}

function numeric(schema: SchemaObject, noun: string): string {
  const limits: string[] = [];
  if (schema.minimum !== undefined) limits.push(`≥ ${schema.minimum}`);
  if (schema.exclusiveMinimum !== undefined) limits.push(`> ${schema.exclusiveMinimum}`);
  if (schema.maximum !== undefined) limits.push(`≤ ${schema.maximum}`);
  if (schema.exclusiveMaximum !== undefined) limits.push(`< ${schema.exclusiveMaximum}`);
  return limits.length === 0 ? noun : `${noun} ${limits.join(' and ')}`;
}

function text(schema: SchemaObject): string {
  if (typeof schema.format === 'string') return schema.format;
  if (typeof schema.pattern === 'string') return `string matching ${schema.pattern}`;
  if (typeof schema.maxLength === 'number') return `string of at most ${schema.maxLength} characters`;
  if (schema.minLength === 1) return 'non-empty string';
  return 'string';
}

function list(schema: SchemaObject, root: JsonSchema, depth: number): string {
  const { items } = schema;
  if (items === undefined || items === true) return 'list';
  const item = describe(items as JsonSchema, root, depth + 1);
  return `list of ${/^(?:string|number|whole number|boolean|object)$/.test(item) ? `${item}s` : item}`;
}

function record(schema: SchemaObject): string {
  const { properties } = schema;
  if (properties === null || typeof properties !== 'object' || Array.isArray(properties)) return 'object';
  const names = Object.keys(properties);
  return `{${names.slice(0, 6).join(', ')}${names.length > 6 ? ', …' : ''}}`;
}

function choice(values: readonly Json[]): string {
  const shown = values.slice(0, 12).map(plain).join(', ');
  return values.length === 1 ? shown : `one of ${shown}${values.length > 12 ? ', …' : ''}`;
}

function plain(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function unique(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
