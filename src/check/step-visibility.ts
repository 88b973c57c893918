import {
  type BlockPlace,
  enclosing,
  finishedBefore,
  type StepGraph,
  type StepPlace,
  stepsInside,
} from './step-graph.ts';
import type { Finding } from './subject.ts';

/** Where an expression stands: in a step, or in the output of a block. */
export interface Standpoint {
  readonly block: BlockPlace;
  /** Absent in the output of the block, which sees all of its steps. */
  readonly step?: StepPlace;
}

/** The steps that an expression may read: those that have surely ended, here and around. */
export function visibleSteps({ block, step }: Standpoint): readonly StepPlace[] {
  const here = step === undefined ? block.steps : finishedBefore(step);
  const around =
    block.parent === undefined ? [] : visibleSteps({ block: block.parent.block, step: block.parent });
  return [...here, ...around];
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
  const chain = [
    from.step,
    from.block.parent,
    ...(from.block.parent ? enclosing(from.block.parent) : []),
  ].filter((place) => place !== undefined);
  if (chain.includes(target)) {
    const message = `'${id}' cannot read itself: it has not ended here`;
    return { code: 'step-not-finished', range, message };
  }
  const beside = chain.find((place) => place.block === target.block);
  if (beside !== undefined) {
    const name = beside.step.id === undefined ? 'this step' : `'${beside.step.id.value}'`;
    const waits = finishedBefore(target).has(beside);
    return {
      code: 'step-not-finished',
      range,
      message: `'${id}' has not surely ended before ${name} starts`,
      hint: waits ? `'${id}' runs after ${name}` : `add '${id}' to the needs of ${name}`,
      related,
    };
  }
  const inside = graph.root.steps.find((place) => stepsInside(place).includes(target));
  const around =
    enclosing(target).find((place) => chain.some(({ block }) => block === place.block)) ?? inside;
  const owner = around?.step.id === undefined ? 'another step' : `'${around.step.id.value}'`;
  const hint =
    around?.step.id === undefined
      ? 'give that step an id and an output'
      : `give ${owner} an output, and read that`;
  return {
    code: 'step-hidden',
    range,
    message: `'${id}' stands inside ${owner} and is not visible here`,
    hint,
    related,
  };
}
