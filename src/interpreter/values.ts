import { parseDuration } from '../expression/duration.ts';
import { type Evaluation, evaluate, evaluateText, newBudget } from '../expression/evaluate.ts';
import type { Json, JsonObject, Value } from '../plan/plan.ts';
import type { Failure } from './host.ts';
import type { Scope } from './scope.ts';

/** The value of a `Value`; `undefined` where it was an empty optional. */
export type Resolved<T = Json | undefined> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure };

/** Computes a value: expressions keep their type, empty optionals leave their key or list item out. */
export function resolve(value: Value, scope: Scope): Resolved {
  if ('literal' in value) return { ok: true, value: value.literal };
  if ('expression' in value)
    return finish(evaluate(value.expression, scope, newBudget()), value.expression, value.line);
  if ('text' in value) return finish(evaluateText(value.text, scope, newBudget()), undefined, value.line);
  if ('object' in value) {
    const object: { [key: string]: Json } = {};
    for (const [key, member] of value.object) {
      const resolved = resolve(member, scope);
      if (!resolved.ok) return resolved;
      if (resolved.value !== undefined) object[key] = resolved.value;
    }
    return { ok: true, value: object };
  }
  const list: Json[] = [];
  for (const item of value.list) {
    const resolved = resolve(item, scope);
    if (!resolved.ok) return resolved;
    if (resolved.value !== undefined) list.push(resolved.value);
  }
  return { ok: true, value: list };
}

/** A condition: true or false, nothing else. */
export function resolveCondition(value: Value, scope: Scope): Resolved<boolean> {
  return narrow(resolve(value, scope), 'true or false', (found) =>
    typeof found === 'boolean' ? found : undefined,
  );
}

/** A list of items. */
export function resolveList(value: Value, scope: Scope): Resolved<readonly Json[]> {
  return narrow(resolve(value, scope), 'a list', (found) => (Array.isArray(found) ? found : undefined));
}

/** A count, at least 1. */
export function resolveCount(value: Value, scope: Scope): Resolved<number> {
  return narrow(resolve(value, scope), 'a whole number from 1', (found) =>
    typeof found === 'number' && Number.isInteger(found) && found >= 1 ? found : undefined,
  );
}

/** A number, at least 0. */
export function resolveNumber(value: Value, scope: Scope): Resolved<number> {
  return narrow(resolve(value, scope), 'a number from 0', (found) =>
    typeof found === 'number' && found >= 0 ? found : undefined,
  );
}

/** A string that is not empty. */
export function resolveText(value: Value, scope: Scope): Resolved<string> {
  return narrow(resolve(value, scope), 'a string that is not empty', (found) =>
    typeof found === 'string' && found !== '' ? found : undefined,
  );
}

/** An object. */
export function resolveObject(value: Value, scope: Scope): Resolved<JsonObject> {
  return narrow(resolve(value, scope), 'an object', (found) =>
    typeof found === 'object' && found !== null && !Array.isArray(found) ? found : undefined,
  );
}

/** A timeout in milliseconds, at least 1: a workflow task that asks Temporal for none fails for ever. */
export function resolveDuration(value: Value, scope: Scope): Resolved<number> {
  return narrow(resolve(value, scope), 'a duration such as 30s or 1h30m, of at least 1ms', (found) => {
    const milliseconds = durationOf(found, value);
    return milliseconds !== undefined && milliseconds >= 1 ? milliseconds : undefined;
  });
}

/** How long to wait, in milliseconds; may be nothing. */
export function resolveWait(value: Value, scope: Scope): Resolved<number> {
  return narrow(resolve(value, scope), 'a duration such as 30s or 72h', (found) => durationOf(found, value));
}

/** A time, in milliseconds since the epoch. */
export function resolveTime(value: Value, scope: Scope): Resolved<number> {
  const found = resolve(value, scope);
  if (!found.ok) return found;
  // CEL's own reading of times, so that both ways of writing one mean the same; it gives ISO 8601 in UTC.
  const time = evaluate('timestamp(time)', { time: found.value ?? null }, newBudget());
  if (time.ok && typeof time.value === 'string') return { ok: true, value: Date.parse(time.value) };
  const message = `expected a time such as 2026-01-31T09:30:00Z, got ${shorten(JSON.stringify(found.value ?? null))}`;
  return { ok: false, failure: expressionError(message) };
}

/** A number is milliseconds already, as compile left it. */
function durationOf(found: Json | undefined, value: Value): number | undefined {
  if ('literal' in value && typeof found === 'number') return found;
  const parsed = typeof found === 'string' ? parseDuration(found) : undefined;
  return parsed?.ok ? parsed.ms : undefined;
}

function narrow<T>(
  resolved: Resolved,
  expected: string,
  read: (found: Json | undefined) => T | undefined,
): Resolved<T> {
  if (!resolved.ok) return resolved;
  const value = read(resolved.value);
  if (value !== undefined) return { ok: true, value };
  const found = resolved.value === undefined ? 'nothing' : JSON.stringify(resolved.value);
  return { ok: false, failure: expressionError(`expected ${expected}, got ${shorten(found)}`) };
}

function finish(evaluation: Evaluation, source: string | undefined, line: number): Resolved {
  if (evaluation.ok) return evaluation;
  const where = source === undefined ? '' : ` in \`${shorten(source.trim())}\``;
  return { ok: false, failure: { ...expressionError(`${evaluation.error.message}${where}`), line } };
}

export function expressionError(message: string): Failure {
  return { type: 'ExpressionError', message };
}

function shorten(text: string): string {
  return text.length <= 120 ? text : `${text.slice(0, 119)}…`;
}
