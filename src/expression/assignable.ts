/** Whether the values of one type fit where a schema says what is expected. */
import { didYouMean } from '../json-schema/suggest.ts';
import type { JsonSchema } from '../plan/plan.ts';
import {
  type Atom,
  atomsOf,
  describe,
  type ListType,
  type ObjectType,
  type StringType,
  type Type,
  typeOfSchema,
  withoutAbsence,
} from './types.ts';

/**
 * Whether a value of the type fits the schema.
 *
 * Only what is surely wrong, or wrong for some of the values that the type says there are (null for a string),
 * is reported: `dyn` fits everything, and a string fits an enum of strings. An optional fits where its value
 * does; whether its key may be left out is for the caller to know (`mayBeAbsent`).
 *
 * @param root where the schema's references lead; the schema itself unless given.
 * @returns what does not fit, for instance `payouts[].amount: expected a number, found a string`.
 */
export function checkAssignable(
  type: Type,
  schema: JsonSchema,
  root: JsonSchema = schema,
): string | undefined {
  const problem = mismatch(withoutAbsence(type), typeOfSchema(schema, root), [], 0);
  if (problem === undefined) return undefined;
  const place = problem.path.join('').replace(/^\./, '');
  return place === '' ? problem.message : `${place}: ${problem.message}`;
}

interface Problem {
  readonly path: readonly string[];
  readonly message: string;
}

function mismatch(found: Type, expected: Type, path: readonly string[], depth: number): Problem | undefined {
  // Recursive schemas agree as deep as anybody looks.
  if (found.kind === 'dyn' || expected.kind === 'dyn' || found === expected || depth > 12) return undefined;
  const targets = atomsOf(expected);
  for (const atom of atomsOf(found)) {
    const candidates = targets.filter((target) => sameKind(atom, target));
    if (candidates.length === 0) {
      return { path, message: `expected ${describe(expected)}, found ${describe(found)}` };
    }
    const problems = candidates.map((target) => atomMismatch(atom, target, path, depth));
    if (problems.every((problem) => problem !== undefined)) return problems[0];
  }
  return undefined;
}

/** Timestamps and durations become strings in JSON. */
function sameKind(found: Atom, target: Atom): boolean {
  if (found.kind === 'timestamp' || found.kind === 'duration') return target.kind === 'string';
  return found.kind === target.kind;
}

function atomMismatch(
  found: Atom,
  target: Atom,
  path: readonly string[],
  depth: number,
): Problem | undefined {
  if (found.kind === 'number' && target.kind === 'number') {
    if (found.integer || !target.integer) return undefined;
    return { path, message: 'expected a whole number, found a number: int() cuts off its fraction' };
  }
  if (found.kind === 'string' && target.kind === 'string') return valueMismatch(found, target, path);
  if (found.kind === 'list' && target.kind === 'list') return itemMismatch(found, target, path, depth);
  if (found.kind === 'object' && target.kind === 'object')
    return propertyMismatch(found, target, path, depth);
  return undefined;
}

function valueMismatch(found: StringType, target: StringType, path: readonly string[]): Problem | undefined {
  const { values } = target;
  if (!values || !found.values) return undefined;
  const wrong = found.values.find((value) => !values.includes(value));
  if (wrong === undefined) return undefined;
  const hint = didYouMean(wrong, values);
  const suggestion = hint?.startsWith('did') ? `, ${hint}` : '';
  return { path, message: `'${wrong}' is not one of ${values.join(', ')}${suggestion}` };
}

function itemMismatch(
  found: ListType,
  target: ListType,
  path: readonly string[],
  depth: number,
): Problem | undefined {
  return mismatch(found.item(), target.item(), [...path, '[]'], depth + 1);
}

function propertyMismatch(
  found: ObjectType,
  target: ObjectType,
  path: readonly string[],
  depth: number,
): Problem | undefined {
  const [has, wants] = [found.properties(), target.properties()];
  for (const [name, property] of has) {
    const wanted = wants.get(name);
    const type = wanted ? wanted.type() : target.rest?.();
    if (type === undefined) {
      if (!target.closed) continue;
      const hint = didYouMean(name, wants.keys());
      return { path, message: `unknown property '${name}'${hint ? `, ${hint}` : ''}` };
    }
    const problem = mismatch(property.type(), type, [...path, `.${name}`], depth + 1);
    if (problem) return problem;
  }
  for (const [name, wanted] of wants) {
    if (!wanted.demanded || has.get(name)?.required || found.rest) continue;
    return { path, message: has.has(name) ? `'${name}' may be missing` : `'${name}' is missing` };
  }
  return undefined;
}
