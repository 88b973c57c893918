import type { Json } from '../plan/plan.ts';

/** A value that JSON cannot hold, in words. */
export interface NotJson {
  readonly problem: string;
}

/**
 * What an activity returned, as JSON. Functions and undefined members are left out, as JSON does; what JSON would
 * change in silence (NaN, infinities) or cannot write (BigInt, cycles) is a problem. Nothing is `{}`.
 */
export function toJson(output: unknown): { readonly json: Json } | NotJson {
  if (output === undefined) return { json: {} };
  if (typeof output === 'function' || typeof output === 'symbol') return { problem: `a ${typeof output}` };
  try {
    return { json: JSON.parse(JSON.stringify(output, refuse)) as Json };
  } catch (error) {
    return { problem: error instanceof Error ? error.message.split('\n')[0]! : String(error) };
  }
}

function refuse(key: string, value: unknown): unknown {
  const where = key === '' ? '' : ` at '${key}'`;
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${value}${where}`);
  if (typeof value === 'bigint') throw new Error(`a BigInt${where}`);
  return value;
}
