/** Cron expressions of five fields, as Temporal reads them. */
import { nearest } from '../json-schema/suggest.ts';

interface Field {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Words for the values, from `from` on. */
  readonly words?: readonly string[];
}

const FIELDS: readonly Field[] = [
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day of the month', from: 1, to: 31 },
  {
    name: 'month',
    from: 1,
    to: 12,
    words: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  // Both 0 and 7 are Sunday.
  {
    name: 'day of the week',
    from: 0,
    to: 7,
    words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'],
  },
];

const SHORTHANDS = ['@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'];

/** The longest that a month can be, from January on: a day after that never comes. */
const LONGEST = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** What is wrong in a cron expression: the message, and the part of the text that it is about. */
export interface CronProblem {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  readonly hint?: string;
}

/** The first thing that is wrong in a cron expression; `undefined` if nothing is. */
export function findCronProblem(text: string): CronProblem | undefined {
  const whole = (message: string, hint?: string): CronProblem => ({
    start: 0,
    end: text.length,
    message,
    ...(hint === undefined ? {} : { hint }),
  });
  if (text.startsWith('@')) {
    if (SHORTHANDS.includes(text)) return undefined;
    if (text.startsWith('@every')) return whole(`'${text}' is not cron`, "use 'every' in place of 'cron'");
    const near = nearest(text, SHORTHANDS);
    return whole(`'${text}' is not one of ${SHORTHANDS.join(', ')}`, near && `did you mean '${near}'?`);
  }
  const parts = [...text.matchAll(/\S+/g)];
  if (parts.length !== FIELDS.length) {
    const names = FIELDS.map(({ name }) => name).join(', ');
    const hint = /^(?:CRON_)?TZ=/.test(text)
      ? "the zone stands in 'time_zone'"
      : parts.length === FIELDS.length + 1
        ? 'seconds and years are not among them'
        : undefined;
    return whole(`'${text}' has ${parts.length} fields; expected ${FIELDS.length}: ${names}`, hint);
  }
  for (const [position, match] of parts.entries()) {
    const message = fieldProblem(match[0], FIELDS[position]!);
    if (message !== undefined) return { start: match.index, end: match.index + match[0].length, message };
  }
  return neverComes(parts[2]![0], parts[3]![0])
    ? whole(`'${text}' never comes: no such month is that long`)
    : undefined;
}

function fieldProblem(text: string, field: Field): string | undefined {
  for (const part of text.split(',')) {
    const [range = '', step, ...more] = part.split('/');
    if (part === '' || more.length > 0) return `'${text}' does not say which ${field.name}`;
    if (step !== undefined && !(/^\d+$/.test(step) && Number(step) > 0))
      return `'${step}' in '${text}' is not a step; expected a number above 0`;
    if (range === '*') continue;
    const [low, high, ...rest] = range.split('-');
    if (rest.length > 0) return `'${range}' is not a range of the field '${field.name}'`;
    const ends = [low, high]
      .filter((end) => end !== undefined)
      .map((end) => [end, numberOf(end, field)] as const);
    const wrong = ends.find(([, value]) => value === undefined);
    if (wrong !== undefined) return `'${wrong[0]}' is no ${field.name}; expected ${expectation(field)}`;
    const [first, last] = ends.map(([, value]) => value!);
    if (last !== undefined && first! > last) return `'${range}' runs backwards`;
  }
  return undefined;
}

function expectation({ from, to, words }: Field): string {
  return `${from} to ${to}${words === undefined ? '' : `, or ${words[0]} to ${words.slice(0, to === 7 ? 7 : 12).at(-1)}`}`;
}

function numberOf(text: string, { from, to, words }: Field): number | undefined {
  const word = words?.indexOf(text.toLowerCase()) ?? -1;
  if (word !== -1) return from + word;
  if (!/^\d+$/.test(text)) return undefined;
  const value = Number(text);
  return value >= from && value <= to ? value : undefined;
}

/** A day such as the 31st of a month that has none: the schedule would never start anything. */
function neverComes(day: string, month: string): boolean {
  if (!/^\d+$/.test(day)) return false;
  const months = month.split(',').map((part) => numberOf(part, FIELDS[3]!));
  return months.every((one) => one !== undefined && Number(day) > LONGEST[one - 1]!);
}
