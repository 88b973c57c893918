/** What a condition that holds, or does not, says about paths: that they are there, that they are not null. */
import { pathOf } from './references.ts';
import type { Node } from './syntax.ts';

/** Paths by their key (`pathKey`). A null is there, and what is surely not null is there too. */
export interface Facts {
  readonly present: ReadonlySet<string>;
  readonly notNull: ReadonlySet<string>;
  /** What properties of steps are equal to: `steps.<id>.<property>` and the string, as one key. */
  readonly equal: ReadonlySet<string>;
}

export const NO_FACTS: Facts = { present: new Set(), notNull: new Set(), equal: new Set() };

/** The key of a path such as `steps.open.output`; `undefined` if the node is no path. */
export function pathKey(node: Node): string | undefined {
  return pathOf(node)?.join('\0');
}

/** Both. */
export function joinFacts(a: Facts, b: Facts): Facts {
  const both = (name: keyof Facts) => new Set([...a[name], ...b[name]]);
  return { present: both('present'), notNull: both('notNull'), equal: both('equal') };
}

/** The facts without those about a variable that is bound anew. */
export function forget(facts: Facts, name: string): Facts {
  const keep = (key: string) => key !== name && !key.startsWith(`${name}\0`);
  return {
    present: new Set([...facts.present].filter(keep)),
    notNull: new Set([...facts.notNull].filter(keep)),
    equal: new Set([...facts.equal].filter(keep)),
  };
}

/** What follows from `condition` being `truth`. */
export function factsOf(condition: Node, truth: boolean): Facts {
  switch (condition.op) {
    case '!_':
      return factsOf(condition.args, !truth);
    case '&&':
    case '||': {
      if ((condition.op === '&&') !== truth) return NO_FACTS;
      const [left, right] = condition.args;
      return joinFacts(factsOf(left, truth), factsOf(right, truth));
    }
    case '==':
    case '!=': {
      if ((condition.op === '!=') !== truth) return equalFacts(condition.args);
      const other = nextToNull(condition.args);
      return other ? about(pathKey(other), true) : NO_FACTS;
    }
    case 'call': {
      const [name, [argument]] = condition.args;
      return truth && name === 'has' && argument ? about(pathKey(argument), false) : NO_FACTS;
    }
    case 'rcall': {
      const [name, receiver] = condition.args;
      return truth && name === 'hasValue' ? about(pathKey(receiver), false) : NO_FACTS;
    }
    case 'in': {
      const [key, container] = condition.args;
      const path = pathKey(container);
      const written = key.op === 'value' && typeof key.args === 'string' && path !== undefined;
      return truth && written ? about(`${path}\0${key.args}`, false) : NO_FACTS;
    }
    default:
      return NO_FACTS;
  }
}

/** Whatever equals a value that is written out, and is not null, is not null itself. */
function equalFacts([left, right]: readonly [Node, Node]): Facts {
  for (const [path, value] of [
    [left, right],
    [right, left],
  ] as const) {
    if (value.op !== 'value' || value.args === null) continue;
    const facts = about(pathKey(path), true);
    return joinFacts(facts, equalStep(path, value.args));
  }
  return NO_FACTS;
}

/** What a property of a step is equal to. */
function equalStep(node: Node, value: unknown): Facts {
  const path = pathOf(node);
  if (path?.length !== 3 || path[0] !== 'steps' || typeof value !== 'string') return NO_FACTS;
  return { ...NO_FACTS, equal: new Set([[...path, value].join('\0')]) };
}

/** The properties of a step whose value is known, by the step's key. */
export function knownOf(
  step: string,
  { equal }: Facts,
): readonly (readonly [property: string, value: string])[] {
  if (equal.size === 0) return [];
  return [...equal]
    .filter((key) => key.startsWith(`${step}\0`))
    .map((key) => {
      const [property = '', value = ''] = key.slice(step.length + 1).split('\0');
      return [property, value];
    });
}

/** The other operand, if one is the literal `null`. */
function nextToNull([left, right]: readonly [Node, Node]): Node | undefined {
  if (right.op === 'value' && right.args === null) return left;
  return left.op === 'value' && left.args === null ? right : undefined;
}

function about(key: string | undefined, notNull: boolean): Facts {
  if (key === undefined) return NO_FACTS;
  return { ...NO_FACTS, present: new Set([key]), notNull: new Set(notNull ? [key] : []) };
}
