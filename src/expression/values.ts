/** The values that expressions compute with: JSON, and three kinds that exist only while one is evaluated. */
import type { Json } from '../plan/plan.ts';
import { formatDuration } from './duration.ts';

export type Value =
  | null
  | boolean
  | number
  | string
  | readonly Value[]
  | { readonly [key: string]: Value }
  | Timestamp
  | Duration
  | Optional;

export class Timestamp {
  /** Milliseconds since 1970, UTC. */
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

export class Duration {
  readonly ms: number;
  constructor(ms: number) {
    this.ms = ms;
  }
}

/** A value that may be absent: what `.?` gives. */
export class Optional {
  readonly value: Value | undefined;
  constructor(value: Value | undefined) {
    this.value = value;
  }
}

export const NONE = new Optional(undefined);

/** What went wrong in an evaluation, and where in the source. Thrown within this folder, never out of it. */
export class Fault {
  readonly message: string;
  readonly offset: number | undefined;
  /** Set for the budget: `||` and the quantifiers, which forgive other faults, pass it on. */
  readonly fatal: boolean;
  constructor(message: string, offset?: number, fatal = false) {
    this.message = message;
    this.offset = offset;
    this.fatal = fatal;
  }
}

/**
 * What an evaluation may cost. One step is one node of the expression evaluated, one item or one character
 * looked at or made. Several evaluations may draw on the same budget.
 */
export interface Budget {
  /** Steps left; evaluating lowers it. */
  remaining: number;
}

/** The state of one evaluation. */
export interface Run {
  readonly scope: Readonly<Record<string, unknown>>;
  /** The variables of comprehensions, by the slot that the compiler gave them. */
  readonly locals: Value[];
  readonly budget: Budget;
}

/** Takes steps off the budget; a fatal fault when it is spent. */
export function charge(run: Run, steps: number): void {
  run.budget.remaining -= steps;
  if (run.budget.remaining < 0) {
    throw new Fault('the expression takes too long or makes too large a value', undefined, true);
  }
}

export type Kind =
  | 'null'
  | 'boolean'
  | 'number'
  | 'string'
  | 'list'
  | 'object'
  | 'timestamp'
  | 'duration'
  | 'optional';

export function kindOf(value: Value): Kind {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return typeof value as Kind;
  }
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  if (value instanceof Timestamp) return 'timestamp';
  if (value instanceof Duration) return 'duration';
  if (value instanceof Optional) return 'optional';
  return 'object';
}

/** `a list`, `an object`, `null`. */
export function aKind(value: Value): string {
  return withArticle(kindOf(value));
}

/** A kind with its article. */
export function withArticle(kind: string): string {
  if (kind === 'null') return kind;
  return `${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}`;
}

export function isObject(value: Value): value is { readonly [key: string]: Value } {
  return kindOf(value) === 'object';
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** The property of an object or `undefined`; nothing that JavaScript's prototypes add is ever seen. */
export function property(object: { readonly [key: string]: Value }, key: string): Value | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

const MAX_NESTING = 200;

/** CEL's equality: deep, and `false` between kinds. */
export function equals(run: Run, left: Value, right: Value, depth = 0): boolean {
  if (left === right) return true;
  const kind = kindOf(left);
  if (kind !== kindOf(right)) return false;
  if (depth > MAX_NESTING) throw new Fault('values nested too deep to compare');
  switch (kind) {
    case 'timestamp':
    case 'duration':
      return (left as Timestamp).ms === (right as Timestamp).ms;
    case 'optional': {
      const [a, b] = [(left as Optional).value, (right as Optional).value];
      return a === undefined || b === undefined ? a === b : equals(run, a, b, depth + 1);
    }
    case 'list': {
      const [a, b] = [left as readonly Value[], right as readonly Value[]];
      if (a.length !== b.length) return false;
      charge(run, a.length);
      return a.every((item, i) => equals(run, item, b[i] as Value, depth + 1));
    }
    case 'object': {
      const [a, b] = [left as { readonly [key: string]: Value }, right as { readonly [key: string]: Value }];
      const keys = Object.keys(a);
      charge(run, keys.length);
      if (keys.length !== Object.keys(b).length) return false;
      return keys.every(
        (key) => Object.hasOwn(b, key) && equals(run, a[key] as Value, b[key] as Value, depth + 1),
      );
    }
    default:
      return false;
  }
}

/**
 * The JSON of a result: a timestamp as ISO 8601 in UTC, a duration as `90m`, an optional as its value. A key
 * of an object whose value is an empty optional is left out. Parts that are JSON already are not copied.
 *
 * @returns `undefined` for an empty optional.
 */
export function toJson(run: Run, value: Value, depth = 0): Json | undefined {
  if (depth > MAX_NESTING) throw new Fault('the value is nested too deep');
  switch (kindOf(value)) {
    case 'string':
      charge(run, 1 + (value as string).length);
      return value as string;
    case 'timestamp':
      return new Date((value as Timestamp).ms).toISOString();
    case 'duration':
      return formatDuration((value as Duration).ms);
    case 'optional': {
      const inner = (value as Optional).value;
      return inner === undefined ? undefined : toJson(run, inner, depth + 1);
    }
    case 'list':
      return listToJson(run, value as readonly Value[], depth);
    case 'object':
      return objectToJson(run, value as { readonly [key: string]: Value }, depth);
    default:
      return value as Json;
  }
}

function listToJson(run: Run, list: readonly Value[], depth: number): Json {
  charge(run, 1 + list.length);
  let changed: Json[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const json = toJson(run, list[i] as Value, depth + 1);
    if (json === undefined)
      throw new Fault('a list cannot hold an empty optional: give it a value with orValue()');
    if (json !== list[i]) changed ??= list.slice(0, i) as Json[];
    changed?.push(json);
  }
  return changed ?? (list as Json[]);
}

function objectToJson(run: Run, object: { readonly [key: string]: Value }, depth: number): Json {
  const keys = Object.keys(object);
  charge(run, 1 + keys.length);
  let changed: { [key: string]: Json } | undefined;
  keys.forEach((key, i) => {
    const json = toJson(run, object[key] as Value, depth + 1);
    if (json !== object[key] && changed === undefined) {
      changed = {};
      for (const before of keys.slice(0, i)) changed[before] = object[before] as Json;
    }
    if (changed && json !== undefined) changed[key] = json;
  });
  return changed ?? (object as { [key: string]: Json });
}
