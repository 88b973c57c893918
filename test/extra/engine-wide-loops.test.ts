/** Loops that would hit a limit of the server if everything were sent at once. */
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outcomeOf } from '../../src/client/runs.ts';
import { type Lab, labProject, openLab } from '../real/engine-lab.ts';
import type { TestProject } from '../real/engine-project.ts';
import { replay } from '../replay/history.ts';

const DEFINITIONS = {
  'lab/fan-out': `
input: { items: { type: array, items: { type: integer } } }
steps:
  - id: fan
    for_each: \${{ input.items }}
    concurrency: 3000
    steps:
      - activity: lab/echo
        with: { value: '\${{ item }}' }
  - id: count
    set: { fanned: true }
output: \${{ steps.count.output }}
`,
  'lab/heavy': `
input: { text: { type: string }, items: { type: array, items: { type: integer } } }
steps:
  - id: fan
    for_each: \${{ input.items }}
    concurrency: 500
    steps:
      - activity: lab/echo
        with: { value: '\${{ input.text }}' }
`,
};

let lab: Lab;
let project: TestProject;

beforeAll(async () => {
  project = labProject(DEFINITIONS);
  lab = await openLab();
  await lab.worker(project);
});
afterAll(async () => {
  await lab?.close();
  project?.destroy();
});

describe('a wide loop', () => {
  /** The largest number of activities that were scheduled and not ended. */
  const mostPending = ({ events }: History): number => {
    let pending = 0;
    let most = 0;
    for (const event of events ?? []) {
      if (event.activityTaskScheduledEventAttributes) most = Math.max(most, ++pending);
      if (event.activityTaskCompletedEventAttributes) pending--;
    }
    return most;
  };

  test('of 3,000 at once stays within what the server takes, and ends', async () => {
    const run = await lab.start('lab/fan-out', { items: Array.from({ length: 3000 }, (_, n) => n) });
    expect(await outcomeOf(run)).toEqual({ status: 'completed', output: { fanned: true } });
    const history = await run.fetchHistory();
    const most = mostPending(history);
    expect(most).toBeLessThanOrEqual(500);
    expect(most).toBeGreaterThan(100);
    await replay(history);
  });

  test('whose inputs together are larger than a request may be ends', async () => {
    const run = await lab.start('lab/heavy', {
      text: 'x'.repeat(60_000),
      items: Array.from({ length: 100 }, (_, n) => n),
    });
    expect(await outcomeOf(run)).toEqual({ status: 'completed', output: {} });
    const history = await run.fetchHistory();
    // It has rested between its tasks, which a replay must find again.
    expect(history.events?.some(({ timerStartedEventAttributes: rest }) => rest)).toBe(true);
    await replay(history);
  });
});
