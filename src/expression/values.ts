/** The values that expressions compute with: JSON, and three kinds that exist only while one is evaluated. */
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
  readonly offset: number | undefined;
  /** Set for the budget: `||` and the quantifiers, which forgive other faults, pass it on. */
  readonly fatal: boolean;
  readonly #message: string | (() => string);

  /** A message that is costly to make is given as a function: most faults within a quantifier are never read. */
  constructor(message: string | (() => string), offset?: number, fatal = false) {
    this.#message = message;
    this.offset = offset;
    this.fatal = fatal;
  }

  get message(): string {
    return typeof this.#message === 'string' ? this.#message : this.#message();
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

/** A compiled node. */
export type Evaluate = (run: Run) => Value;

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

/** The keys of an object, which takes as long as there are. */
export function keysOf(run: Run, object: { readonly [key: string]: Value }): readonly string[] {
  const keys = Object.keys(object);
  charge(run, keys.length);
  return keys;
}

/** How many characters are compared in one step. */
export const TEXT_PER_STEP = 64;

/** How deep values are looked into: deeper ones would overflow the stack. */
export const MAX_NESTING = 200;

/** CEL's equality: deep, and `false` between kinds. */
export function equals(run: Run, left: Value, right: Value, depth = 0): boolean {
  if (typeof left === 'string') charge(run, Math.trunc(left.length / TEXT_PER_STEP));
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
      const keys = keysOf(run, a);
      if (keys.length !== keysOf(run, b).length) return false;
      return keys.every(
        (key) => Object.hasOwn(b, key) && equals(run, a[key] as Value, b[key] as Value, depth + 1),
      );
    }
    default:
      return false;
  }
}

/** The truth of a condition; a fault if it is no boolean. */
export function truth(value: Value, at: number): boolean {
  if (typeof value === 'boolean') return value;
  throw new Fault(`a condition must be true or false, this is ${aKind(value)}`, at);
}

/** The fault, if evaluation may go on after it; else it is thrown again. */
export function forgivable(error: unknown): Fault {
  if (error instanceof Fault && !error.fatal) return error;
  throw error;
}
