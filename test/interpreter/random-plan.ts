/** Random plans and scripts for the property tests: every kind of step, nested, with failures, delays and cancels. */
import fc from 'fast-check';
import type { BlockPlan, CatchPlan, Json, Plan, StepPlan, Value } from '../../src/plan/plan.ts';
import type { ScriptedActivity, ScriptedOutcome } from '../../src/simulated-host/simulated-host.ts';

/** A step before it is flattened into a plan. */
type Tree = {
  readonly action:
    | { readonly kind: 'activity'; readonly attempts: number }
    | { readonly kind: 'set' }
    | { readonly kind: 'group'; readonly block: readonly Tree[] }
    | {
        readonly kind: 'for_each';
        readonly items: number;
        readonly concurrency: number;
        readonly block: readonly Tree[];
      };
  /** Which of the earlier siblings it needs: a bit each; `undefined` means the one before. */
  readonly needs: number | undefined;
  readonly if: boolean | undefined;
  readonly timeoutMs: number | undefined;
  readonly catch: readonly Tree[] | undefined;
};

export interface RandomRun {
  readonly plan: Plan;
  readonly activities: { readonly [name: string]: ScriptedActivity };
  readonly cancelAfterMs: number | undefined;
}

const ACTIVITY = 'test/work';

export const randomRun: fc.Arbitrary<RandomRun> = fc
  .record({
    trees: treeOf(3),
    outcomes: fc.array(outcome(), { minLength: 1, maxLength: 12 }),
    cancelAfterMs: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: undefined, freq: 3 }),
  })
  .map(({ trees, outcomes, cancelAfterMs }) => ({
    plan: planOf(trees),
    activities: { [ACTIVITY]: scriptOf(outcomes) },
    cancelAfterMs,
  }));

function treeOf(depth: number): fc.Arbitrary<Tree[]> {
  return fc.array(
    fc.record({
      action: actionOf(depth),
      needs: fc.option(fc.nat({ max: 7 }), { nil: undefined, freq: 2 }),
      if: fc.option(fc.boolean(), { nil: undefined, freq: 4 }),
      timeoutMs: fc.option(fc.integer({ min: 1, max: 10_000 }), { nil: undefined, freq: 5 }),
      catch: depth > 0 ? fc.option(treeOf(depth - 2), { nil: undefined, freq: 3 }) : fc.constant(undefined),
    }),
    { minLength: depth === 3 ? 1 : 0, maxLength: 4 },
  );
}

function actionOf(depth: number): fc.Arbitrary<Tree['action']> {
  const activity = fc.record({
    kind: fc.constant('activity' as const),
    attempts: fc.integer({ min: 1, max: 3 }),
  });
  const set = fc.constant({ kind: 'set' as const });
  if (depth <= 0) return fc.oneof(activity, set);
  return fc.oneof(
    { weight: 3, arbitrary: activity },
    { weight: 1, arbitrary: set },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('group' as const), block: treeOf(depth - 1) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('for_each' as const),
        items: fc.nat({ max: 5 }),
        concurrency: fc.integer({ min: 1, max: 3 }),
        block: treeOf(depth - 1),
      }),
    },
  );
}

function outcome(): fc.Arbitrary<ScriptedOutcome> {
  const afterMs = fc.nat({ max: 5_000 });
  return fc.oneof(
    { weight: 6, arbitrary: fc.record({ afterMs, output: fc.record({ n: fc.nat() }) }) },
    {
      weight: 2,
      arbitrary: fc.record({ afterMs, failure: fc.constant({ type: 'Broken', message: 'broken' }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ afterMs, failure: fc.constant({ type: 'Declared', message: 'no' }) }),
    },
    { weight: 1, arbitrary: fc.constant({ hangs: true as const }) },
  );
}

/** The outcome depends on the key and the attempt alone, so that it is the same whatever runs beside it. */
function scriptOf(outcomes: readonly ScriptedOutcome[]): ScriptedActivity {
  return (_input, { key, attempt }) => {
    let hash = attempt;
    for (let index = 0; index < key.length; index++) hash = (hash * 31 + key.charCodeAt(index)) % 1_000_003;
    return outcomes[hash % outcomes.length]!;
  };
}

function planOf(trees: readonly Tree[]): Plan {
  const blocks: BlockPlan[] = [];
  let steps = 0;
  addBlock(trees, { literal: 'done' });
  const signature = {
    hash: 'hash',
    effect: 'read',
    errors: { Declared: { retryable: false } },
    timeoutMs: 30_000,
  } as const;
  return { format: 1, name: 'test/random', hash: 'hash', blocks, signatures: { [ACTIVITY]: signature } };

  function addBlock(block: readonly Tree[], output: Value): number {
    const index = blocks.push({ steps: [] }) - 1;
    blocks[index] = { steps: block.map(addStep), output };
    return index;
  }

  function addStep(tree: Tree, position: number): StepPlan {
    const id = `s${steps++}`;
    return {
      id,
      named: true,
      line: 1,
      needs: needsOf(tree.needs, position),
      ...(tree.if !== undefined && { if: { literal: tree.if } }),
      ...(tree.timeoutMs !== undefined &&
        tree.action.kind !== 'activity' && { timeout: { literal: tree.timeoutMs } }),
      ...(tree.catch && {
        catch: [{ block: addBlock(tree.catch, { literal: 'caught' }) } satisfies CatchPlan],
      }),
      ...actionPlan(tree.action, id),
    };
  }

  function actionPlan(action: Tree['action'], id: string) {
    switch (action.kind) {
      case 'activity':
        return {
          kind: 'activity',
          activity: ACTIVITY,
          with: { literal: { id } },
          retry: { maximumAttempts: action.attempts },
        } as const;
      case 'set':
        return { kind: 'set', value: { literal: { id } } } as const;
      case 'group':
        return { kind: 'group', block: addBlock(action.block, { literal: id }) } as const;
      case 'for_each':
        return {
          kind: 'for_each',
          items: { literal: Array.from({ length: action.items }, (_, n): Json => n * 10) },
          as: 'item',
          key: { expression: 'item', line: 1 },
          concurrency: { literal: action.concurrency },
          block: addBlock(action.block, { expression: '{"index": index, "item": item}', line: 1 }),
          keepsOutputs: true,
        } as const;
    }
  }
}

function needsOf(bits: number | undefined, position: number): number[] {
  if (bits === undefined) return position === 0 ? [] : [position - 1];
  return Array.from({ length: position }, (_, index) => index).filter((index) => bits & (1 << index));
}
