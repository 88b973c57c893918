import type { Block, Definition, Step } from '../document/definition.ts';
import { type BlockRole, handlerBlocks, type InnerBlock, innerBlocks } from '../document/inner-blocks.ts';

/** A step with its place in the definition. */
export interface StepPlace {
  readonly step: Step;
  readonly block: BlockPlace;
  /** The index in its block. */
  readonly index: number;
  /** The indexes of the siblings that it waits for directly; those that exist. */
  readonly needs: readonly number[];
  /** The blocks inside: what it does, then those of its catch cases, then its finally. */
  readonly blocks: readonly BlockPlace[];
}

/** A block with its place, and what it is to the step or the block that it belongs to. */
export type BlockPlace = (BlockRole | { readonly role: 'root' }) & {
  readonly block: Block;
  /** The step that it stands in; absent for the root, and for what the root's own catch and finally hold. */
  readonly parent?: StepPlace;
  /** For a block's own catch case or finally: that block. It sees what that block sees from outside. */
  readonly of?: BlockPlace;
  readonly steps: readonly StepPlace[];
  /** The blocks of its own catch cases and finally. */
  readonly blocks: readonly BlockPlace[];
};

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
  const root = placeBlock({ role: 'root', block: definition.root }, undefined, undefined, steps);
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
  return place.blocks.flatMap(stepsWithin);
}

/** Every step of a block, at any depth, those of its own catch and finally too. */
export function stepsWithin(block: BlockPlace): readonly StepPlace[] {
  return [
    ...block.steps.flatMap((step) => [step, ...stepsInside(step)]),
    ...block.blocks.flatMap(stepsWithin),
  ];
}

/** Every block of a definition, an outer one before those inside it. */
export function blocksOf({ root }: StepGraph): readonly BlockPlace[] {
  const inside = (block: BlockPlace): readonly BlockPlace[] => [
    block,
    ...[...block.steps.flatMap(({ blocks }) => blocks), ...block.blocks].flatMap(inside),
  ];
  return inside(root);
}

function placeBlock(
  inner: InnerBlock | { readonly role: 'root'; readonly block: Block },
  parent: StepPlace | undefined,
  of: BlockPlace | undefined,
  all: StepPlace[],
): BlockPlace {
  const steps: StepPlace[] = [];
  const blocks: BlockPlace[] = [];
  const place: BlockPlace = {
    ...inner,
    ...(parent === undefined ? {} : { parent }),
    ...(of === undefined ? {} : { of }),
    steps,
    blocks,
  };
  const { block } = inner;
  for (const [index, step] of block.steps.entries()) steps.push(placeStep(step, place, index, all));
  for (const own of handlerBlocks(block)) blocks.push(placeBlock(own, parent, place, all));
  return place;
}

function placeStep(step: Step, block: BlockPlace, index: number, all: StepPlace[]): StepPlace {
  const blocks: BlockPlace[] = [];
  const place: StepPlace = { step, block, index, needs: needsOf(step, block.block, index), blocks };
  all.push(place);
  for (const inner of innerBlocks(step)) blocks.push(placeBlock(inner, place, undefined, all));
  return place;
}

function needsOf(step: Step, block: Block, index: number): readonly number[] {
  if (step.needs === undefined) return index === 0 ? [] : [index - 1];
  return step.needs.ids
    .map(({ value }) => block.steps.findIndex((sibling) => sibling.id?.value === value))
    .filter((needed) => needed !== -1);
}
