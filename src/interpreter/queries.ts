import type { Json, Plan } from '../plan/plan.ts';
import { anyTimeScope } from './scope.ts';
import type { State } from './state.ts';
import type { Turn } from './turn.ts';
import { resolve } from './values.ts';

export type Answer =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly message: string };

/** Answers a query that the definition declares; the state stays as it is. */
export function answerQuery(plan: Plan, state: State, name: string, now: number): Answer {
  const queries = plan.queries ?? {};
  if (!Object.hasOwn(queries, name)) {
    const known = Object.keys(queries);
    const list = known.length === 0 ? 'it declares none' : `it declares ${known.join(', ')}`;
    return { ok: false, message: `the definition declares no query '${name}'; ${list}` };
  }
  const turn: Turn = { plan, state, now, commands: [], messages: [] };
  const value = resolve(queries[name]!, anyTimeScope(turn));
  return value.ok ? { ok: true, value: value.value ?? null } : { ok: false, message: value.failure.message };
}
