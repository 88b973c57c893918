import type { History } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outcomeOf } from '../../src/client/runs.ts';
import { replay } from '../replay/history.ts';
import { callsAt } from './engine-activities.ts';
import { eventually, type Lab, labProject, openLab, type RunHandle } from './engine-lab.ts';
import type { TestProject } from './engine-project.ts';

/** Calls `lab/fail` on line 6 of the file, after a step that holds a line. */
const failing = (more: string): string => `
input: { how: { type: string }, until_attempt: { type: integer, default: 1000 } }
steps:
  - set: { padding: true }
  - id: work
    activity: lab/fail
    with:
      how: \${{ input.how }}
      until_attempt: \${{ input.until_attempt }}
    retry: { initial_interval: 50ms, backoff_coefficient: 1, maximum_attempts: 3 }
${more}
output: \${{ steps.work.output }}
`;

const DEFINITIONS = {
  'lab/fail': failing(''),
  'lab/impatient': failing('    timeout: 300ms').replace('maximum_attempts: 3', 'maximum_attempts: 1'),
  'lab/caught': failing(`    timeout: 300ms
    catch:
      - errors: [Refused]
        steps: [{ id: note, set: { was: refused } }]
        output: { caught: '\${{ error }}' }
      - errors: [Timeout, InvalidOutput]
        steps: [{ id: other, set: { was: built-in } }]
        output: { caught: '\${{ error }}' }`).replace('maximum_attempts: 3', 'maximum_attempts: 1'),
  'lab/advised': `
steps:
  - id: work
    activity: lab/advise
    retry: { initial_interval: 1h }
output: \${{ steps.work.output.attempt }}
`,
  'lab/each': `
input: { hows: { type: array, items: { type: string } } }
steps:
  - id: all
    for_each: \${{ input.hows }}
    as: how
    key: \${{ how }}
    steps:
      - id: work
        activity: lab/fail
        with: { how: '\${{ how }}' }
`,
  'lab/patient': `
steps:
  - id: waits
    for_each: [first, second]
    as: name
    key: \${{ name }}
    concurrency: 2
    steps:
      - activity: lab/gate
        with: { name: 'cancel-\${{ name }}' }
        timeout: { start_to_close: 60s, heartbeat: 1s }
`,
  'lab/large-output': `
input: { bytes: { type: integer } }
steps:
  - id: inflate
    activity: lab/inflate
    with: { bytes: '\${{ input.bytes }}' }
    catch:
      - errors: [PayloadTooLarge]
        output: { text: '\${{ error.message }}' }
output: '\${{ steps.inflate.output.?text.orValue("").size() > 1000 ? "large" : steps.inflate.output.?text }}'
`,
  'lab/large-input': `
steps:
  - id: a
    activity: lab/inflate
    with: { bytes: 1200000 }
  - id: b
    activity: lab/echo
    with: { value: ['\${{ steps.a.output.text }}', '\${{ steps.a.output.text }}'] }
    catch:
      - errors: [PayloadTooLarge]
        output: { value: '\${{ error.message }}' }
output: \${{ steps.b.output.value }}
`,
  'lab/large-end': `
steps:
  - id: a
    activity: lab/inflate
    with: { bytes: 1200000 }
output: ['\${{ steps.a.output.text }}', '\${{ steps.a.output.text }}']
`,
  'lab/drift': `
steps:
  - id: far
    activity: other/echo
    with: { value: 42 }
output: { value: '\${{ steps.far.output.value }}' }
`,
  'lab/drift-once': `
steps:
  - id: far
    activity: other/echo
    with: { value: 42 }
    retry: { maximum_attempts: 1 }
output: { value: '\${{ steps.far.output.value }}' }
`,
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

describe.concurrent('an activity', () => {
  test.each([
    ['throws text', 'string', { type: 'Error', message: 'threw only a string', attempt: 3 }],
    ['throws nothing', 'nothing', { type: 'Error', message: 'threw undefined', attempt: 3 }],
    ['has a bug', 'type-error', { type: 'TypeError', attempt: 3 }],
    [
      'is refused',
      'refused',
      { type: 'Refused', message: 'it is refused', details: { code: 7 }, attempt: 1 },
    ],
    ['stays busy', 'busy', { type: 'Busy', message: 'it is busy', attempt: 3 }],
    ['answers nonsense', 'nonsense', { type: 'InvalidOutput', attempt: 1 }],
    ['throws what it has not declared', 'undeclared', { type: 'InvalidOutput', attempt: 1 }],
    ['gets nonsense', 'dance', { type: 'InvalidInput', attempt: 1 }],
  ])('that %s fails the run with type, step, line and attempt', async (_, how, failure) => {
    const outcome = await lab.run('lab/fail', { how });
    expect(outcome).toMatchObject({
      status: 'failed',
      failure: { step: 'work', line: 5, activity: 'lab/fail', ...failure },
    });
  });

  test('that answers nonsense is told which', async () => {
    const outcome = await lab.run('lab/fail', { how: 'nonsense' });
    expect(outcome).toMatchObject({ failure: { message: expect.stringMatching(/'more'.*attempt: 'one'/) } });
  });

  test('that is busy twice succeeds at the third attempt', async () => {
    expect(await lab.run('lab/fail', { how: 'busy', until_attempt: 3 })).toEqual({
      status: 'completed',
      output: { attempt: 3 },
    });
  });

  test('that says when to try again is tried again then, whatever the backoff', async () => {
    expect(await lab.run('lab/advised')).toEqual({ status: 'completed', output: 2 });
  });

  test('that hangs fails with Timeout when its time is up', async () => {
    expect(await lab.run('lab/impatient', { how: 'hang' })).toMatchObject({
      failure: { type: 'Timeout', step: 'work', line: 5, message: expect.stringContaining('start-to-close') },
    });
  });

  test.each([
    [
      'refused',
      { type: 'Refused', message: 'it is refused', details: { code: 7 }, step: 'work', attempt: 1 },
    ],
    ['hang', { type: 'Timeout', step: 'work' }],
    ['nonsense', { type: 'InvalidOutput', step: 'work', attempt: 1 }],
  ])("that ends with '%s' is caught, and the error says what it was", async (how, error) => {
    expect(await lab.run('lab/caught', { how })).toMatchObject({
      status: 'completed',
      output: { caught: error },
    });
  });

  test('that answers more than Temporal takes fails at once, and can be caught', async () => {
    expect(await lab.run('lab/large-output', { bytes: 1_800_000 })).toMatchObject({ output: 'large' });
    expect(await lab.run('lab/large-output', { bytes: 6_000_000 })).toMatchObject({
      output: expect.stringMatching(/^the output of lab\/inflate has 5\.7 MB; Temporal takes 2 MB/),
    });
  });

  test('that is given more than Temporal takes fails, and the run is not stuck', async () => {
    expect(await lab.run('lab/large-input')).toMatchObject({
      output: expect.stringMatching(/^the input of lab\/echo has 2\.3 MB; Temporal takes 2 MB/),
    });
  });

  test('that makes the output of the run larger than Temporal takes fails the run, and it is not stuck', async () => {
    expect(await lab.run('lab/large-end')).toMatchObject({
      status: 'failed',
      failure: {
        type: 'PayloadTooLarge',
        message: expect.stringContaining('the output of the run has 2.3 MB'),
      },
    });
  });

  test('that ends with what no case names is not caught', async () => {
    expect(await lab.run('lab/caught', { how: 'busy' })).toMatchObject({ failure: { type: 'Busy' } });
  });

  test('that fails in a loop names the item', async () => {
    expect(await lab.run('lab/each', { hows: ['refused'] })).toMatchObject({
      failure: { type: 'Refused', step: 'all[refused]/work', line: 9, attempt: 1 },
    });
  });
});

describe.concurrent('a cancelled run', () => {
  test('cancels what is in flight, and ends as cancelled', async () => {
    const run = await lab.start('lab/patient');
    for (const name of ['cancel-first', 'cancel-second'])
      await eventually(async () => expect(await callsAt(lab.database.knex, name)).toBe(1));
    await run.cancel();
    expect(await outcomeOf(run)).toEqual({ status: 'cancelled' });
    expect((await run.describe()).status.name).toBe('CANCELLED');
    const cancelled = await lab.database.knex('gate_cancels').orderBy('name');
    expect(cancelled).toEqual([{ name: 'cancel-first' }, { name: 'cancel-second' }]);
  });

  test('that nobody had taken up yet ends as cancelled once somebody does', async () => {
    const taskQueue = `${lab.taskQueue}-late`;
    const run = await lab.start('lab/patient', undefined, taskQueue);
    await run.cancel();
    await lab.worker(project, { taskQueue });
    expect(await outcomeOf(run)).toEqual({ status: 'cancelled' });
  });
});

describe.concurrent('an activity that the worker does not serve', () => {
  const lastFailure = async (run: RunHandle): Promise<string | null | undefined> => {
    const { raw } = await run.describe();
    return raw.pendingActivities?.[0]?.lastFailure?.applicationFailureInfo?.type;
  };

  test('waits, visibly, for a worker that does', async () => {
    const taskQueue = `${lab.taskQueue}-drift`;
    const wrong = await lab.worker(project, { taskQueue, domains: ['lab'] });
    const run = await lab.start('lab/drift', undefined, taskQueue);
    await eventually(async () => expect(await lastFailure(run)).toBe('SignatureDrift'));
    await wrong.kill();
    await lab.worker(project, { taskQueue, domains: ['other'] });
    expect(await outcomeOf(run)).toEqual({ status: 'completed', output: { value: 42 } });
  });

  test('waits also where the step has used up its attempts', async () => {
    const taskQueue = `${lab.taskQueue}-drift-once`;
    const wrong = await lab.worker(project, { taskQueue, domains: ['lab'] });
    const run = await lab.start('lab/drift-once', undefined, taskQueue);
    const timers = async (): Promise<number> =>
      (await run.fetchHistory()).events!.filter(({ timerStartedEventAttributes: timer }) => timer).length;
    await eventually(async () => expect(await timers()).toBe(1));
    await wrong.kill();
    await lab.worker(project, { taskQueue, domains: ['other'] });
    expect(await outcomeOf(run)).toEqual({ status: 'completed', output: { value: 42 } });
  });
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
