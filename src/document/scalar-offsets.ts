import type { SourceRange } from '../diagnostics/diagnostic.ts';

/**
 * Maps an offset in a string scalar's value to its offset in the file. Exact for every character that is not
 * white space, and for white space too unless YAML folded lines there.
 *
 * @param style the scalar's style as `yaml` names it: PLAIN, QUOTE_SINGLE, QUOTE_DOUBLE, BLOCK_LITERAL, BLOCK_FOLDED
 * @param range the scalar in the file, with its quotes or its block header
 */
export function scalarOffsets(
  text: string,
  style: string,
  value: string,
  range: SourceRange,
): (offset: number) => number {
  if (style === 'PLAIN' && range.end - range.start === value.length) {
    return (offset) => range.start + Math.max(0, Math.min(offset, value.length));
  }
  let table: readonly number[] | undefined;
  return (offset) => {
    table ??= align(text, style, value, range);
    return table[Math.max(0, Math.min(offset, value.length))] ?? range.start;
  };
}

/** Walks value and source side by side; `value.length + 1` offsets. */
function align(text: string, style: string, value: string, range: SourceRange): readonly number[] {
  const table: number[] = [];
  let at = contentStart(text, style, range);
  for (let index = 0; index < value.length; index++) {
    const char = value[index]!;
    if (style === 'QUOTE_DOUBLE') at = skipLineContinuations(text, at);
    const escaped = escapeLength(text, style, at);
    if (escaped > 0) {
      table.push(at);
      if (escaped === 10 && isHighSurrogate(char)) {
        table.push(at);
        index++;
      }
      at += escaped;
      continue;
    }
    if (isSpace(char)) {
      table.push(at);
      if (isSpace(text[at])) at++;
      continue;
    }
    while (at < range.end && isSpace(text[at])) at++;
    if (style === 'QUOTE_DOUBLE' && text[at] === '\\') {
      index--;
      continue;
    }
    table.push(at);
    at = Math.min(at + 1, range.end);
  }
  table.push(at);
  return table;
}

function contentStart(text: string, style: string, range: SourceRange): number {
  if (style.startsWith('QUOTE')) return range.start + 1;
  if (style === 'PLAIN') return range.start;
  const line = text.slice(range.start, range.end).search(/[\r\n]/);
  return line === -1 ? range.end : range.start + line + 1;
}

/** The length of the escape at an offset; 0 if there is none. */
function escapeLength(text: string, style: string, at: number): number {
  if (style === 'QUOTE_SINGLE') return text.startsWith("''", at) ? 2 : 0;
  if (style !== 'QUOTE_DOUBLE' || text[at] !== '\\') return 0;
  return { x: 4, u: 6, U: 10 }[text[at + 1] ?? ''] ?? 2;
}

/** A backslash at a line's end joins it to the next without a character in the value. */
function skipLineContinuations(text: string, at: number): number {
  const continuation = /^(?:\\\r?\n[ \t]*)+/.exec(text.slice(at, at + 200));
  return at + (continuation?.[0].length ?? 0);
}

function isSpace(char: string | undefined): boolean {
  return char === ' ' || char === '\n' || char === '\t' || char === '\r';
}

function isHighSurrogate(char: string): boolean {
  return char >= '\ud800' && char <= '\udbff';
}
