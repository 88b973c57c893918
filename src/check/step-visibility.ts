import {
  type BlockPlace,
  enclosing,
  finishedBefore,
  type StepGraph,
  type StepPlace,
  stepsInside,
  stepsWithin,
} from './step-graph.ts';
import type { Finding } from './subject.ts';

/** Where an expression stands: in a step, in the output of a block, or outside of all steps. */
export interface Standpoint {
  /** Absent where no step can be read, since nothing has run yet. */
  readonly block?: BlockPlace;
  /** Absent in the output of the block, which sees all of its steps. */
  readonly step?: StepPlace;
  /** In what undoes the step, which sees the step's own output too. */
  readonly undoing?: true;
}

/** The steps that an expression may read: those that have surely ended, here and around. */
export function visibleSteps({ block, step }: Standpoint): readonly StepPlace[] {
  if (block === undefined) return [];
  const here = step === undefined ? block.steps : finishedBefore(step);
  return [...here, ...visibleFromOutside(block)];
}

/** What a block sees of what is around it: its own catch and finally see no more. */
function visibleFromOutside({ of, parent }: BlockPlace): readonly StepPlace[] {
  if (of !== undefined) return visibleFromOutside(of);
  return parent === undefined ? [] : visibleSteps({ block: parent.block, step: parent });
}

/** Why a step that exists cannot be read: step-not-finished or step-hidden. */
export function whyNotVisible(
  id: string,
  from: Standpoint,
  graph: StepGraph,
  range: Finding['range'],
): Finding {
  const target = graph.byId.get(id)!;
  const related = [{ range: target.step.id!.range, message: `'${id}'` }];
  if (from.block === undefined) {
    const message = `'${id}' cannot be read here: this is computed before the first step`;
    return { code: 'step-not-finished', range, message, related };
  }
  const chain = chainOf(from);
  const handler = handlerAround(from.block, target);
  if (handler !== undefined) {
    return {
      code: 'step-hidden',
      range,
      message: `'${id}' stands inside what this ${handler.role} is for, and is not visible here`,
      hint: handlerHint(id, handler),
      related,
    };
  }
  if (chain.includes(target)) {
    const message = `'${id}' cannot read itself: it has not ended here`;
    return { code: 'step-not-finished', range, message };
  }
  const beside = chain.find((place) => place.block === target.block);
  return beside === undefined
    ? { code: 'step-hidden', range, related, ...hidden(id, target, from, chain, graph) }
    : { code: 'step-not-finished', range, related, ...unfinished(id, target, beside) };
}

/** The step of a standpoint, and those around it, from the inside out. */
function chainOf({ block, step }: Standpoint): readonly StepPlace[] {
  const parent = block?.parent;
  return [step, parent, ...(parent === undefined ? [] : enclosing(parent))].filter(
    (place) => place !== undefined,
  );
}

/** The catch case or finally around a block whose step or block the target stands in. */
function handlerAround(block: BlockPlace, target: StepPlace): BlockPlace | undefined {
  if (stepsWithin(block).includes(target)) return undefined;
  const { role, of, parent } = block;
  const guarded =
    of !== undefined ? stepsWithin(of) : role === 'catch' || role === 'finally' ? stepsInside(parent!) : [];
  if (guarded.includes(target)) return block;
  const outer = of ?? parent?.block;
  return outer === undefined ? undefined : handlerAround(outer, target);
}

function handlerHint(id: string, { role, of }: BlockPlace): string {
  const move = `move '${id}' in front of the ${of === undefined ? 'step' : 'block'}`;
  return role === 'catch'
    ? `a catch sees error, and what came before: to undo '${id}' give it a compensate, else ${move}`
    : `a ${role} sees what came before: ${move}`;
}

function unfinished(id: string, target: StepPlace, beside: StepPlace) {
  const name = beside.step.id === undefined ? 'this step' : `'${beside.step.id.value}'`;
  const waits = finishedBefore(target).has(beside);
  return {
    message: `'${id}' has not surely ended before ${name} starts`,
    hint: waits ? `'${id}' runs after ${name}` : `add '${id}' to the needs of ${name}`,
  };
}

function hidden(
  id: string,
  target: StepPlace,
  from: Standpoint,
  chain: readonly StepPlace[],
  graph: StepGraph,
) {
  const inside = graph.root.steps.find((place) => stepsInside(place).includes(target));
  const around =
    enclosing(target).find((place) => chain.some(({ block }) => block === place.block)) ?? inside;
  const owner = around?.step.id === undefined ? 'another step' : `'${around.step.id.value}'`;
  if (around !== undefined && chain.includes(around)) return besideOrWithin(id, target, from, around);
  const { kind } = around?.step.action ?? {};
  const give =
    kind === 'race' || kind === 'all' || kind === 'switch'
      ? `give that ${kind === 'switch' ? 'case' : 'branch'} an output`
      : around?.step.id === undefined
        ? 'give that step an id and an output'
        : `give ${owner} an output`;
  const read = around?.step.id === undefined ? 'read that' : `read steps.${around.step.id.value}.output`;
  return {
    message: `'${id}' stands inside ${owner} and is not visible here`,
    hint: `${give}, and ${read}`,
  };
}

/** The target stands in a step that the standpoint belongs to, or in another block of a step around it. */
function besideOrWithin(id: string, target: StepPlace, from: Standpoint, around: StepPlace) {
  const { action, id: name } = around.step;
  const owner = name === undefined ? 'this step' : `'${name.value}'`;
  if (from.step === around) {
    const hint = from.undoing
      ? `give ${owner} an output, and read steps.${name?.value ?? '<its id>'}.output with .?`
      : action?.kind === 'repeat'
        ? `put what you need of it into the output of ${owner}, and read state`
        : `${owner} sees what came before it`;
    return { message: `'${id}' stands inside ${owner} and is not visible here`, hint };
  }
  const block = [target, ...enclosing(target)].find((place) => place.block.parent === around)!.block;
  const what = block.role === 'case' ? 'case' : block.role === 'branch' ? 'branch' : block.role;
  const isThen = chainHasThen(from, around, block);
  return {
    message: `'${id}' stands in ${isThen ? 'the' : 'another'} ${what} of ${owner} and is not visible here`,
    hint: isThen
      ? `give the branch an output, and read steps.${name?.value ?? '<id of the race>'}.output`
      : `a ${what} sees what came before ${owner}, and its own steps`,
  };
}

/** Whether the standpoint is in the `then` of the very branch that a block of the race holds. */
function chainHasThen({ block }: Standpoint, race: StepPlace, target: BlockPlace): boolean {
  for (let at = block; at !== undefined; at = at.of ?? at.parent?.block) {
    if (at.parent === race && at.role === 'then')
      return target.role === 'branch' && target.branch === at.branch;
  }
  return false;
}
