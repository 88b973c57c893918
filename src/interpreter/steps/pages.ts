import type { Json, PagesPlan } from '../../plan/plan.ts';
import { resolveCall } from '../calls.ts';
import type { Failure } from '../host.ts';
import { scopeOf } from '../scope.ts';
import type { Pages, Place } from '../state.ts';
import { dispatch, failStep, frameOf, stepPath, type Turn } from '../turn.ts';
import type { ForEachStep } from './item-labels.ts';

/** Asks for the next page of a loop's items. */
export function fetchPage(turn: Turn, at: Place, step: ForEachStep, { cursor, fetched }: Pages): void {
  const { pages, ...options } = step.items as PagesPlan;
  const call = resolveCall(turn, { activity: pages, ...options }, scopeOf(turn, frameOf(turn, at)), {
    path: `${stepPath(turn, at)}/~page[${fetched}]`,
    ...(cursor !== undefined && { more: { cursor } }),
  });
  if (!call.ok) return failStep(turn, at, call.failure);
  turn.commands.push({ ...call.value, id: dispatch(turn, at) });
}

type Page =
  | { readonly ok: true; readonly items: readonly Json[]; readonly pages: Pages }
  | { readonly ok: false; readonly failure: Failure };

/** Reads what the activity gave, `{items, next_cursor?}`: without a `next_cursor`, or with null, it is the last page. */
export function readPage(output: Json, { cursor, fetched }: Pages): Page {
  const { items, next_cursor } = (output ?? {}) as { items?: Json; next_cursor?: Json };
  if (!Array.isArray(items)) return invalid(`page ${fetched} has no list 'items'`);
  if (next_cursor === undefined || next_cursor === null)
    return { ok: true, items, pages: { fetched: fetched + 1, done: true } };
  // It would go on for ever, and pay the same people again and again.
  if (cursor !== undefined && JSON.stringify(cursor) === JSON.stringify(next_cursor))
    return invalid(`page ${fetched} names itself as the next one, by the cursor ${JSON.stringify(cursor)}`);
  return { ok: true, items, pages: { cursor: next_cursor, fetched: fetched + 1 } };
}

function invalid(message: string): Page {
  return { ok: false, failure: { type: 'InvalidOutput', message } };
}
