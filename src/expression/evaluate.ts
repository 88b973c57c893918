/**
 * Evaluating expressions: CEL over JSON, deterministic and metered. Runs inside the workflow sandbox, so
 * nothing here or below may use Node, the clock, a locale or a time zone. The one state of the module is a
 * bounded memo of compiled sources, which never changes what an evaluation gives.
 */
import type { Json } from '../plan/plan.ts';
import { type Compiled, compile } from './compile.ts';
import { parseExpression } from './syntax.ts';
import { toJson } from './to-json.ts';
import { aKind, type Budget, charge, Fault, type Run } from './values.ts';

export type { Budget } from './values.ts';

export interface EvaluationError {
  /** Quotes the part that failed; no full stop at the end. */
  readonly message: string;
  /** Where in the source, in UTF-16 units. */
  readonly offset?: number;
}

export type Evaluation =
  /** `undefined`: an empty optional, whose key is to be left out. The value may share parts with the scope. */
  | { readonly ok: true; readonly value: Json | undefined }
  | { readonly ok: false; readonly error: EvaluationError };

/** Steps for one expression: a filter over some 100,000 items, or a megabyte of text, in well under a second. */
export const DEFAULT_STEPS = 2_000_000;

/** A fresh budget. */
export function newBudget(steps: number = DEFAULT_STEPS): Budget {
  return { remaining: steps };
}

/**
 * Evaluates one expression.
 *
 * @param source CEL without `${{ }}`.
 * @param scope the variables, plain JSON values; only its own properties are seen, and it is not copied.
 * @param budget lowered by what the evaluation costs; several evaluations may draw on one.
 * @returns the value as JSON, or an error: of syntax, of the values met, or of a spent budget.
 */
export function evaluate(
  source: string,
  scope: Readonly<Record<string, unknown>>,
  budget: Budget,
): Evaluation {
  try {
    const compiled = compiledOf(source);
    if (compiled instanceof Fault) return failed(compiled);
    const run: Run = { scope, locals: [], budget };
    charge(run, compiled.nodes);
    const value = compiled.evaluate(run);
    return { ok: true, value: compiled.makes ? toJson(run, value) : (value as Json) };
  } catch (error) {
    if (error instanceof Fault) return failed(error);
    throw error;
  }
}

/**
 * Evaluates a text with embedded expressions, as `parseTemplate` and the plan give it.
 *
 * @returns the text; an error if an expression fails or gives anything but a string, number or boolean.
 */
export function evaluateText(
  parts: readonly (string | { readonly expression: string })[],
  scope: Readonly<Record<string, unknown>>,
  budget: Budget,
): { readonly ok: true; readonly value: string } | { readonly ok: false; readonly error: EvaluationError } {
  let text = '';
  for (const part of parts) {
    if (typeof part === 'string') {
      text += part;
      continue;
    }
    const result = evaluate(part.expression, scope, budget);
    if (!result.ok) return result;
    const { value } = result;
    if (value === undefined || value === null || typeof value === 'object') {
      const found = value === undefined ? 'an empty optional' : aKind(value);
      const message = `only strings, numbers and booleans stand in a text: ${part.expression} is ${found}`;
      return { ok: false, error: { message } };
    }
    text += String(value);
  }
  return { ok: true, value: text };
}

const MEMO_SIZE = 2_000;
const memo = new Map<string, Compiled | Fault>();

/** The compiled source, or what is wrong with it. When the memo is full, the oldest entry goes. */
function compiledOf(source: string): Compiled | Fault {
  const known = memo.get(source);
  if (known !== undefined) return known;
  const compiled = compiledAnew(source);
  if (memo.size >= MEMO_SIZE) memo.delete(memo.keys().next().value as string);
  memo.set(source, compiled);
  return compiled;
}

function compiledAnew(source: string): Compiled | Fault {
  const parsed = parseExpression(source);
  if (!parsed.ok) return new Fault(parsed.message, parsed.start);
  try {
    return compile(source, parsed.ast);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
}

function failed(fault: Fault): Evaluation {
  const { message, offset } = fault;
  return { ok: false, error: offset === undefined ? { message } : { message, offset } };
}
