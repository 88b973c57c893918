import { didYouMean } from '../../json-schema/suggest.ts';
import type { BlockPlace, StepPlace } from '../step-graph.ts';
import type { Finding, Rule } from '../subject.ts';

/** `needs` names siblings, and never leads back to its own step. */
export const needs: Rule = ({ graph }) => {
  const findings = graph.steps.flatMap((place) => namesOf(place, graph.byId));
  const blocks = new Set(graph.steps.map(({ block }) => block));
  return [...findings, ...[...blocks].flatMap(cyclesOf)];
};

function namesOf(place: StepPlace, byId: ReadonlyMap<string, StepPlace>): Finding[] {
  const siblings = place.block.steps.flatMap(({ step }) => (step.id === undefined ? [] : [step.id.value]));
  const own = place.step.id?.value;
  const seen = new Set<string>();
  return (place.step.needs?.ids ?? []).flatMap(({ value, range }): Finding[] => {
    if (seen.has(value))
      return [{ code: 'duplicate-need', range, message: `'${value}' is already among the needs` }];
    seen.add(value);
    if (siblings.includes(value)) return [];
    if (byId.has(value)) {
      const message = `'${value}' is not in the same list of steps; needs names the steps beside this one`;
      return [
        {
          code: 'unknown-need',
          range,
          message,
          related: [{ range: byId.get(value)!.step.id!.range, message: `'${value}'` }],
        },
      ];
    }
    const hint = didYouMean(
      value,
      siblings.filter((id) => id !== own),
    );
    return [{ code: 'unknown-need', range, message: `no step here has the id '${value}'`, hint }];
  });
}

/** One finding a cycle, at its first step in the text. */
function cyclesOf(block: BlockPlace): Finding[] {
  const findings: Finding[] = [];
  const done = new Set<StepPlace>();
  for (const start of block.steps) {
    const cycle = findCycle(start, block, done);
    if (cycle === undefined) continue;
    const names = [...cycle, cycle[0]!].map(nameOf).join(' → ');
    const first = cycle.reduce((a, b) => (a.index < b.index ? a : b));
    const related = cycle
      .filter((place) => place !== first)
      .map((place) => ({ range: needRange(place), message: `'${nameOf(place)}' waits` }));
    const message =
      cycle.length === 1 ? `'${nameOf(first)}' needs itself` : `these steps wait for one another: ${names}`;
    findings.push({
      code: 'needs-cycle',
      range: needRange(first),
      message,
      ...(related.length > 0 ? { related } : {}),
    });
  }
  return findings;
}

/** Depth first; the part of the path from where it meets itself. What was walked through once is done. */
function findCycle(
  start: StepPlace,
  block: BlockPlace,
  done: Set<StepPlace>,
): readonly StepPlace[] | undefined {
  const path: { readonly place: StepPlace; next: number }[] = [{ place: start, next: 0 }];
  const onPath = new Set([start]);
  if (done.has(start)) return undefined;
  while (path.length > 0) {
    const top = path.at(-1)!;
    const needed = block.steps[top.place.needs[top.next++] ?? -1];
    if (needed === undefined) {
      done.add(top.place);
      onPath.delete(top.place);
      path.pop();
    } else if (onPath.has(needed)) {
      const cycle = path.slice(path.findIndex(({ place }) => place === needed)).map(({ place }) => place);
      for (const { place } of path) done.add(place);
      return cycle;
    } else if (!done.has(needed)) {
      path.push({ place: needed, next: 0 });
      onPath.add(needed);
    }
  }
  return undefined;
}

function nameOf({ step, index }: StepPlace): string {
  return step.id?.value ?? `step ${index + 1}`;
}

function needRange({ step }: StepPlace) {
  return step.needs?.range ?? step.id?.range ?? { start: step.range.start, end: step.range.start + 1 };
}
