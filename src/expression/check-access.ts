/** Reading properties and items, as the checker sees it. */
import { didYouMean } from '../json-schema/suggest.ts';
import type { Checker, Place, Surroundings } from './check.ts';
import { pathKey } from './narrowing.ts';
import { pathOf } from './references.ts';
import type { Node, NodeOf } from './syntax.ts';
import {
  atomsOf,
  DYN,
  describe,
  mayBeAbsent,
  type ObjectType,
  optionalType,
  type Property,
  type Type,
  unionOf,
  withoutAbsence,
  withoutNull,
} from './types.ts';

export type SelectNode = NodeOf<'.'> | NodeOf<'.?'>;
export type IndexNode = NodeOf<'[]'> | NodeOf<'[?]'>;

/** The type of `a.b` or `a.?b`. */
export function checkSelect(checker: Checker, node: SelectNode, around: Surroundings): Type {
  const [receiver, name] = node.args;
  return checkProperty(checker, node, checker.infer(receiver, around), name, around, node.op === '.?');
}

/** The type of `a[b]` or `a[?b]`. */
export function checkIndex(checker: Checker, node: IndexNode, around: Surroundings): Type {
  const [receiver, index] = node.args;
  const lenient = node.op === '[?]';
  const type = checker.infer(receiver, around);
  if (index.op === 'value' && typeof index.args === 'string') {
    return checkProperty(checker, node, type, index.args, around, lenient);
  }
  const key = checker.infer(index, around);
  if (mayBeAbsent(type)) return optionalType(checkItem(checker, node, withoutAbsence(type), key));
  return checkItem(checker, node, lenient ? withoutNull(type) : checker.used(type, receiver), key);
}

/**
 * The type of one property.
 *
 * @param node the selection; its first argument is the receiver, whose type is `type`.
 * @param lenient whether a null receiver and a missing value are allowed for, by `.?` or `has()`.
 */
export function checkProperty(
  checker: Checker,
  node: SelectNode | IndexNode,
  type: Type,
  name: string,
  around: Surroundings,
  lenient: boolean,
): Type {
  // Behind an optional everything is optional: `a.?b.c`.
  if (mayBeAbsent(type)) {
    return optionalType(checkProperty(checker, node, withoutAbsence(type), name, around, true));
  }
  const receiver = node.args[0];
  const used = lenient ? withoutNull(type) : checker.used(type, receiver);
  if (used.kind === 'dyn') return DYN;
  const place = typeof node.args[1] === 'string' ? { start: node.pos, end: node.end } : node.args[1];
  const objects = atomsOf(used).filter((atom) => atom.kind === 'object');
  if (objects.length === 0) {
    const isList = atomsOf(used).some((atom) => atom.kind === 'list');
    const hint = isList ? `a list has items: [0], or .map(x, x.${name})` : undefined;
    const message = `'${checker.text(receiver)}' is ${describe(used)}, it has no property '${name}'`;
    return checker.report('type-mismatch', place, message, hint);
  }
  const found = objects.flatMap((object) => object.properties().get(name) ?? []);
  const rest = objects.flatMap((object) => (object.rest ? [object.rest()] : []));
  if (found.length === 0 && rest.length === 0)
    return unknownProperty(checker, objects, receiver, name, place, around);
  const certain = found.length === objects.length && found.every((property: Property) => property.required);
  if (!lenient && rest.length === 0 && !certain) reportMissing(checker, node, name, around);
  return unionOf([...found.map((property) => property.type()), ...rest]);
}

function unknownProperty(
  checker: Checker,
  objects: readonly ObjectType[],
  receiver: Node,
  name: string,
  place: Place,
  around: Surroundings,
): Type {
  const known = new Set(objects.flatMap((object) => [...object.properties().keys()]));
  const hint = stepHint(checker, objects, receiver, name, around) ?? didYouMean(name, known);
  if (objects.some((object) => object.steps)) {
    return checker.report('unknown-step', place, `unknown step '${name}'`, hint);
  }
  const message = `'${checker.text(receiver)}' has no property '${name}'`;
  return checker.report('unknown-property', place, message, hint);
}

/** What a step gives stands under `output`, and all else of it beside that. */
function stepHint(
  checker: Checker,
  objects: readonly ObjectType[],
  receiver: Node,
  name: string,
  around: Surroundings,
): string | undefined {
  const path = pathOf(receiver);
  if (path?.[0] !== 'steps') return undefined;
  const has = (type: Type) =>
    atomsOf(type).some((atom) => atom.kind === 'object' && atom.properties().has(name));
  if (path.length === 2) {
    const outputs = objects.flatMap((object) => object.properties().get('output')?.type() ?? []);
    return outputs.some(has) ? `did you mean '${checker.text(receiver)}.output.${name}'?` : undefined;
  }
  if (path.length === 3 && path[2] === 'output' && receiver.op === '.') {
    const [step] = receiver.args;
    if (has(checker.infer(step, around))) return `did you mean '${checker.text(step)}.${name}'?`;
  }
  const isEmpty = path[2] === 'output' && objects.every((object) => object.properties().size === 0);
  return isEmpty ? 'nothing is given there: what steps and blocks give is their output' : undefined;
}

/** Reports a property that need not be there, unless a condition asked for it. */
function reportMissing(
  checker: Checker,
  node: SelectNode | IndexNode,
  name: string,
  around: Surroundings,
): void {
  const key = pathKey(node);
  if (key !== undefined && around.facts.present.has(key)) return;
  if (!checker.doubt(node)) return;
  const text = checker.text(node);
  const hint = `write .?${name}, or ask first: has(${text}) ? … : …`;
  checker.report('possibly-missing', node, `'${text}' may be missing`, hint);
}

/** The type of an item whose index or key is computed. */
function checkItem(checker: Checker, node: IndexNode, type: Type, key: Type): Type {
  const [receiver, index] = node.args;
  if (type.kind === 'dyn') return DYN;
  const containers = atomsOf(type).filter((atom) => atom.kind === 'list' || atom.kind === 'object');
  if (containers.length === 0) {
    const message = `'${checker.text(receiver)}' is ${describe(type)}, it has no items`;
    return checker.report('type-mismatch', receiver, message);
  }
  const keys = new Set(atomsOf(key).map((atom) => atom.kind));
  const fits = containers.some((atom) => keys.has(atom.kind === 'list' ? 'number' : 'string'));
  if (key.kind !== 'dyn' && !fits) {
    const isList = containers.some((atom) => atom.kind === 'list');
    const expected = isList ? 'the index of a list is a number' : 'the key of an object is a string';
    return checker.report(
      'type-mismatch',
      index,
      `${expected}, '${checker.text(index)}' is ${describe(key)}`,
    );
  }
  return unionOf(containers.map((atom) => (atom.kind === 'list' ? atom.item() : valueType(atom))));
}

/** What any property of an object may be. */
function valueType(object: ObjectType): Type {
  if (object.rest) return object.rest();
  const types = [...object.properties().values()].map((property) => property.type());
  return types.length === 0 ? DYN : unionOf(types);
}
