import type { Block, Step } from '../document/definition.ts';

/** The id of every step of a definition, its own or the one made for it. */
export type StepNames = ReadonlyMap<Step, string>;

/**
 * Names the steps that the author left unnamed, after what they do: `transfer-payout`, `set`, `for_each`. A made
 * name that is taken gets a number, so that every id, and with it every idempotency key, is unique in the file.
 */
export function nameSteps(root: Block): StepNames {
  const steps = stepsIn(root);
  const taken = new Set(steps.flatMap((step) => (step.id === undefined ? [] : [step.id.value])));
  const names = new Map<Step, string>();
  for (const step of steps) {
    if (step.id !== undefined) {
      names.set(step, step.id.value);
      continue;
    }
    const base = baseName(step);
    let name = base;
    for (let number = 2; taken.has(name); number++) name = `${base}-${number}`;
    taken.add(name);
    names.set(step, name);
  }
  return names;
}

function baseName({ action }: Step): string {
  return action?.kind === 'activity' ? action.activity.value.split('/').at(-1)! : action!.kind;
}

/** Every step, outer before inner, in the order of the YAML. */
function stepsIn(block: Block): Step[] {
  return block.steps.flatMap((step) => [step, ...blocksOf(step).flatMap(stepsIn)]);
}

function blocksOf({ action, catch: clause }: Step): Block[] {
  const own = action?.kind === 'group' || action?.kind === 'for_each' ? [action.block] : [];
  return clause?.kind === 'cases' ? [...own, ...clause.cases.map(({ block }) => block)] : own;
}
