/** What of a definition its tests reach: steps, and the ways that they can go. */
import { nameSteps, type StepNames } from '../compile/step-names.ts';
import type { SourceRange } from '../diagnostics/diagnostic.ts';
import { lineStarts, positionAt } from '../diagnostics/position.ts';
import type { Block, Catch, Definition, Step } from '../document/definition.ts';
import type { Observation } from '../interpreter/observe.ts';
import type { CatchPlan, Plan, StepPlan } from '../plan/plan.ts';

export interface Coverage {
  readonly definition: string;
  readonly file: string;
  readonly steps: Count;
  /** Both ways of an `if`, cases of switches, winners of races, cases of catches, compensations. */
  readonly branches: Count;
  /** What no test reaches, in the order of the file. */
  readonly missed: readonly { readonly line: number; readonly what: string }[];
}

export interface Count {
  readonly covered: number;
  readonly total: number;
}

/** How much of everything is reached, from 0 to 100. */
export function percentOf({ steps, branches }: Coverage): number {
  const total = steps.total + branches.total;
  return total === 0 ? 100 : ((steps.covered + branches.covered) / total) * 100;
}

/** @param observed of all cases of the definition */
export function measureCoverage(
  definition: Definition,
  plan: Plan,
  observed: Iterable<Observation>,
): Coverage {
  const reached = new Set([...observed].flatMap(keysOf));
  const points = pointsOf(definition, plan);
  const starts = lineStarts(definition.source);
  const count = (isStep: boolean): Count => {
    const counted = points.filter((point) => point.isStep === isStep);
    return { covered: counted.filter(({ key }) => reached.has(key)).length, total: counted.length };
  };
  const missed = points
    .filter(({ key }) => !reached.has(key))
    .sort((a, b) => a.range.start - b.range.start)
    .map(({ range, what }) => ({ line: positionAt(starts, range.start).line, what }));
  const { name, file } = definition;
  return { definition: name, file, steps: count(true), branches: count(false), missed };
}

/** Something that a test can reach, or not. */
interface Point {
  readonly isStep: boolean;
  readonly key: string;
  readonly range: SourceRange;
  readonly what: string;
}

function keysOf(seen: Observation): string[] {
  if (seen.kind === 'block') return [`block ${seen.block}`];
  if (seen.kind === 'won') return [`won ${seen.id} ${seen.branch}`];
  return [`${seen.kind} ${seen.id}`];
}

function pointsOf({ root }: Definition, { blocks }: Plan): readonly Point[] {
  const names: StepNames = nameSteps(root);
  const planned = new Map(blocks.flatMap(({ steps }) => steps).map((step) => [step.id, step]));
  return [...ofBlock(root), ...ofOwnHandlers(root, 0, 'the workflow')];

  function ofBlock(block: Block): Point[] {
    return block.steps.flatMap(ofStep);
  }

  function ofStep(step: Step): Point[] {
    const id = names.of(step);
    const plan = planned.get(id)!;
    const branch = (key: string, range: SourceRange, what: string): Point => ({
      isStep: false,
      key,
      range,
      what,
    });
    return [
      { isStep: true, key: `started ${id}`, range: step.range, what: `step ${id}` },
      ...(step.if === undefined
        ? []
        : [
            branch(`started ${id}`, step.if.range, `the if of ${id} never holds`),
            branch(`skipped ${id}`, step.if.range, `the if of ${id} always holds`),
          ]),
      ...ofAction(step, plan, id),
      ...ofCatch(step.catch, plan.catch, id),
      ...(step.finally === undefined ? [] : ofBlock(step.finally)),
      ...(step.compensate === undefined
        ? []
        : [branch(`undone ${id}`, step.compensate.range, `the compensation of ${id}`)]),
    ];
  }

  function ofAction({ action }: Step, plan: StepPlan, id: string): Point[] {
    switch (action?.kind) {
      case 'group':
      case 'for_each':
      case 'repeat':
        return ofBlock(action.block);
      case 'switch':
        return action.cases.flatMap(({ range, when, block }, index) => {
          const inner = plan.kind === 'switch' ? plan.cases[index]!.block : 0;
          const what = when === undefined ? `the else of ${id}` : `case ${index + 1} of ${id}`;
          return [
            { isStep: false, key: `block ${inner}`, range, what },
            ...ofBlock(block),
            ...ofOwnHandlers(block, inner, what),
          ];
        });
      case 'all':
        return action.branches.flatMap(({ name, block }, index) => {
          const inner = plan.kind === 'all' ? plan.branches[index]!.block : 0;
          return [...ofBlock(block), ...ofOwnHandlers(block, inner, `${id}[${name.value}]`)];
        });
      case 'race':
        return action.branches.flatMap(({ name, block, then }, index) => {
          const branch = plan.kind === 'race' ? plan.branches[index]! : { block: 0 };
          const what = `${name.value} as the winner of ${id}`;
          return [
            { isStep: false, key: `won ${id} ${name.value}`, range: name.range, what },
            ...ofBlock(block),
            ...ofOwnHandlers(block, branch.block, `${id}[${name.value}]`),
            ...(then === undefined ? [] : ofBlock(then)),
          ];
        });
      default:
        return [];
    }
  }

  /** The catch and finally of a block itself are those of the step that the compiler has made to hold it. */
  function ofOwnHandlers(block: Block, index: number, of: string): Point[] {
    if (block.catch === undefined && block.finally === undefined) return [];
    const handlers = blocks[index]!.steps[0];
    return [
      ...ofCatch(block.catch, handlers?.catch, of),
      ...(block.finally === undefined ? [] : ofBlock(block.finally)),
    ];
  }

  function ofCatch(clause: Catch | undefined, plans: readonly CatchPlan[] = [], of: string): Point[] {
    const point = (index: number, range: SourceRange, what: string): Point => ({
      isStep: false,
      key: `block ${plans[index]?.block}`,
      range,
      what,
    });
    if (clause === undefined) return [];
    if (clause.kind === 'ignore') return [point(0, clause.range, `the catch of ${of}`)];
    return clause.cases.flatMap(({ errors, range, block }, index) => {
      const which = errors === undefined ? '' : ` for ${errors.map(({ value }) => value).join(', ')}`;
      const inner = plans[index]?.block ?? 0;
      return [
        point(index, range, `the catch of ${of}${which}`),
        ...ofBlock(block),
        ...ofOwnHandlers(block, inner, `the catch of ${of}`),
      ];
    });
  }
}
