/** From the values of an expression to JSON. */
import type { Json } from '../plan/plan.ts';
import { formatDuration } from './duration.ts';
import {
  charge,
  type Duration,
  Fault,
  kindOf,
  MAX_NESTING,
  type Optional,
  type Run,
  type Timestamp,
  type Value,
} from './values.ts';

/**
 * The JSON of a result: a timestamp as ISO 8601 in UTC, a duration as `90m`, an optional as its value. A key
 * of an object whose value is an empty optional is left out. Parts that are JSON already are not copied.
 *
 * @returns `undefined` for an empty optional.
 */
export function toJson(run: Run, value: Value, depth = 0): Json | undefined {
  if (depth > MAX_NESTING) throw new Fault('the value is nested too deep');
  switch (kindOf(value)) {
    case 'string':
      charge(run, 1 + (value as string).length);
      return value as string;
    case 'timestamp':
      return new Date((value as Timestamp).ms).toISOString();
    case 'duration':
      return formatDuration((value as Duration).ms);
    case 'optional': {
      const inner = (value as Optional).value;
      return inner === undefined ? undefined : toJson(run, inner, depth + 1);
    }
    case 'list':
      return listToJson(run, value as readonly Value[], depth);
    case 'object':
      return objectToJson(run, value as { readonly [key: string]: Value }, depth);
    default:
      return value as Json;
  }
}

function listToJson(run: Run, list: readonly Value[], depth: number): Json {
  charge(run, 1 + list.length);
  let changed: Json[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const json = toJson(run, list[i] as Value, depth + 1);
    if (json === undefined)
      throw new Fault('a list cannot hold an empty optional: give it a value with orValue()');
    if (json !== list[i]) changed ??= list.slice(0, i) as Json[];
    changed?.push(json);
  }
  return changed ?? (list as Json[]);
}

function objectToJson(run: Run, object: { readonly [key: string]: Value }, depth: number): Json {
  const keys = Object.keys(object);
  charge(run, 1 + keys.length);
  let changed: { [key: string]: Json } | undefined;
  keys.forEach((key, i) => {
    const json = toJson(run, object[key] as Value, depth + 1);
    if (json !== object[key] && changed === undefined) {
      changed = {};
      for (const before of keys.slice(0, i)) changed[before] = object[before] as Json;
    }
    if (changed && json !== undefined) changed[key] = json;
  });
  return changed ?? (object as { [key: string]: Json });
}
