import { entryOf } from '../../document/json.ts';
import type { YamlNode } from '../../document/yaml-tree.ts';
import { didYouMean } from '../../json-schema/suggest.ts';
import { findUnreachable, returnTarget } from '../step-flow.ts';
import { type BlockPlace, blocksOf, enclosing, type StepPlace } from '../step-graph.ts';
import type { Finding, Rule } from '../subject.ts';

/** `return` ends a step around it, and nothing comes after what never completes. */
export const returns: Rule = ({ graph }) => [
  ...graph.steps.flatMap((place) => leadsOut(place, graph.byId)),
  ...blocksOf(graph).flatMap(unreachable),
];

function leadsOut(place: StepPlace, byId: ReadonlyMap<string, StepPlace>): Finding[] {
  const { action } = place.step;
  if (action?.kind !== 'return') return [];
  if (isInFinally(place.block)) {
    const message = "'return' cannot stand inside a finally, which runs when the end is already decided";
    return [{ code: 'misplaced-return', range: action.keyRange, message }];
  }
  const { from, value: returned } = action;
  if (from === undefined) return fromInside(place, returned);
  if (returnTarget(place, from) !== undefined) return [];
  const { value, range } = from;
  const target = byId.get(value)?.step.id;
  if (target !== undefined) {
    const message = `'${value}' is not a step around this return, so it cannot be ended from here`;
    const hint = aroundHint(place);
    return [
      {
        code: 'unknown-from',
        range,
        message,
        hint,
        related: [{ range: target.range, message: `'${value}'` }],
      },
    ];
  }
  const around = idsAround(place);
  const hint = around.length > 0 ? didYouMean(value, around) : aroundHint(place);
  return [{ code: 'unknown-from', range, message: `no step around this return has the id '${value}'`, hint }];
}

/** `return: { from: outer, value: 1 }` would end the workflow, with that object. */
function fromInside(place: StepPlace, returned: YamlNode): Finding[] {
  const entry = entryOf(returned, 'from');
  const id = entry?.value.kind === 'scalar' ? entry.value.value : undefined;
  if (entry === undefined || !idsAround(place).some((around) => around === id)) return [];
  const message = `this returns an object with the key 'from', and ends the workflow, not '${id}'`;
  const hint = `write 'from' beside 'return': { return: …, from: ${id} }`;
  return [{ code: 'misplaced-key', range: entry.key.range, message, hint }];
}

function aroundHint(place: StepPlace): string {
  const around = idsAround(place);
  if (around.length > 0) return `around it: ${around.join(', ')}`;
  return "no step around it has an id; without 'from' it ends the workflow";
}

function idsAround(place: StepPlace): readonly string[] {
  return enclosing(place).flatMap(({ step: { id } }) => (id === undefined ? [] : [id.value]));
}

function isInFinally(block: BlockPlace): boolean {
  if (block.role === 'finally') return true;
  const outer = block.of ?? block.parent?.block;
  return outer !== undefined && isInFinally(outer);
}

function unreachable(block: BlockPlace): Finding[] {
  const found = findUnreachable(block);
  if (found === undefined) return [];
  const { step } = found.step;
  const range = step.id?.range ?? step.action?.keyRange ?? { ...step.range, end: step.range.start + 1 };
  const { after } = found;
  const name = after.step.id === undefined ? 'the step before it' : `'${after.step.id.value}'`;
  const message = `this never runs: ${name} always ends in a return or a failure`;
  const related = [{ range: after.step.action?.keyRange ?? after.step.range, message: 'here it ends' }];
  return [
    {
      code: 'unreachable',
      severity: 'warning',
      range,
      message,
      hint: "give one of them an 'if', or needs of its own",
      related,
    },
  ];
}
