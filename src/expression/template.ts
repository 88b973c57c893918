/**
 * `${{ … }}` in the strings of a definition: where the expressions stand and what is plain text.
 *
 * The end of an expression is found by reading it: `}}` closes it only outside of CEL's strings and comments,
 * and only where all braces opened inside are closed, so `${{ {"a": {"b": 1}} }}` is one expression.
 * `$${{` stands for a literal `${{`.
 */

export type Template =
  /** No expression; `text` is unescaped. */
  | { readonly kind: 'literal'; readonly text: string }
  /** The whole string is one expression, whose value keeps its type. */
  | { readonly kind: 'expression'; readonly expression: EmbeddedExpression }
  /** Expressions within text: the value is a string. */
  | { readonly kind: 'text'; readonly parts: readonly (string | EmbeddedExpression)[] };

export interface EmbeddedExpression {
  /** CEL, without the braces and the white space around it. */
  readonly source: string;
  /** Where `source` starts in the string. */
  readonly offset: number;
}

export interface TemplateError {
  readonly code: 'expression-not-closed' | 'expression-empty';
  readonly message: string;
  /** The part of the string that is at fault. */
  readonly start: number;
  readonly end: number;
}

export type TemplateResult =
  | { readonly ok: true; readonly template: Template }
  | { readonly ok: false; readonly error: TemplateError };

/**
 * Splits a string into text and expressions.
 *
 * @returns the template, or the first error (`expression-not-closed`, `expression-empty`) with its offsets in
 * `text`. The expressions themselves are not parsed.
 */
export function parseTemplate(text: string): TemplateResult {
  const parts: (string | EmbeddedExpression)[] = [];
  let literal = '';
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('${{', at);
    if (open < 0) break;
    if (text[open - 1] === '$' && open > at) {
      literal += `${text.slice(at, open - 1)}\${{`;
      at = open + 3;
      continue;
    }
    literal += text.slice(at, open);
    const close = closingBraces(text, open + 3);
    if (close === undefined) {
      const message = "'${{' is never closed by '}}'";
      return { ok: false, error: { code: 'expression-not-closed', message, start: open, end: text.length } };
    }
    const inner = text.slice(open + 3, close);
    const source = inner.trim();
    if (source === '') {
      const message = "'${{ }}' holds no expression";
      return { ok: false, error: { code: 'expression-empty', message, start: open, end: close + 2 } };
    }
    if (literal !== '') parts.push(literal);
    literal = '';
    parts.push({ source, offset: open + 3 + inner.indexOf(source) });
    at = close + 2;
  }
  literal += text.slice(at);
  if (literal !== '') parts.push(literal);

  const [first] = parts;
  if (first === undefined) return { ok: true, template: { kind: 'literal', text: '' } };
  if (parts.length > 1) return { ok: true, template: { kind: 'text', parts } };
  if (typeof first === 'string') return { ok: true, template: { kind: 'literal', text: first } };
  return { ok: true, template: { kind: 'expression', expression: first } };
}

/** The offset of the `}}` that closes the expression starting at `from`. */
function closingBraces(text: string, from: number): number | undefined {
  let depth = 0;
  for (let at = from; at < text.length; at++) {
    const character = text[at];
    if (character === '"' || character === "'") {
      const end = endOfString(text, at);
      if (end === undefined) return undefined;
      at = end - 1;
    } else if (text.startsWith('//', at)) {
      // Quotes and braces in a comment mean nothing; only its line or the expression can end it.
      const comment = /\n|\}\}/g;
      comment.lastIndex = at;
      const end = comment.exec(text);
      if (end === null) return undefined;
      if (end[0] === '}}' && depth === 0) return end.index;
      at = end.index;
    } else if (character === '{') {
      depth++;
    } else if (character === '}') {
      if (depth > 0) depth--;
      else if (text[at + 1] === '}') return at;
    }
  }
  return undefined;
}

/** The offset after the string that opens at `at`. CEL's strings may be tripled, and `\"` never ends one. */
function endOfString(text: string, at: number): number | undefined {
  const quote = text[at] ?? '';
  const delimiter = text.startsWith(quote.repeat(3), at) ? quote.repeat(3) : quote;
  for (let i = at + delimiter.length; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text.startsWith(delimiter, i)) return i + delimiter.length;
  }
  return undefined;
}
