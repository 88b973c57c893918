/** What the YAML parser stumbled over, in words for people who write definitions. */
import { CST, type YAMLError } from 'yaml';
import type { SourceRange } from '../diagnostics/diagnostic.ts';
import { lineStarts, positionAt } from '../diagnostics/position.ts';
import { expressionAround, whyQuote } from './unquoted-expression.ts';

export interface SyntaxFinding {
  readonly code: 'yaml-syntax' | 'unquoted-expression';
  readonly range: SourceRange;
  readonly message: string;
  readonly hint?: string;
}

const MOST_FINDINGS = 5;

/**
 * The findings behind a parser's errors: the unquoted expressions that led to them, or else a quote that is
 * never closed, or else the errors themselves, one a line and few of them. One mistake makes the parser stumble
 * again and again.
 */
export function syntaxFindings(
  text: string,
  errors: readonly YAMLError[],
  tokens: readonly CST.Token[],
): readonly SyntaxFinding[] {
  if (errors.length === 0) return [];
  const expressions = new Map<number, SourceRange>();
  for (const { pos } of errors) {
    const around = expressionAround(text, pos[0]);
    if (around !== undefined) expressions.set(around.start, around);
  }
  if (expressions.size > 0) return [...expressions.values()].map((range) => unquotedFinding(text, range));

  const open = openQuote(tokens);
  if (open !== undefined) {
    return [
      { code: 'yaml-syntax', range: { start: open, end: open + 1 }, message: 'this quote is never closed' },
    ];
  }
  return oneALine(text, errors).map(({ pos: [start, end], message }) => ({
    code: 'yaml-syntax',
    range: { start: Math.min(start, text.length), end: Math.min(end, text.length) },
    message: lowerFirst(message),
  }));
}

/** Says why the expression at `range` needs quotes, and how it looks with them. */
export function unquotedFinding(text: string, range: SourceRange): SyntaxFinding {
  const expression = text.slice(range.start, range.end);
  const quote = expression.includes('"') ? "'" : '"';
  const fits = !expression.includes('\n') && !expression.includes(quote);
  return {
    code: 'unquoted-expression',
    range,
    message: `quote this expression: ${whyQuote(text, range)}`,
    hint: fits ? `write ${quote}${expression}${quote}` : 'put it into quotes, or after | on lines of its own',
  };
}

function oneALine(text: string, errors: readonly YAMLError[]): readonly YAMLError[] {
  const starts = lineStarts(text);
  const first = new Map<number, YAMLError>();
  for (const error of errors) {
    const { line } = positionAt(starts, error.pos[0]);
    if (!first.has(line)) first.set(line, error);
  }
  return [...first.values()].slice(0, MOST_FINDINGS);
}

/** Where a quoted scalar begins that reaches the end of the file without its closing quote. */
function openQuote(tokens: readonly CST.Token[]): number | undefined {
  let open: number | undefined;
  for (const token of tokens) {
    if (token.type !== 'document') continue;
    CST.visit(token, ({ value }) => {
      if (value?.type !== 'double-quoted-scalar' && value?.type !== 'single-quoted-scalar') return;
      const [quote] = value.source;
      if (value.source.length < 2 || !value.source.endsWith(quote!)) open = value.offset;
    });
  }
  return open;
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? text[0]!.toLowerCase() + text.slice(1) : text;
}
