import { stripVTControlCharacters } from 'node:util';
import type { Config } from '../config/config.ts';
import { LOG_LEVELS, type LogLevel, type LogLine } from '../worker/log.ts';
import { err } from './colors.ts';

/** Where to log from, and how. */
export interface LogSettings {
  readonly level: LogLevel;
  readonly format: Config['log']['format'];
}

/** What writes lines to stderr, which is never a command's result: as text in a terminal, as JSON elsewhere. */
export function logWriter(format: Config['log']['format']): (line: LogLine) => void {
  const render = isText(format) ? (line: LogLine) => formatText(line, err) : JSON.stringify;
  return (line) => void process.stderr.write(`${render(line)}\n`);
}

/**
 * Tells people something.
 * @param line for a log: its level, `info` by default, and the data of which the text's first line is the gist
 */
export type Notice = (text: string, line?: { readonly level?: LogLevel; readonly fields?: object }) => void;

/** Notices of a command that logs: to `people` where the log is text, else as lines of the log. */
export function noticesOf({ level: least, format }: LogSettings, people: (text: string) => void): Notice {
  if (isText(format)) return people;
  const write = logWriter(format);
  return (text, { level = 'info', fields } = {}) => {
    if (LOG_LEVELS.indexOf(level) < LOG_LEVELS.indexOf(least)) return;
    const plain = stripVTControlCharacters(text);
    const message = fields === undefined ? plain : plain.split('\n')[0]!;
    write({ time: new Date().toISOString(), level, event: 'notice', message, ...(fields && { fields }) });
  };
}

function isText(format: LogSettings['format']): boolean {
  return format === 'text' || (format === 'auto' && process.stderr.isTTY === true);
}

type Paint = (text: string) => string;
type Colors = { readonly [color in 'dim' | 'cyan' | 'yellow' | 'red' | 'bold']: Paint };

const LEVEL_COLORS: { readonly [level in LogLevel]: keyof Colors } = {
  debug: 'dim',
  info: 'cyan',
  warn: 'yellow',
  error: 'red',
};

/** Told before the message, or by it. */
const HEAD: ReadonlySet<string> = new Set(['time', 'level', 'event', 'message', 'stack']);

/** Wide enough for the messages of the engine, so that what comes after stands in a column. */
const MESSAGE_WIDTH = 20;

/** `14:03:27.512 WARN  activity failed       workflow_type=payments/batch-payout …`, local time; a stack follows below. */
export function formatText(line: LogLine, colors: Colors): string {
  const time = new Date(line.time).toTimeString().slice(0, 8) + line.time.slice(19, 23);
  const level = colors[LEVEL_COLORS[line.level]](line.level.toUpperCase().padEnd(5));
  const fields = Object.entries(line)
    .filter(([name]) => !HEAD.has(name))
    .map(([name, value]) => `${colors.dim(`${name}=`)}${formatValue(value)}`);
  const message = oneLine(line.message).padEnd(MESSAGE_WIDTH);
  const text = [colors.dim(time), level, message, ...fields].join(' ').trimEnd();
  return line.stack === undefined ? text : `${text}\n${colors.dim(indent(line.stack))}`;
}

function formatValue(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value);
  return /^[\w./:@[\]-]+$/.test(value) ? value : JSON.stringify(value);
}

/** What came with line breaks or control characters must not look like lines of ours. */
function oneLine(text: string): string {
  return JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ');
}
