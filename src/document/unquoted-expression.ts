/** YAML reads parts of an unquoted `${{ … }}` as its own signs: how to recognise that, and say so. */
import type { SourceRange } from '../diagnostics/diagnostic.ts';

/**
 * The unquoted expression that YAML stumbled over at an offset, `undefined` if there is none: the offset is
 * inside, and either the braces themselves were taken for a mapping or a colon or comment sign stands within.
 */
export function expressionAround(text: string, offset: number): SourceRange | undefined {
  const lineStart = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  const rest = text.slice(lineStart).search(/[\r\n]/);
  const lineEnd = rest === -1 ? text.length : lineStart + rest;
  const start = text.lastIndexOf('${{', offset);
  if (start < lineStart || isQuoted(text.slice(lineStart, start))) return undefined;
  const end = endOfExpression(text, start, lineEnd);
  if (offset >= end) return undefined;
  return offset === start + 1 || /:\s|\s#/.test(text.slice(start, end)) ? { start, end } : undefined;
}

/** Whether a plain scalar's expression was cut off because YAML took ` #` for a comment. */
export function isCutByComment(text: string, value: string, range: SourceRange): boolean {
  const open = value.lastIndexOf('${{');
  if (open === -1 || open < value.lastIndexOf('}}')) return false;
  return /^[ \t]+#/.test(text.slice(range.end, range.end + 80));
}

/** What YAML took for its own in the unquoted expression at `range`. */
export function whyQuote(text: string, range: SourceRange): string {
  const expression = text.slice(range.start, range.end);
  if (/:\s/.test(expression)) return "YAML takes its ': ' for the end of a key";
  if (/\s#/.test(expression)) return "YAML takes ' #' for the start of a comment";
  return 'inside { } or [ ] YAML takes its braces for a mapping';
}

function isQuoted(before: string): boolean {
  return /["']/.test(before.replace(/"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'/g, ''));
}

/** After the `}}` that closes the expression, strings and nested braces considered; else `limit`. */
function endOfExpression(text: string, start: number, limit: number): number {
  let depth = 0;
  let quote = '';
  for (let at = start + 3; at < limit; at++) {
    const char = text[at]!;
    if (quote !== '') {
      if (char === '\\') at++;
      else if (char === quote) quote = '';
    } else if (char === '"' || char === "'") quote = char;
    else if (char === '{') depth++;
    else if (char === '}' && depth > 0) depth--;
    else if (char === '}' && text[at + 1] === '}') return at + 2;
  }
  return limit;
}
