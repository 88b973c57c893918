/** What expressions see where they stand. */

import type { Signature } from '../document/signature.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import { references } from '../expression/references.ts';
import { parseTemplate } from '../expression/template.ts';
import { DYN, INTEGER, type Type } from '../expression/types.ts';
import { itemNameOf } from './rules/item-names.ts';
import type { BlockPlace, StepPlace } from './step-graph.ts';
import { caughtErrorType, NOTHING, undoneStepType, WORKFLOW_TYPE, wonRaceType } from './step-types.ts';
import { type Standpoint, visibleSteps } from './step-visibility.ts';
import type { Subject } from './subject.ts';
import type { ValueScope } from './value-checker.ts';

/** What is known of the steps while they are being checked. */
export interface Known {
  readonly subject: Subject;
  /** `steps.<id>` of a step that has ended. */
  readonly typeOf: (place: StepPlace) => Type;
  /** `steps.<id>` of a step that may be anywhere on its way. */
  readonly unfinishedTypeOf: (place: StepPlace) => Type;
  /** Of each `for_each`: its items. */
  readonly items: ReadonlyMap<StepPlace, Type>;
  /** Of each `repeat`: its state. */
  readonly states: ReadonlyMap<StepPlace, Type>;
  /** Of each branch of a race: its output. */
  readonly branches: ReadonlyMap<BlockPlace, Type>;
  /** The activities whose errors a catch case may take; `undefined` if others may come too. */
  readonly signaturesCaughtBy: (block: BlockPlace) => readonly Signature[] | undefined;
}

/** What a step sees, or the output of a block if no step is given. */
export function scopeAt(known: Known, block: BlockPlace, step?: StepPlace): ValueScope {
  const standpoint: Standpoint = { block, ...(step === undefined ? {} : { step }) };
  const steps: { [id: string]: Type } = {};
  for (const visible of visibleSteps(standpoint)) {
    const id = visible.step.id?.value;
    // From the inside out, so what is nearer stays; ids are unique, but for a finding of its own.
    if (id !== undefined && !Object.hasOwn(steps, id)) steps[id] = known.typeOf(visible);
  }
  Object.assign(steps, wonRaces(known, block));
  return { standpoint, steps, variables: variablesIn(known, block), given: givenIn(known, block) };
}

/** What is computed before the first step sees: of `input` and `workflow`, what there is by then. */
export function scopeAtStart(subject: Subject, variables: readonly ('input' | 'workflow')[]): ValueScope {
  const all = { input: subject.interface.inputSchema, workflow: WORKFLOW_TYPE };
  const seen = Object.entries(all).filter(([name]) => variables.some((one) => one === name));
  return { standpoint: {}, steps: {}, variables: Object.fromEntries(seen) };
}

/** What may be asked at any time sees: all root-level steps, wherever they are by then. */
export function scopeAtAnyTime(known: Known, variables: ValueScope['variables'] = {}): ValueScope {
  const { root } = known.subject.graph;
  const steps = root.steps.flatMap((place): [string, Type][] =>
    place.step.id === undefined ? [] : [[place.step.id.value, known.unfinishedTypeOf(place)]],
  );
  return {
    standpoint: { block: root },
    steps: Object.fromEntries(steps),
    variables: { ...variablesIn(known, root), ...variables },
  };
}

/** What a step's compensation sees: what the step saw, and the step itself, which may not have completed. */
export function scopeOfCompensation(
  scope: ValueScope,
  place: StepPlace,
  output: Type | undefined,
): ValueScope {
  const standpoint: Standpoint = { ...scope.standpoint, undoing: true };
  const id = place.step.id?.value;
  if (id === undefined) return { ...scope, standpoint };
  const own = undoneStepType(output ?? NOTHING);
  return { ...scope, standpoint, steps: { ...scope.steps, [id]: own } };
}

/** The names that a block brings: the item of a `for_each`, the state of a `repeat`, the error of a `catch`. */
export function localsOf(known: Known, block: BlockPlace): { readonly [name: string]: Type } {
  if (block.role === 'catch')
    return { error: caughtErrorType(block.caught, known.signaturesCaughtBy(block)) };
  const { parent } = block;
  if (block.role !== 'body' || block.of !== undefined || parent === undefined) return {};
  if (parent.step.action?.kind === 'repeat') {
    return { state: known.states.get(parent) ?? DYN, index: INTEGER };
  }
  const name = itemNameOf(parent);
  return name === undefined ? {} : { [name]: known.items.get(parent) ?? DYN, index: INTEGER };
}

/** The source of a value that is one whole expression. */
export function wholeExpression(node: YamlNode | undefined): string | undefined {
  if (node?.kind !== 'scalar' || typeof node.value !== 'string') return undefined;
  const parsed = parseTemplate(node.value);
  return parsed.ok && parsed.template.kind === 'expression' ? parsed.template.expression.source : undefined;
}

function variablesIn(known: Known, block: BlockPlace): ValueScope['variables'] {
  const { parent, of } = block;
  const around =
    of !== undefined
      ? variablesIn(known, of)
      : parent === undefined
        ? rootVariables(known)
        : variablesIn(known, parent.block);
  return { ...around, ...localsOf(known, block) };
}

function rootVariables({ subject }: Known): ValueScope['variables'] {
  return { input: subject.interface.inputSchema, workflow: WORKFLOW_TYPE };
}

/** The conditions that hold in a block, without those about names that it gives another meaning. */
function givenIn(known: Known, block: BlockPlace): readonly string[] {
  const { parent, of } = block;
  const around =
    of !== undefined
      ? givenIn(known, of)
      : parent === undefined
        ? []
        : [...givenIn(known, parent.block), ...conditionOf(parent.step.if), ...caseConditions(block, parent)];
  const hidden = Object.keys(localsOf(known, block));
  return around.filter(
    (condition) => !references(condition).some(({ path: [root] }) => hidden.includes(root!)),
  );
}

/** What holds in a case of a `switch`: its own `when`, and that none before did. */
function caseConditions(block: BlockPlace, { step: { action } }: StepPlace): readonly string[] {
  if (block.role !== 'case' || action?.kind !== 'switch') return [];
  const own = action.cases.indexOf(block.switchCase);
  return [...conditionsBefore(action.cases, own), ...conditionOf(block.switchCase.when)];
}

/** What holds where the condition of a case is asked: that none before it did. */
export function conditionsBefore(
  cases: readonly { readonly when?: YamlNode }[],
  position: number,
): readonly string[] {
  return cases.slice(0, position).flatMap(({ when }) => conditionOf(when).map((source) => `!(${source})`));
}

/** The condition of an `if` or `when`, as what is given where it holds. */
export function conditionOf(node: YamlNode | undefined): readonly string[] {
  const source = wholeExpression(node);
  return source === undefined ? [] : [source];
}

/** The races around a block that have been won by the branch in whose `then` it stands. */
function wonRaces(known: Known, block: BlockPlace): { readonly [id: string]: Type } {
  const { parent, of, role } = block;
  const outer = of ?? parent?.block;
  const around = outer === undefined ? {} : wonRaces(known, outer);
  const id = parent?.step.id?.value;
  if (role !== 'then' || parent === undefined || id === undefined) return around;
  const branch = parent.blocks.find((one) => one.role === 'branch' && one.branch === block.branch);
  const output = branch === undefined ? DYN : (known.branches.get(branch) ?? DYN);
  return { ...around, [id]: wonRaceType(block.branch.name.value, output) };
}
