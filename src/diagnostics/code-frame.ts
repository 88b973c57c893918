import type { SourceRange } from './diagnostic.ts';
import { lineStarts, positionAt } from './position.ts';

const WIDEST = 100;
const MOST_LINES = 3;

/** A line of a frame: its number, its text made safe for a terminal, and the carets under it. */
export interface FrameLine {
  readonly line: number;
  readonly text: string;
  readonly carets: string;
}

/**
 * The lines that a range touches, at most three, with carets under the part that it covers. Tabs become two
 * spaces, control characters are made visible, and a long line is cut to the part around its carets.
 */
export function codeFrame(source: string, range: SourceRange): readonly FrameLine[] {
  const starts = lineStarts(source);
  const start = Math.min(range.start, source.length);
  const end = Math.max(start, Math.min(range.end, source.length));
  const first = positionAt(starts, start).line;
  const last = positionAt(starts, Math.max(start, end - 1)).line;
  const lines: FrameLine[] = [];
  for (let line = first; line <= Math.min(last, first + MOST_LINES - 1); line++) {
    const lineStart = starts[line - 1]!;
    const text = source.slice(lineStart, starts[line] ?? source.length).replace(/[\r\n]+$/, '');
    const indent = text.length - text.trimStart().length;
    const from = line === first ? start - lineStart : indent;
    lines.push(
      frameLine(line, text, Math.min(from, text.length), Math.min(end - lineStart, text.trimEnd().length)),
    );
  }
  return lines;
}

function frameLine(line: number, text: string, from: number, to: number): FrameLine {
  const before = visible(text.slice(0, from));
  const marked = visible(text.slice(from, Math.max(from, to)));
  const after = visible(text.slice(Math.max(from, to)));
  const width = Math.max(1, marked.length);
  if (before.length + marked.length + after.length <= WIDEST) {
    return { line, text: before + marked + after, carets: ' '.repeat(before.length) + '^'.repeat(width) };
  }
  const left = before.length > WIDEST / 3 ? `…${before.slice(before.length - WIDEST / 4)}` : before;
  const whole = left + marked + after;
  const shown = whole.length > WIDEST ? `${whole.slice(0, WIDEST)}…` : whole;
  return {
    line,
    text: shown,
    carets: ' '.repeat(left.length) + '^'.repeat(Math.min(width, WIDEST - left.length)),
  };
}

/** What an author writes must not be able to steer the terminal: tabs become two spaces, controls a mark. */
export function visible(text: string): string {
  return text.replace(/\t/g, '  ').replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}
