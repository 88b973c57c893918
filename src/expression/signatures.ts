/** What the functions and methods take and give: `functions.ts` as the checker sees it. */
import { BOOLEAN, DURATION, DYN, INTEGER, listType, NUMBER, STRING, TIMESTAMP, type Type } from './types.ts';
import type { Kind } from './values.ts';

export interface CallSignature {
  /** The kinds of the receiver; absent for a function. */
  readonly receiver?: readonly Kind[];
  /** The kinds of each argument; those from `required` on may be left out. */
  readonly args: readonly (readonly Kind[])[];
  readonly required?: number;
  readonly gives: Type;
}

const TEXT: readonly Kind[] = ['string'];
const ANY: readonly Kind[] = [
  'null',
  'boolean',
  'number',
  'string',
  'list',
  'object',
  'timestamp',
  'duration',
  'optional',
];
const TIMES: readonly Kind[] = ['timestamp', 'duration'];
const SIZED: readonly Kind[] = ['string', 'list', 'object'];

export const FUNCTION_SIGNATURES: ReadonlyMap<string, CallSignature> = new Map<string, CallSignature>([
  ['size', { args: [SIZED], gives: INTEGER }],
  ['string', { args: [['string', 'number', 'boolean', 'timestamp', 'duration']], gives: STRING }],
  ['double', { args: [['number', 'string']], gives: NUMBER }],
  ['int', { args: [['number', 'string']], gives: INTEGER }],
  ['bool', { args: [['boolean', 'string']], gives: BOOLEAN }],
  ['dyn', { args: [ANY], gives: DYN }],
  ['timestamp', { args: [['string', 'number', 'timestamp']], gives: TIMESTAMP }],
  ['duration', { args: [['string', 'duration']], gives: DURATION }],
  // What is money is for the checker of calls to say.
  ['money', { args: [ANY], gives: STRING }],
]);

function ofText(args: number, gives: Type, required: number = args): CallSignature {
  return { receiver: TEXT, args: Array.from({ length: args }, () => TEXT), required, gives };
}

export const METHOD_SIGNATURES: ReadonlyMap<string, CallSignature> = new Map<string, CallSignature>([
  ['size', { receiver: SIZED, args: [], gives: INTEGER }],
  ['contains', ofText(1, BOOLEAN)],
  ['startsWith', ofText(1, BOOLEAN)],
  ['endsWith', ofText(1, BOOLEAN)],
  ['matches', ofText(1, BOOLEAN)],
  ['lowerAscii', ofText(0, STRING)],
  ['upperAscii', ofText(0, STRING)],
  ['trim', ofText(0, STRING)],
  ['indexOf', ofText(1, INTEGER)],
  ['lastIndexOf', ofText(1, INTEGER)],
  ['split', ofText(1, listType(STRING))],
  ['replace', ofText(2, STRING)],
  ['substring', { receiver: TEXT, args: [['number'], ['number']], required: 1, gives: STRING }],
  ['join', { receiver: ['list'], args: [TEXT], required: 0, gives: STRING }],
  ['getFullYear', { receiver: ['timestamp'], args: [], gives: INTEGER }],
  ['getMonth', { receiver: ['timestamp'], args: [], gives: INTEGER }],
  ['getDate', { receiver: ['timestamp'], args: [], gives: INTEGER }],
  ['getDayOfMonth', { receiver: ['timestamp'], args: [], gives: INTEGER }],
  ['getDayOfWeek', { receiver: ['timestamp'], args: [], gives: INTEGER }],
  ['getHours', { receiver: TIMES, args: [], gives: INTEGER }],
  ['getMinutes', { receiver: TIMES, args: [], gives: INTEGER }],
  ['getSeconds', { receiver: TIMES, args: [], gives: INTEGER }],
  ['getMilliseconds', { receiver: TIMES, args: [], gives: INTEGER }],
  ['hasValue', { receiver: ['optional'], args: [], gives: BOOLEAN }],
  ['value', { receiver: ['optional'], args: [], gives: DYN }],
]);
