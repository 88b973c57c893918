import { jsonBytes } from '../plan/payload.ts';
import type { Json, Plan } from '../plan/plan.ts';
import type { State } from './state.ts';

/** A value of more bytes than this is left out first. */
const LARGE = 2048;

/** Where even the small values are too many, so many of a list or an object are shown. */
const SHOWN = 50;

/**
 * The whole state of a run, for whoever looks into it: the answer to the query `estuary.state`.
 * @param maximumBytes its size as JSON; what does not fit is replaced by how large it was
 */
export function snapshotOf(plan: Plan, state: State, maximumBytes: number): Json {
  const whole = { definition: plan.name, plan_hash: plan.hash, ...state } as unknown as Json;
  if (jsonBytes(whole) <= maximumBytes) return whole;
  const lighter = shorten(whole, 0, Number.POSITIVE_INFINITY);
  if (jsonBytes(lighter) <= maximumBytes) return lighter;
  const few = shorten(whole, 0, SHOWN);
  return jsonBytes(few) <= maximumBytes ? few : leftOut(few);
}

/** Where values stand: in the run's own fields, its frames, a frame's steps. Below that, large ones are left out. */
const STRUCTURE_DEPTH = 5;

function shorten(value: Json, depth: number, shown: number): Json {
  if (typeof value !== 'object' || value === null) return jsonBytes(value) > LARGE ? leftOut(value) : value;
  if (depth >= STRUCTURE_DEPTH && jsonBytes(value) > LARGE) return leftOut(value);
  if (Array.isArray(value)) {
    const items = value.slice(0, shown).map((item) => shorten(item, depth + 1, shown));
    return value.length > shown ? [...items, `… and ${value.length - shown} more`] : items;
  }
  // A state may have members without a value, which JSON leaves out.
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  const kept = entries.slice(0, shown).map(([key, member]) => [key, shorten(member, depth + 1, shown)]);
  if (entries.length > shown) kept.push(['…', `and ${entries.length - shown} more`]);
  return Object.fromEntries(kept);
}

function leftOut(value: Json): Json {
  return `… ${jsonBytes(value)} bytes left out`;
}
