/** CEL's operators over JSON numbers: each takes the values and where the operator stands. */
import {
  aKind,
  charge,
  Duration,
  equals,
  Fault,
  isList,
  isObject,
  type Run,
  TEXT_PER_STEP,
  Timestamp,
  type Value,
} from './values.ts';

export type BinaryOperator = '+' | '-' | '*' | '/' | '%' | '<' | '<=' | '>' | '>=' | '==' | '!=' | 'in';
type Operation = (left: Value, right: Value, run: Run, at: number) => Value;

/** Every operator with two operands, but for `&&` and `||`, which do not always evaluate both. */
export const OPERATIONS: Readonly<Record<BinaryOperator, Operation>> = {
  '+': add,
  '-': subtract,
  '*': arithmetic('*', (a, b) => a * b),
  '/': arithmetic('/', (a, b) => a / b),
  '%': arithmetic('%', (a, b) => a % b),
  '<': ordered('<', (a, b) => a < b),
  '<=': ordered('<=', (a, b) => a <= b),
  '>': ordered('>', (a, b) => a > b),
  '>=': ordered('>=', (a, b) => a >= b),
  '==': (left, right, run) => equals(run, left, right),
  '!=': (left, right, run) => !equals(run, left, right),
  in: member,
};

function mismatch(operator: string, left: Value, right: Value, at: number): Fault {
  return new Fault(`'${operator}' does not work on ${aKind(left)} and ${aKind(right)}`, at);
}

/** Numbers stay finite: JSON has no other. */
function finite(number: number, at: number): number {
  if (Number.isFinite(number)) return number;
  throw new Fault('the number is too large', at);
}

function add(left: Value, right: Value, run: Run, at: number): Value {
  if (typeof left === 'number' && typeof right === 'number') return finite(left + right, at);
  if (typeof left === 'string' && typeof right === 'string') {
    charge(run, left.length + right.length);
    return left + right;
  }
  if (isList(left) && isList(right)) {
    charge(run, left.length + right.length);
    return [...left, ...right];
  }
  if (left instanceof Timestamp && right instanceof Duration) return timestamp(left.ms + right.ms, at);
  if (left instanceof Duration && right instanceof Timestamp) return timestamp(left.ms + right.ms, at);
  if (left instanceof Duration && right instanceof Duration) return new Duration(left.ms + right.ms);
  throw mismatch('+', left, right, at);
}

function subtract(left: Value, right: Value, _run: Run, at: number): Value {
  if (typeof left === 'number' && typeof right === 'number') return finite(left - right, at);
  if (left instanceof Timestamp && right instanceof Duration) return timestamp(left.ms - right.ms, at);
  if (left instanceof Timestamp && right instanceof Timestamp) return new Duration(left.ms - right.ms);
  if (left instanceof Duration && right instanceof Duration) return new Duration(left.ms - right.ms);
  throw mismatch('-', left, right, at);
}

const FIRST = -62_135_596_800_000;
const LAST = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A timestamp in the years 1 to 9999, what ISO 8601 writes with four digits. */
export function timestamp(ms: number, at: number): Timestamp {
  if (ms >= FIRST && ms <= LAST) return new Timestamp(ms);
  throw new Fault('the timestamp is outside of the years 1 to 9999', at);
}

function arithmetic(operator: '*' | '/' | '%', compute: (a: number, b: number) => number): Operation {
  return (left, right, _run, at) => {
    if (typeof left !== 'number' || typeof right !== 'number') throw mismatch(operator, left, right, at);
    if (right === 0 && operator !== '*') throw new Fault('division by zero', at);
    return finite(compute(left, right), at);
  };
}

type Ordered = number | string | boolean;

function ordered(operator: string, compare: (a: Ordered, b: Ordered) => boolean): Operation {
  return (left, right, run, at) => {
    if (typeof left === 'string') charge(run, Math.trunc(left.length / TEXT_PER_STEP));
    if (typeof left === typeof right && typeof left !== 'object') return compare(left, right as Ordered);
    if (left instanceof Timestamp && right instanceof Timestamp) return compare(left.ms, right.ms);
    if (left instanceof Duration && right instanceof Duration) return compare(left.ms, right.ms);
    throw mismatch(operator, left, right, at);
  };
}

function member(left: Value, right: Value, run: Run, at: number): Value {
  if (isList(right)) {
    charge(run, right.length);
    return right.some((item) => equals(run, left, item));
  }
  if (isObject(right)) return typeof left === 'string' && Object.hasOwn(right, left);
  throw mismatch('in', left, right, at);
}
