import { expect, test } from 'vitest';
import type { BlockPlan, Plan } from '../../src/plan/plan.ts';
import { simulate } from '../../src/simulated-host/simulated-host.ts';

const ITEMS = 1000;

/** Loops in loops around a step that only computes: no event interrupts them. */
function nestedLoops(depth: number): Plan {
  const loops = Array.from(
    { length: depth },
    (_, level): BlockPlan => ({
      steps: [
        {
          id: `loop${level}`,
          named: false,
          line: 1,
          needs: [],
          kind: 'for_each',
          items: { literal: Array.from({ length: ITEMS }, (_, item) => item) },
          as: `item${level}`,
          concurrency: { literal: 1 },
          block: level + 1,
          keepsOutputs: false,
        },
      ],
    }),
  );
  const innermost: BlockPlan = {
    steps: [{ id: 'one', named: false, line: 1, needs: [], kind: 'set', value: { literal: {} } }],
  };
  return { format: 1, name: 'test/loops', hash: 'hash', blocks: [...loops, innermost], signatures: {} };
}

test('a loop that computes a thousand values ends', () => {
  expect(simulate(nestedLoops(1), { activities: {} }).outcome.status).toBe('completed');
});

test('loops that compute a million values end the run, within the five seconds that a task has', () => {
  const before = performance.now();
  const { outcome, state } = simulate(nestedLoops(2), { activities: {} });
  expect(outcome).toMatchObject({ status: 'failed', failure: { type: 'Exhausted' } });
  expect(state.ended).toBe(true);
  expect(performance.now() - before).toBeLessThan(5000);
});
