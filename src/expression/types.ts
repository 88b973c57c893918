/** The types that the checker computes with, made from JSON Schemas lazily, so that schemas may be recursive. */
import { followPointer } from '../json-schema/describe-schema.ts';
import type { Json, JsonSchema } from '../plan/plan.ts';

export type Type = Dyn | Atom | UnionType;
export type Atom =
  | { readonly kind: 'null' | 'boolean' | 'timestamp' | 'duration' }
  | NumberType
  | StringType
  | ListType
  | ObjectType
  | OptionalType;

/** Nothing is known: fits everywhere and has every property. */
export interface Dyn {
  readonly kind: 'dyn';
}

export interface NumberType {
  readonly kind: 'number';
  /** Whether it is surely whole. */
  readonly integer: boolean;
  /** An amount of money in minor units, on which expressions do no arithmetic. */
  readonly money?: true;
}

export interface StringType {
  readonly kind: 'string';
  /** The only values that it can have. */
  readonly values?: readonly string[];
  /** Set where it is surely a point in time. */
  readonly format?: 'date-time';
}

export interface ListType {
  readonly kind: 'list';
  readonly item: () => Type;
}

export interface ObjectType {
  readonly kind: 'object';
  readonly properties: () => ReadonlyMap<string, Property>;
  /** The type of the properties that are not named; absent if there are none. */
  readonly rest?: () => Type;
  /** Whether a value with properties that are not named would be refused by its schema. */
  readonly closed: boolean;
  /** Set for the record of steps, for better words. */
  readonly steps?: true;
  /** Of a step: what it is where one of its properties (`status`, `winner`) is known to have this value. */
  readonly where?: (property: string, value: string) => ObjectType | undefined;
}

export interface Property {
  readonly type: () => Type;
  /** Whether it is always there. */
  readonly required: boolean;
  /** Whether a value without it would be accepted: it is required and has no default. */
  readonly demanded: boolean;
}

/** What `.?` gives: the value may be absent. */
export interface OptionalType {
  readonly kind: 'optional';
  readonly of: Type;
}

export interface UnionType {
  readonly kind: 'union';
  readonly of: readonly Atom[];
}

export const DYN: Dyn = { kind: 'dyn' };
export const NULL: Atom = { kind: 'null' };
export const BOOLEAN: Atom = { kind: 'boolean' };
export const NUMBER: NumberType = { kind: 'number', integer: false };
export const INTEGER: NumberType = { kind: 'number', integer: true };
export const STRING: StringType = { kind: 'string' };
export const DATE_TIME: StringType = { kind: 'string', format: 'date-time' };
export const TIMESTAMP: Atom = { kind: 'timestamp' };
export const DURATION: Atom = { kind: 'duration' };

/** The type of lists of `item`. */
export function listType(item: Type): ListType {
  return { kind: 'list', item: () => item };
}

/** The type of an object with exactly these properties; one whose type is optional may be absent. */
export function objectType(properties: Iterable<readonly [string, Type]>): ObjectType {
  const map = new Map<string, Property>();
  for (const [name, type] of properties) {
    const required = !mayBeAbsent(type);
    map.set(name, { type: () => withoutAbsence(type), required, demanded: required });
  }
  return { kind: 'object', properties: () => map, closed: true };
}

/** The type `T` or absent. */
export function optionalType(type: Type): Type {
  return mayBeAbsent(type) ? type : { kind: 'optional', of: type };
}

/** Whether a value of the type may be absent, so that its key is left out. */
export function mayBeAbsent(type: Type): boolean {
  return atomsOf(type).some((atom) => atom.kind === 'optional');
}

/** The type of the value when it is there. */
export function withoutAbsence(type: Type): Type {
  if (type.kind === 'dyn' || !mayBeAbsent(type)) return type;
  return unionOf(atomsOf(type).map((atom) => (atom.kind === 'optional' ? atom.of : atom)));
}

/** The type of the value when it is not null; null alone stays. */
export function withoutNull(type: Type): Type {
  if (type.kind !== 'union' || !type.of.some((atom) => atom.kind === 'null')) return type;
  return unionOf(type.of.filter((atom) => atom.kind !== 'null'));
}

/** The alternatives of a type; none for `dyn`. */
export function atomsOf(type: Type): readonly Atom[] {
  if (type.kind === 'dyn') return [];
  return type.kind === 'union' ? type.of : [type];
}

/** The items of a value that `for_each` goes through: of a list its items, of an object its keys. */
export function itemType(type: Type): Type {
  const items = atomsOf(withoutAbsence(type)).flatMap((atom): Type[] =>
    atom.kind === 'list' ? [atom.item()] : atom.kind === 'object' ? [STRING] : [],
  );
  return items.length === 0 ? DYN : unionOf(items);
}

const MAX_ALTERNATIVES = 20;

/** Any of the types; alike ones become one. */
export function unionOf(types: readonly Type[]): Type {
  if (types.some((type) => type.kind === 'dyn')) return DYN;
  const merged: Atom[] = [];
  for (const atom of types.flatMap(atomsOf)) {
    const at = merged.findIndex(
      (other) =>
        other === atom || (other.kind === atom.kind && !('properties' in other) && !('item' in other)),
    );
    const other = merged[at];
    if (other === undefined) merged.push(atom);
    else merged[at] = mergeAtoms(other, atom);
  }
  const [only] = merged;
  if (only === undefined || merged.length > MAX_ALTERNATIVES) return DYN;
  return merged.length === 1 ? only : { kind: 'union', of: merged };
}

function mergeAtoms(a: Atom, b: Atom): Atom {
  if (a.kind === 'number' && b.kind === 'number') {
    return {
      kind: 'number',
      integer: a.integer && b.integer,
      ...(a.money && b.money ? { money: true as const } : {}),
    };
  }
  if (a.kind === 'string' && b.kind === 'string') {
    if (a.values && b.values) return { kind: 'string', values: [...new Set([...a.values, ...b.values])] };
    return a.format && b.format ? a : STRING;
  }
  if (a.kind === 'optional' && b.kind === 'optional') return { kind: 'optional', of: unionOf([a.of, b.of]) };
  return a;
}

/** The type of exactly one JSON value. */
export function typeOfJson(value: Json): Type {
  if (value === null) return NULL;
  if (typeof value === 'string') return { kind: 'string', values: [value] };
  if (typeof value === 'number') return Number.isInteger(value) ? INTEGER : NUMBER;
  if (typeof value === 'boolean') return BOOLEAN;
  if (Array.isArray(value)) return listType(value.length === 0 ? DYN : unionOf(value.map(typeOfJson)));
  return objectType(Object.entries(value).map(([name, part]) => [name, typeOfJson(part)]));
}

type SchemaObject = { readonly [keyword: string]: Json };
const known = new WeakMap<object, Type>();

/**
 * The type of the values of a JSON Schema 2020-12. References must be local (`#/$defs/…`); what the checker
 * cannot tell (`not`, `if`, other references) is `dyn`.
 *
 * @param root where references lead; the schema itself unless given.
 */
export function typeOfSchema(schema: JsonSchema, root: JsonSchema = schema): Type {
  return convert(schema, root, 0);
}

function convert(schema: JsonSchema, root: JsonSchema, depth: number): Type {
  if (typeof schema === 'boolean' || depth > 20) return DYN;
  const before = known.get(schema);
  if (before !== undefined) return before;
  const type = convertObject(schema, root, depth + 1);
  known.set(schema, type);
  return type;
}

function convertObject(schema: SchemaObject, root: JsonSchema, depth: number): Type {
  if (typeof schema.$ref === 'string') {
    const target = followPointer(root, schema.$ref);
    return target === undefined ? DYN : convert(target, root, depth);
  }
  if (Array.isArray(schema.enum)) return unionOf(schema.enum.map(typeOfJson));
  if (schema.const !== undefined) return typeOfJson(schema.const);
  const alternatives = schema.oneOf ?? schema.anyOf;
  if (Array.isArray(alternatives)) {
    const { oneOf: _oneOf, anyOf: _anyOf, ...shared } = schema;
    return unionOf(alternatives.map((part) => convert(merge(shared, part as JsonSchema, root), root, depth)));
  }
  if (Array.isArray(schema.allOf)) {
    const { allOf, ...own } = schema;
    return convert(
      (allOf as JsonSchema[]).reduce<JsonSchema>((all, part) => merge(all, part, root), own),
      root,
      depth,
    );
  }
  const types = Array.isArray(schema.type) ? schema.type : schema.type === undefined ? [] : [schema.type];
  if (types.length > 0) return unionOf(types.map((type) => ofType(String(type), schema, root)));
  if (schema.properties !== undefined) return ofObject(schema, root);
  return schema.items === undefined ? DYN : ofList(schema, root);
}

/** Both schemas in one, as far as the checker looks at them. */
function merge(a: JsonSchema, b: JsonSchema, root: JsonSchema): JsonSchema {
  const [left, right] = [resolved(a, root), resolved(b, root)];
  if (typeof left === 'boolean') return right;
  if (typeof right === 'boolean') return left;
  if (Object.keys(left).length === 0) return right;
  const required = [...((left.required as string[]) ?? []), ...((right.required as string[]) ?? [])];
  const properties = { ...(left.properties as SchemaObject), ...(right.properties as SchemaObject) };
  return {
    ...left,
    ...right,
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(required.length > 0 ? { required } : {}),
  };
}

function resolved(schema: JsonSchema, root: JsonSchema): JsonSchema {
  if (typeof schema === 'boolean' || typeof schema.$ref !== 'string') return schema;
  return followPointer(root, schema.$ref) ?? true;
}

function ofType(type: string, schema: SchemaObject, root: JsonSchema): Type {
  switch (type) {
    case 'null':
      return NULL;
    case 'boolean':
      return BOOLEAN;
    case 'integer':
      return INTEGER;
    case 'number':
      return NUMBER;
    case 'string':
      return schema.format === 'date-time' ? DATE_TIME : STRING;
    case 'array':
      return ofList(schema, root);
    case 'object':
      return ofObject(schema, root);
    default:
      return DYN;
  }
}

function ofList(schema: SchemaObject, root: JsonSchema): Type {
  const { items } = schema;
  if (items === undefined || schema.prefixItems !== undefined) return listType(DYN);
  return { kind: 'list', item: () => convert(items as JsonSchema, root, 0) };
}

function ofObject(schema: SchemaObject, root: JsonSchema): Type {
  const parts = schema.properties as { readonly [name: string]: JsonSchema } | undefined;
  const required = new Set(Array.isArray(schema.required) ? schema.required : []);
  const others = (schema.additionalProperties ?? schema.unevaluatedProperties) as JsonSchema | undefined;
  const money = parts !== undefined && Object.hasOwn(parts, 'amount') && Object.hasOwn(parts, 'currency');
  let properties: ReadonlyMap<string, Property> | undefined;
  const readProperties = () => {
    properties ??= new Map(
      Object.entries(parts ?? {}).map(([name, part]) => [
        name,
        {
          type: () => asMoney(convert(part, root, 0), money && name === 'amount'),
          required: required.has(name) || (typeof part === 'object' && part.default !== undefined),
          demanded: required.has(name) && !(typeof part === 'object' && part.default !== undefined),
        },
      ]),
    );
    return properties;
  };
  // An object whose properties are declared is read as if there were no others, unless it says that there are.
  const open = others === undefined ? parts === undefined : others !== false;
  return {
    kind: 'object',
    properties: readProperties,
    closed: others === false,
    ...(open ? { rest: () => (others === undefined ? DYN : convert(others, root, 0)) } : {}),
  };
}

function asMoney(type: Type, money: boolean): Type {
  return money && type.kind === 'number' ? { ...type, money: true } : type;
}

/** Whether a type is money: `{amount, currency}`. */
export function isMoney(type: Type): boolean {
  return atomsOf(type).some(
    (atom) => atom.kind === 'object' && atom.properties().has('amount') && atom.properties().has('currency'),
  );
}

/** A type in a few words, for messages: `string or null`, `list of numbers`, `an object`. */
export function describe(type: Type): string {
  if (type.kind === 'dyn') return 'anything';
  const words = atomsOf(type).map(describeAtom);
  return words.length > 1 ? `${words.slice(0, -1).join(', ')} or ${words.at(-1)}` : (words[0] ?? 'nothing');
}

function describeAtom(atom: Atom): string {
  switch (atom.kind) {
    case 'number':
      return atom.integer ? 'a whole number' : 'a number';
    case 'null':
      return 'null';
    case 'object':
      return isMoney(atom) ? 'money' : 'an object';
    case 'optional':
      return 'an optional';
    default:
      return `a ${atom.kind}`;
  }
}
