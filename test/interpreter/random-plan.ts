/** Random plans and scripts for the property tests: every kind of step, nested, with failures, delays, messages and cancels. */
import fc from 'fast-check';
import type { Plan } from '../../src/plan/plan.ts';
import type {
  ScriptedActivity,
  ScriptedOutcome,
  ScriptedWorkflow,
  Sent,
} from '../../src/simulated-host/simulated-host.ts';
import { ACTIVITY, CHILD, planOf, SIGNALS, type Tree } from './tree-plan.ts';

export interface RandomRun {
  readonly plan: Plan;
  readonly activities: { readonly [name: string]: ScriptedActivity };
  readonly workflows: { readonly [name: string]: ScriptedWorkflow };
  readonly sent: readonly Sent[];
  readonly cancelAfterMs: number;
}

/** What may stand in a plan. */
interface Options {
  /** Only steps that run one after the other, and whose failures nobody catches. */
  readonly sequential?: boolean;
}

/** Longer than anything that is not an `await` takes: a run that waits for a message that never comes ends so. */
const GIVE_UP_MS = 3_600_000;

export const randomRun = runOf({});

/** Runs in which every step is dispatched after the one before it has ended. */
export const sequentialRun = runOf({ sequential: true });

function runOf(options: Options): fc.Arbitrary<RandomRun> {
  return fc
    .record({
      trees: treeOf(3, options),
      outcomes: fc.array(outcome(), { minLength: 1, maxLength: 12 }),
      messages: fc.array(message(), { maxLength: 8 }),
      cancelAfterMs: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: GIVE_UP_MS, freq: 3 }),
    })
    .map(({ trees, outcomes, messages, cancelAfterMs }) => {
      const script = scriptOf(outcomes);
      return {
        plan: planOf(trees),
        activities: { [ACTIVITY]: script },
        workflows: { [CHILD]: (_input, { step }) => script(null, { key: step, attempt: 1, step }) },
        sent: [...messages, ...helpers()],
        cancelAfterMs,
      };
    });
}

/** Somebody looks at parked runs again and again, in the end only to skip what cannot be undone. */
function helpers(): Sent[] {
  return Array.from({ length: 200 }, (_, n) => ({
    afterMs: GIVE_UP_MS + n * 60_000,
    resume: n % 3 === 0 && n < 50 ? 'retry' : 'skip',
  }));
}

function treeOf(depth: number, options: Options): fc.Arbitrary<Tree[]> {
  const { sequential } = options;
  const never = fc.constant(undefined);
  const few = <T>(arbitrary: fc.Arbitrary<T>, freq: number) => fc.option(arbitrary, { nil: undefined, freq });
  return fc.array(
    fc.record({
      action: actionOf(depth, options),
      needs: sequential ? never : few(fc.nat({ max: 7 }), 2),
      if: few(fc.boolean(), 4),
      timeoutMs: few(fc.integer({ min: 1, max: 10_000 }), 5),
      catch: depth > 0 && !sequential ? few(treeOf(depth - 2, options), 3) : never,
      finally: depth > 1 && !sequential ? few(treeOf(depth - 2, options), 5) : never,
      compensate: fc.boolean(),
      commit: sequential ? fc.constant(false) : few(fc.constant(true), 5).map((commit) => commit ?? false),
    }),
    { minLength: depth === 3 ? 1 : 0, maxLength: 4 },
  );
}

function actionOf(depth: number, options: Options): fc.Arbitrary<Tree['action']> {
  const simple: fc.WeightedArbitrary<Tree['action']>[] = [
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('activity' as const),
        attempts: fc.integer({ min: 1, max: 3 }),
      }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'set' as const }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('workflow' as const), detach: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.nat({ max: 5_000 }) }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('await' as const), name: fc.constantFrom(...SIGNALS) }),
    },
    { weight: 1, arbitrary: fc.constant({ kind: 'signal' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'fail' as const }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('return' as const), up: fc.nat({ max: 3 }) }) },
  ];
  if (depth <= 0) return fc.oneof(...simple);
  const block = treeOf(depth - 1, options);
  const branches = fc.array(
    // biome-ignore lint/suspicious/noThenProperty: the language's own word, and nobody awaits it
    fc.record({ block, then: fc.option(treeOf(depth - 2, options), { nil: undefined }) }),
    {
      minLength: 1,
      maxLength: 3,
    },
  );
  const tolerate = fc.option(fc.nat({ max: 3 }), { nil: undefined });
  const nested: fc.WeightedArbitrary<Tree['action']>[] = [
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('group' as const), block }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('switch' as const),
        taken: fc.nat({ max: 3 }),
        cases: fc.array(block, { minLength: 1, maxLength: 3 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('repeat' as const),
        rounds: fc.integer({ min: 1, max: 3 }),
        maximum: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
        everyMs: fc.option(fc.nat({ max: 2_000 }), { nil: undefined }),
        block,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('for_each' as const),
        items: fc.nat({ max: 5 }),
        pages: fc.boolean(),
        concurrency: options.sequential ? fc.constant(1) : fc.integer({ min: 1, max: 3 }),
        tolerate: options.sequential ? fc.constant(undefined) : tolerate,
        block,
      }),
    },
  ];
  if (options.sequential) return fc.oneof(...simple, ...nested);
  return fc.oneof(
    ...simple,
    ...nested,
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('race' as const), branches, tolerate }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('all' as const), branches }) },
  );
}

function message(): fc.Arbitrary<Sent> {
  const afterMs = fc.nat({ max: 10_000 });
  const name = fc.constantFrom(...SIGNALS, 'undeclared');
  const payload = fc.oneof(fc.record({ n: fc.nat() }), fc.constant('wrong'));
  return fc.oneof(
    fc.record({ afterMs, signal: name, payload }),
    fc.record({ afterMs, update: fc.constantFrom('change', 'undeclared'), payload }),
  );
}

function outcome(): fc.Arbitrary<ScriptedOutcome> {
  const afterMs = fc.nat({ max: 5_000 });
  return fc.oneof(
    { weight: 8, arbitrary: fc.record({ afterMs, output: fc.record({ n: fc.nat() }) }) },
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
    const page = /~page\[(\d+)\]$/.exec(key);
    if (page !== null) return pageOf(Number(page[1]));
    let hash = attempt;
    for (let index = 0; index < key.length; index++) hash = (hash * 31 + key.charCodeAt(index)) % 1_000_003;
    const outcome = outcomes[hash % outcomes.length]!;
    // People look at parked runs, but not for ever.
    if (key.endsWith('~compensate') && 'hangs' in outcome) return { output: {} };
    return outcome;
  };
}

/** Two pages of two items. */
function pageOf(page: number): ScriptedOutcome {
  const items = [page * 20, page * 20 + 10];
  return { afterMs: 100, output: page === 0 ? { items, next_cursor: 1 } : { items } };
}
