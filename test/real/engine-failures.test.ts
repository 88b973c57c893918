import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outcomeOf } from '../../src/client/runs.ts';
import { callsAt } from './engine-activities.ts';
import { eventually, type Lab, labProject, openLab } from './engine-lab.ts';
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
