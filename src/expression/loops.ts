/** What `all`, `exists`, `exists_one`, `filter` and `map` do with the items of a list. */
import {
  aKind,
  charge,
  type Evaluate,
  Fault,
  forgivable,
  isList,
  isObject,
  keysOf,
  type Run,
  truth,
  type Value,
} from './values.ts';

/** The items of a list, or the keys of an object. */
export function itemsOf(value: Value, run: Run, at: number): readonly Value[] {
  if (isList(value)) return value;
  if (isObject(value)) return keysOf(run, value);
  throw new Fault(`only lists and objects have items, this is ${aKind(value)}`, at);
}

export interface Loop {
  readonly slot: number;
  /** Steps for one item. */
  readonly cost: number;
  readonly at: number;
  readonly bodyAt: number;
  readonly body: Evaluate;
  /** The third argument of `map(x, condition, transform)`. */
  readonly transform: Evaluate | undefined;
}

/** Evaluates the body for one item. */
function step(run: Run, item: Value, loop: Loop): Value {
  charge(run, loop.cost);
  run.locals[loop.slot] = item;
  return loop.body(run);
}

/** `all` and `exists`: the first item that decides ends it, and outweighs items that fail. */
function quantify(run: Run, items: readonly Value[], loop: Loop, decisive: boolean): boolean {
  let fault: Fault | undefined;
  for (const item of items) {
    try {
      if (truth(step(run, item, loop), loop.bodyAt) === decisive) return decisive;
    } catch (error) {
      fault = forgivable(error);
    }
  }
  if (fault) throw fault;
  return !decisive;
}

/** The loops by the name of their macro. */
export const REDUCERS = {
  all: (run: Run, items: readonly Value[], loop: Loop): Value => quantify(run, items, loop, false),
  exists: (run: Run, items: readonly Value[], loop: Loop): Value => quantify(run, items, loop, true),
  exists_one: (run: Run, items: readonly Value[], loop: Loop): Value =>
    items.filter((item) => truth(step(run, item, loop), loop.bodyAt)).length === 1,
  filter: (run: Run, items: readonly Value[], loop: Loop): Value =>
    items.filter((item) => truth(step(run, item, loop), loop.bodyAt)),
  map: (run: Run, items: readonly Value[], loop: Loop): Value => {
    const { transform } = loop;
    if (!transform) return items.map((item) => step(run, item, loop));
    const kept: Value[] = [];
    for (const item of items) if (truth(step(run, item, loop), loop.bodyAt)) kept.push(transform(run));
    return kept;
  },
};
