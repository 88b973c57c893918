/**
 * A run's result for people: whatever its shape, a colleague from finance can read it.
 *
 * An object whose values are all whole numbers reads `142 paid, 3 held`; money reads as money; a list of objects
 * is a table, cut where it gets long. `--json` has every row.
 */
import { visible } from '../diagnostics/code-frame.ts';
import { formatMoney, isMoney } from '../expression/money.ts';
import type { Json, JsonObject } from '../plan/plan.ts';
import { out } from './colors.ts';

/** Rows of a table that are shown before the rest is counted. */
const MAXIMUM_ROWS = 10;

/** @returns lines without a line end */
export function renderValue(value: Json): string[] {
  if (!isObject(value) || isScalarLike(value)) return [inline(value)];
  const plain = Object.entries(value).filter(([, member]) => isScalarLike(member));
  const long = Object.entries(value).filter(([, member]) => !isScalarLike(member));
  return [
    ...plain.map(([name, member]) => `${out.dim(`${label(name)}:`)} ${inline(member)}`),
    ...long.flatMap(section),
  ];
}

function section([name, member]: [string, Json]): string[] {
  if (Array.isArray(member)) {
    if (member.length === 0) return [`${out.dim(`${label(name)}:`)} none`];
    return ['', out.bold(label(name)), ...(member.every(isObject) ? table(member) : list(member))];
  }
  return ['', out.bold(label(name)), ...renderValue(member).map((line) => `  ${line}`)];
}

function list(items: readonly Json[]): string[] {
  return [...items.slice(0, MAXIMUM_ROWS).map((item) => `  ${inline(item)}`), ...rest(items.length)];
}

function table(rows: readonly JsonObject[]): string[] {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const shown = rows.slice(0, MAXIMUM_ROWS);
  const cells = shown.map((row) =>
    columns.map((column) => (row[column] === undefined ? '' : inline(row[column]))),
  );
  const right = columns.map((column) =>
    rows.every((row) => typeof row[column] === 'number' || isMoney(row[column])),
  );
  const widths = columns.map((column, index) =>
    Math.max(width(label(column)), ...cells.map((row) => width(row[index]!))),
  );
  const line = (texts: readonly string[]): string =>
    `  ${texts.map((text, index) => pad(text, widths[index]!, right[index]!)).join('  ')}`.trimEnd();
  return [out.dim(line(columns.map(label))), ...cells.map(line), ...rest(rows.length)];
}

function rest(total: number): string[] {
  return total > MAXIMUM_ROWS ? [out.dim(`  … ${total - MAXIMUM_ROWS} more, with --json`)] : [];
}

function inline(value: Json): string {
  if (isMoney(value)) return formatMoney(value);
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(inline).join(', ');
  if (isObject(value)) {
    if (isCounts(value))
      return Object.entries(value)
        .map(([name, count]) => `${count} ${label(name)}`)
        .join(', ');
    return JSON.stringify(value);
  }
  return typeof value === 'string' ? visible(value) : String(value);
}

function isScalarLike(value: Json): boolean {
  return !Array.isArray(value) && (!isObject(value) || isMoney(value) || isCounts(value));
}

function isCounts(value: JsonObject): boolean {
  const members = Object.values(value);
  return members.length > 0 && members.every((member) => Number.isInteger(member));
}

function isObject(value: Json): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function label(name: string): string {
  return name.replaceAll('_', ' ');
}

function pad(text: string, size: number, right: boolean): string {
  const space = ' '.repeat(Math.max(0, size - width(text)));
  return right ? space + text : text + space;
}

/** Columns on a terminal: combining marks take none, East Asian wide characters and emoji take two. */
function width(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (/\p{Mn}|\p{Me}|\p{Cf}/u.test(character)) continue;
    columns +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        character,
      )
        ? 2
        : 1;
  }
  return columns;
}
