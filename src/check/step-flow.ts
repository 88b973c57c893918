/** Where the run of a block comes to an end: what never completes, and where a `return` leads. */
import type { Located } from '../document/definition.ts';
import { type BlockPlace, enclosing, finishedBefore, type StepPlace, stepsInside } from './step-graph.ts';

/** Whether a step that starts never completes, since it always fails or returns from a step around it. */
export function neverCompletes(place: StepPlace): boolean {
  const { step, blocks } = place;
  if (step.if !== undefined || step.catch !== undefined) return false;
  if (step.action?.kind === 'fail' || step.action?.kind === 'return') return true;
  if (isReturnedFrom(place)) return false;
  switch (step.action?.kind) {
    case 'group':
    case 'repeat':
      return neverEnds(blocks[0]!);
    case 'switch':
      return (
        step.action.cases.some(({ when }) => when === undefined) &&
        blocks.filter(({ role }) => role === 'case').every(neverEnds)
      );
    case 'all':
      return blocks.some((block) => block.role === 'branch' && neverEnds(block));
    default:
      return false;
  }
}

/** Whether a `return` inside a step completes it. */
export function isReturnedFrom(place: StepPlace): boolean {
  const id = place.step.id?.value;
  if (id === undefined) return false;
  return stepsInside(place).some(
    ({ step: { action } }) => action?.kind === 'return' && action.from?.value === id,
  );
}

/** Whether a block that starts never comes to its end. */
export function neverEnds({ block, steps }: BlockPlace): boolean {
  return block.catch === undefined && steps.some(neverCompletes);
}

/** The first step of a block that can never start, and the one before it that never completes. */
export function findUnreachable({
  steps,
}: BlockPlace): { readonly step: StepPlace; readonly after: StepPlace } | undefined {
  const ends = steps.filter(neverCompletes);
  if (ends.length === 0) return undefined;
  for (const step of steps) {
    const before = finishedBefore(step);
    const after = ends.find((end) => before.has(end));
    if (after !== undefined) return { step, after };
  }
  return undefined;
}

/** The step that `return` with this `from` ends; `undefined` if none around has the id. */
export function returnTarget(place: StepPlace, from: Located<string>): StepPlace | undefined {
  return enclosing(place).find(({ step }) => step.id?.value === from.value);
}
