/** A call that no worker of its queue can serve, as in the middle of a deploy. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outcomeOf } from '../../src/client/runs.ts';
import { eventually, type Lab, labProject, openLab, type RunHandle } from '../real/engine-lab.ts';
import type { TestProject } from '../real/engine-project.ts';

const DEFINITIONS = {
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
};

let lab: Lab;
let project: TestProject;

beforeAll(async () => {
  project = labProject(DEFINITIONS);
  lab = await openLab();
});
afterAll(async () => {
  await lab?.close();
  project?.destroy();
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
