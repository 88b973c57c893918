/**
 * The functions and methods of the dialect. Text is measured in code points, as CEL says; everything that
 * depends on a locale or a time zone is missing on purpose.
 */
import { formatDuration, parseDuration } from './duration.ts';
import { formatMoney, isMoney } from './money.ts';
import { timestamp } from './operators.ts';
import {
  aKind,
  charge,
  Duration,
  Fault,
  type Kind,
  keysOf,
  kindOf,
  NONE,
  Optional,
  type Run,
  TEXT_PER_STEP,
  Timestamp,
  type Value,
  withArticle,
} from './values.ts';

/** A function or a method. For a method the first argument is its receiver, which `arity` does not count. */
export interface Builtin {
  readonly arity: readonly number[];
  readonly call: (args: readonly Value[], run: Run, at: number) => Value;
}

export const FUNCTIONS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ['size', { arity: [1], call: ([value], run, at) => sizeOf(value!, run, at) }],
  ['string', { arity: [1], call: ([value], _run, at) => toText(value!, at) }],
  ['double', { arity: [1], call: ([value], run, at) => toNumber(value!, run, at) }],
  ['int', { arity: [1], call: ([value], run, at) => Math.trunc(toNumber(value!, run, at)) + 0 }],
  ['bool', { arity: [1], call: ([value], _run, at) => toBoolean(value!, at) }],
  ['dyn', { arity: [1], call: ([value]) => value! }],
  ['timestamp', { arity: [1], call: ([value], _run, at) => toTimestamp(value!, at) }],
  ['duration', { arity: [1], call: ([value], _run, at) => toDuration(value!, at) }],
  ['money', { arity: [1], call: ([value], _run, at) => moneyText(value!, at) }],
]);

export const METHODS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ['size', { arity: [0], call: ([value], run, at) => sizeOf(value!, run, at) }],
  ['contains', ofText('contains', [1], ([text, part]) => text!.includes(part!))],
  ['startsWith', ofText('startsWith', [1], ([text, part]) => text!.startsWith(part!))],
  ['endsWith', ofText('endsWith', [1], ([text, part]) => text!.endsWith(part!))],
  ['lowerAscii', ofText('lowerAscii', [0], ([text]) => text!.replace(/[A-Z]+/g, (s) => s.toLowerCase()))],
  ['upperAscii', ofText('upperAscii', [0], ([text]) => text!.replace(/[a-z]+/g, (s) => s.toUpperCase()))],
  ['trim', ofText('trim', [0], ([text]) => text!.trim())],
  ['indexOf', ofText('indexOf', [1], ([text, part]) => points(text!, text!.indexOf(part!)))],
  ['lastIndexOf', ofText('lastIndexOf', [1], ([text, part]) => points(text!, text!.lastIndexOf(part!)))],
  ['split', ofText('split', [1], ([text, by]) => (by === '' ? [...text!] : text!.split(by!)))],
  ['replace', { arity: [2], call: replace }],
  ['substring', { arity: [1, 2], call: substring }],
  ['join', { arity: [0, 1], call: join }],
  ['getFullYear', ofTime('getFullYear', (date) => date.getUTCFullYear())],
  ['getMonth', ofTime('getMonth', (date) => date.getUTCMonth())],
  ['getDate', ofTime('getDate', (date) => date.getUTCDate())],
  ['getDayOfMonth', ofTime('getDayOfMonth', (date) => date.getUTCDate() - 1)],
  ['getDayOfWeek', ofTime('getDayOfWeek', (date) => date.getUTCDay())],
  ['getHours', ofTime('getHours', (date) => date.getUTCHours(), 3_600_000)],
  ['getMinutes', ofTime('getMinutes', (date) => date.getUTCMinutes(), 60_000)],
  ['getSeconds', ofTime('getSeconds', (date) => date.getUTCSeconds(), 1_000)],
  ['getMilliseconds', ofTime('getMilliseconds', (date) => date.getUTCMilliseconds(), 1)],
  [
    'hasValue',
    { arity: [0], call: ([value], _run, at) => optional(value!, 'hasValue', at).value !== undefined },
  ],
  ['value', { arity: [0], call: ([value], _run, at) => present(optional(value!, 'value', at), at) }],
]);

/** The functions of the namespace `optional`. */
export const OPTIONAL_FUNCTIONS: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  ['of', { arity: [1], call: ([value]) => new Optional(value) }],
  ['none', { arity: [0], call: () => NONE }],
]);

function wrongKind(name: string, expected: readonly Kind[], found: Value, at: number): Fault {
  const hint = found instanceof Optional ? ': give it a value with orValue()' : '';
  return new Fault(
    `${name}() takes ${expected.map(withArticle).join(' or ')}, not ${aKind(found)}${hint}`,
    at,
  );
}

function text(name: string, value: Value, at: number): string {
  if (typeof value === 'string') return value;
  throw wrongKind(name, ['string'], value, at);
}

/** A method of a string whose arguments are strings. */
function ofText(name: string, arity: readonly number[], call: (texts: readonly string[]) => Value): Builtin {
  return {
    arity,
    call: (args, run, at) => {
      const texts = args.map((value) => text(name, value, at));
      chargeSearch(run, texts[0]!, texts[1] ?? '');
      return call(texts);
    },
  };
}

/** What looking for a part in a text can cost: engines compare the part again and again where it nearly fits. */
function chargeSearch(run: Run, whole: string, part: string): void {
  charge(run, whole.length * (1 + Math.trunc(part.length / TEXT_PER_STEP)));
}

/** A getter of a timestamp, in UTC, and of a duration, as a whole number of `unit` milliseconds. */
function ofTime(name: string, get: (date: Date) => number, unit?: number): Builtin {
  return {
    arity: [0],
    call: ([value], _run, at) => {
      if (value instanceof Timestamp) return get(new Date(value.ms));
      if (value instanceof Duration && unit !== undefined) return Math.trunc(value.ms / unit) + 0;
      throw wrongKind(name, unit === undefined ? ['timestamp'] : ['timestamp', 'duration'], value!, at);
    },
  };
}

function sizeOf(value: Value, run: Run, at: number): number {
  switch (kindOf(value)) {
    case 'string':
      charge(run, (value as string).length);
      return points(value as string, (value as string).length);
    case 'list':
      return (value as readonly Value[]).length;
    case 'object':
      return keysOf(run, value as { readonly [key: string]: Value }).length;
    default:
      throw wrongKind('size', ['string', 'list', 'object'], value, at);
  }
}

/** The code points in the first `units` UTF-16 units; -1 stays -1. */
function points(value: string, units: number): number {
  let count = units;
  for (let i = 0; i < units - 1; i++) if ((value.codePointAt(i) ?? 0) > 0xffff) count--;
  return count;
}

function substring([value, from, to]: readonly Value[], run: Run, at: number): Value {
  charge(run, text('substring', value!, at).length);
  const characters = [...text('substring', value!, at)];
  const end = to ?? characters.length;
  for (const index of [from!, end]) {
    if (typeof index !== 'number') throw wrongKind('substring', ['number'], index, at);
    if (!Number.isInteger(index) || index < 0 || index > characters.length) {
      throw new Fault(`substring() has no index ${index} in a text of ${characters.length}`, at);
    }
  }
  if (end < from!) throw new Fault(`substring() ends at ${end}, before its start ${from}`, at);
  return characters.slice(from as number, end as number).join('');
}

function replace([value, search, replacement]: readonly Value[], run: Run, at: number): Value {
  const [whole, part, by] = [value!, search!, replacement!].map((arg) => text('replace', arg, at));
  chargeSearch(run, whole!, part!);
  const pieces = whole!.split(part!);
  charge(run, pieces.length * by!.length);
  return pieces.join(by);
}

function join([list, separator = '']: readonly Value[], run: Run, at: number): Value {
  if (!Array.isArray(list)) throw wrongKind('join', ['list'], list!, at);
  const by = text('join', separator, at);
  let length = list.length * by.length;
  for (const item of list as readonly Value[]) length += text('join', item, at).length;
  charge(run, length + list.length);
  return list.join(by);
}

/** The text of a string, number, boolean, timestamp or duration; of nothing else. */
export function toText(value: Value, at: number): string {
  switch (kindOf(value)) {
    case 'string':
      return value as string;
    case 'number':
    case 'boolean':
      return String(value);
    case 'timestamp':
      return new Date((value as Timestamp).ms).toISOString();
    case 'duration':
      return formatDuration((value as Duration).ms);
    default:
      throw wrongKind('string', ['string', 'number', 'boolean', 'timestamp', 'duration'], value, at);
  }
}

function toNumber(value: Value, run: Run, at: number): number {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') throw wrongKind('double', ['number', 'string'], value, at);
  charge(run, value.length);
  const number = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(value) ? Number(value) : Number.NaN;
  if (!Number.isFinite(number)) throw new Fault(`'${shorten(value)}' is not a number`, at);
  return number;
}

function toBoolean(value: Value, at: number): boolean {
  if (typeof value === 'boolean') return value;
  if (value === 'true' || value === 'false') return value === 'true';
  if (typeof value === 'string') throw new Fault(`'${shorten(value)}' is neither true nor false`, at);
  throw wrongKind('bool', ['boolean', 'string'], value, at);
}

const RFC3339 =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,3})\d{0,6})?(?:Z|([+-])(\d\d):(\d\d))$/;

function toTimestamp(value: Value, at: number): Timestamp {
  if (value instanceof Timestamp) return value;
  if (typeof value === 'number') return timestamp(Math.round(value * 1_000), at);
  if (typeof value !== 'string') throw wrongKind('timestamp', ['string', 'number'], value, at);
  const match = RFC3339.exec(value);
  const part = (i: number) => Number(match?.[i] ?? 0);
  const day = Date.UTC(part(1), part(2) - 1, part(3));
  // Date.UTC carries 30 February over into March.
  const isDay = new Date(day).toISOString().startsWith(value.slice(0, 10));
  if (!match || !isDay || part(4) > 23 || part(5) > 59 || part(6) > 59 || part(9) > 23 || part(10) > 59) {
    throw new Fault(`'${shorten(value)}' is not a timestamp like 2026-01-31T09:30:00Z`, at);
  }
  const offset = (part(9) * 60 + part(10)) * (match[8] === '-' ? -1 : 1);
  const fraction = Number((match[7] ?? '').padEnd(3, '0'));
  return timestamp(day + ((part(4) * 60 + part(5) - offset) * 60 + part(6)) * 1_000 + fraction, at);
}

function toDuration(value: Value, at: number): Duration {
  if (value instanceof Duration) return value;
  if (typeof value !== 'string') throw wrongKind('duration', ['string'], value, at);
  const parsed = parseDuration(value);
  if (!parsed.ok) throw new Fault(parsed.problem, at);
  return new Duration(parsed.ms);
}

function moneyText(value: Value, at: number): string {
  if (isMoney(value)) return formatMoney(value);
  throw new Fault('money() takes {amount: whole minor units, currency: three capital letters}', at);
}

function optional(value: Value, name: string, at: number): Optional {
  if (value instanceof Optional) return value;
  throw wrongKind(name, ['optional'], value, at);
}

function present(value: Optional, at: number): Value {
  if (value.value !== undefined) return value.value;
  throw new Fault('value() of an empty optional', at);
}

function shorten(value: string): string {
  return value.length > 40 ? `${value.slice(0, 40)}…` : value;
}
