/** The state of a `repeat`: what it is at first, and what rounds make of it. */
import type { Action } from '../document/definition.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import {
  type Atom,
  atomsOf,
  DYN,
  describe,
  objectType,
  optionalType,
  STRING,
  type Type,
  unionOf,
  withoutAbsence,
  withoutNull,
} from '../expression/types.ts';
import { didYouMean } from '../json-schema/suggest.ts';
import type { StepPlace } from './step-graph.ts';
import { COUNT } from './step-outputs.ts';
import type { StepPass } from './step-pass.ts';
import { localsOf } from './step-scope.ts';
import { checkDuration } from './time-values.ts';
import type { ValueScope } from './value-checker.ts';

type Repeat = Extract<Action, { kind: 'repeat' }>;
type Fields = ReadonlyMap<string, Type>;

/**
 * Checks a `repeat`. The body is gone through twice: what it gives is part of the type of the state that it reads.
 *
 * @returns the type of the last state; `undefined` if no round ever ends
 */
export function checkRepeat(
  pass: StepPass,
  place: StepPlace,
  action: Repeat,
  scope: ValueScope,
): Type | undefined {
  const { state, until, every, max } = action;
  if (max !== undefined) pass.against(max, COUNT, scope);
  const initial = state === undefined ? new Map<string, Type>() : fieldsOf(pass.values.typeOf(state, scope));
  const body = place.blocks[0]!;
  pass.states.set(place, stateType(initial, undefined));
  const given = pass.tentatively(body);
  const type = stateType(initial, given === undefined ? undefined : fieldsOf(given));
  pass.states.set(place, type);
  const output = pass.block(body);
  const inside = { ...scope, variables: { ...scope.variables, ...localsOf(pass.known, body) } };
  if (until !== undefined) pass.values.condition(until, inside);
  if (every !== undefined) checkDuration(pass.values, every, inside);
  if (output !== undefined) checkMerge(pass, action.block.output, output, initial, state);
  return output === undefined ? undefined : type;
}

/** Null at first may become anything; a text written out may become another. */
function stateType(initial: Fields, given: Fields | undefined): Type {
  return objectType(
    [...initial].map(([name, type]) => {
      const later = given?.get(name);
      if (later === undefined) return [name, isNull(type) && given === undefined ? DYN : widened(type)];
      return [name, unionOf([widened(type), widened(withoutAbsence(later))])];
    }),
  );
}

function widened(type: Type): Type {
  if (type.kind === 'dyn') return type;
  return unionOf(atomsOf(type).map((atom) => (atom.kind === 'string' && atom.values ? STRING : atom)));
}

/** What a round gives goes into the state: keys that it has, of the kinds that they were at first. */
function checkMerge(
  pass: StepPass,
  node: YamlNode | undefined,
  output: Type,
  initial: Fields,
  state: YamlNode | undefined,
): void {
  if (node === undefined) return;
  const given = fieldsOf(output);
  const places = new Map(
    node.kind === 'mapping' ? node.entries.map((entry) => [entry.key.value, entry]) : [],
  );
  const related = state === undefined ? [] : [{ range: headOfMapping(state), message: 'the state' }];
  if (output.kind !== 'dyn' && atomsOf(output).some(({ kind }) => kind !== 'object')) {
    const message = `what a round gives is merged into the state, so it is an object, not ${describe(output)}`;
    pass.values.findings.push({ code: 'type-mismatch', range: node.range, message, related });
    return;
  }
  for (const [name, type] of given) {
    const entry = places.get(name);
    const before = initial.get(name);
    if (before === undefined) {
      const hint = didYouMean(name, initial.keys()) ?? 'say in state what it is in the first round';
      const message = `the state has no '${name}' that a round could change`;
      pass.values.findings.push({
        code: 'unknown-state',
        range: entry?.key.range ?? node.range,
        message,
        hint,
        related,
      });
    } else if (!agree(before, type)) {
      const message = `'${name}' is ${describe(widened(before))} at first, and ${describe(withoutNull(withoutAbsence(type)))} after a round`;
      const range = entry?.value.range ?? node.range;
      pass.values.findings.push({ code: 'type-mismatch', range, message, related });
    }
  }
}

/** Whether a key may be of one type at first and of the other later: the kinds are the same, but for null. */
function agree(before: Type, after: Type): boolean {
  const kinds = new Set(atomsOf(withoutNull(before)).map(kindOf));
  if (before.kind === 'dyn' || isNull(before)) return true;
  return atomsOf(withoutNull(withoutAbsence(after))).every(
    (atom) => atom.kind === 'null' || kinds.has(kindOf(atom)),
  );
}

function kindOf({ kind }: Atom): string {
  return kind === 'timestamp' || kind === 'duration' ? 'string' : kind;
}

function isNull(type: Type): boolean {
  return type.kind === 'null';
}

/** The properties of an object, each with the types that it may have. */
function fieldsOf(type: Type): Fields {
  const fields = new Map<string, Type>();
  for (const atom of atomsOf(type)) {
    if (atom.kind !== 'object') continue;
    for (const [name, property] of atom.properties()) {
      const type = property.required ? property.type() : optionalType(property.type());
      const before = fields.get(name);
      fields.set(name, before === undefined ? type : unionOf([before, type]));
    }
  }
  return fields;
}

function headOfMapping(node: YamlNode) {
  return node.kind === 'mapping' ? (node.entries[0]?.key.range ?? node.range) : node.range;
}
