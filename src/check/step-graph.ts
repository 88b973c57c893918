import type { Block, Definition, Step } from '../document/definition.ts';

/** A step with its place in the definition. */
export interface StepPlace {
  readonly step: Step;
  readonly block: BlockPlace;
  /** The index in its block. */
  readonly index: number;
  /** The indexes of the siblings that it waits for directly; those that exist. */
  readonly needs: readonly number[];
  /** The blocks inside: the body first, then those of its catch cases. */
  readonly blocks: readonly BlockPlace[];
}

/** A block with its place: the root, the body of a step, or what one of its catch cases does. */
export interface BlockPlace {
  readonly block: Block;
  readonly role: 'root' | 'body' | 'catch';
  readonly parent?: StepPlace;
  readonly steps: readonly StepPlace[];
}

/** The steps of a definition, nested as written. */
export interface StepGraph {
  readonly root: BlockPlace;
  /** Every step, an outer one before those inside it, in the order of the text. */
  readonly steps: readonly StepPlace[];
  /** The first step of each id. */
  readonly byId: ReadonlyMap<string, StepPlace>;
}

/** Makes the graph of a definition. Unknown ids in `needs` are left out; cycles stay. */
export function buildGraph(definition: Definition): StepGraph {
  const steps: StepPlace[] = [];
  const root = placeBlock(definition.root, 'root', undefined, steps);
  const byId = new Map<string, StepPlace>();
  for (const place of steps) {
    const id = place.step.id?.value;
    if (id !== undefined && !byId.has(id)) byId.set(id, place);
  }
  return { root, steps, byId };
}

/** The siblings that have surely ended when a step starts: what it needs, and what that needs, and so on. */
export function finishedBefore(place: StepPlace): ReadonlySet<StepPlace> {
  const found = new Set<StepPlace>();
  const open = [...place.needs];
  while (open.length > 0) {
    const sibling = place.block.steps[open.pop()!];
    if (sibling === undefined || found.has(sibling)) continue;
    found.add(sibling);
    open.push(...sibling.needs);
  }
  // On a cycle (a finding of its own) a step would come before itself.
  found.delete(place);
  return found;
}

/** The steps around a step, from the inside out. */
export function enclosing(place: StepPlace): readonly StepPlace[] {
  const { parent } = place.block;
  return parent === undefined ? [] : [parent, ...enclosing(parent)];
}

/** Every step inside a step, at any depth. */
export function stepsInside(place: StepPlace): readonly StepPlace[] {
  return place.blocks.flatMap((block) => block.steps.flatMap((step) => [step, ...stepsInside(step)]));
}

function placeBlock(
  block: Block,
  role: BlockPlace['role'],
  parent: StepPlace | undefined,
  all: StepPlace[],
): BlockPlace {
  const steps: StepPlace[] = [];
  const place: BlockPlace = { block, role, ...(parent === undefined ? {} : { parent }), steps };
  for (const [index, step] of block.steps.entries()) steps.push(placeStep(step, place, index, all));
  return place;
}

function placeStep(step: Step, block: BlockPlace, index: number, all: StepPlace[]): StepPlace {
  const blocks: BlockPlace[] = [];
  const place: StepPlace = { step, block, index, needs: needsOf(step, block.block, index), blocks };
  all.push(place);
  const { action } = step;
  if (action?.kind === 'group' || action?.kind === 'for_each')
    blocks.push(placeBlock(action.block, 'body', place, all));
  if (step.catch?.kind === 'cases') {
    for (const { block: caught } of step.catch.cases) blocks.push(placeBlock(caught, 'catch', place, all));
  }
  return place;
}

function needsOf(step: Step, block: Block, index: number): readonly number[] {
  if (step.needs === undefined) return index === 0 ? [] : [index - 1];
  return step.needs.ids
    .map(({ value }) => block.steps.findIndex((sibling) => sibling.id?.value === value))
    .filter((needed) => needed !== -1);
}
