import type { Block, Step } from '../document/definition.ts';
import { handlerBlocks, innerBlocks } from '../document/inner-blocks.ts';

/** The ids of a definition's steps. */
export interface StepNames {
  /** The id of a step, its own or the one made for it. */
  readonly of: (step: Step) => string;
  /** Makes an id that no step has yet. */
  readonly fresh: (base: string) => string;
}

/**
 * Names the steps that the author left unnamed, after what they do: `transfer-payout`, `set`, `for_each`. A made
 * name that is taken gets a number, so that every id, and with it every idempotency key, is unique in the file.
 */
export function nameSteps(root: Block): StepNames {
  const steps = stepsIn(root);
  const taken = new Set(steps.flatMap((step) => (step.id === undefined ? [] : [step.id.value])));
  const fresh = (base: string): string => {
    let name = base;
    for (let number = 2; taken.has(name); number++) name = `${base}-${number}`;
    taken.add(name);
    return name;
  };
  const names = new Map(steps.map((step) => [step, step.id?.value ?? fresh(baseName(step))]));
  return { of: (step) => names.get(step)!, fresh };
}

function baseName({ action }: Step): string {
  if (action?.kind === 'activity') return action.activity.value.split('/').at(-1)!;
  if (action?.kind === 'workflow') return action.workflow.value.split('/').at(-1)!;
  return action!.kind;
}

/** Every step, outer before inner, in the order of the YAML. */
function stepsIn(block: Block): Step[] {
  const inside = block.steps.flatMap((step) => [
    step,
    ...innerBlocks(step).flatMap(({ block: inner }) => stepsIn(inner)),
  ]);
  return [...inside, ...handlerBlocks(block).flatMap(({ block: own }) => stepsIn(own))];
}
