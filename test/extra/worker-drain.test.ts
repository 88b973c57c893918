/** A worker is told to stop while an activity runs that will never end: it gives up on it, and says so. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { startEstuary } from '../cli/estuary.ts';
import { eventually, type Lab, openLab } from '../real/engine-lab.ts';
import { createProject, type TestProject } from '../real/engine-project.ts';

const { address, namespace } = inject('stack');

/** In the middle of its transaction. */
const STUCK = {
  signature: `
description: Never end at the first attempt.
effect: write
input: {}
output: { attempt: { type: integer } }
`,
  code: `
export default async (_, { attempt, database }) => {
  await database.raw('select 1');
  return attempt === 1 ? new Promise(() => {}) : { attempt };
};`,
};

let lab: Lab;
let project: TestProject;
beforeAll(async () => {
  lab = await openLab();
  const hangs = `steps:
  - id: work
    activity: lab/stuck
    with: {}
    timeout: 25s
output: \${{ steps.work.output.attempt }}
`;
  project = createProject({ 'lab/hangs': hangs }, { 'lab/stuck': STUCK });
});
afterAll(async () => {
  await lab?.close();
  project?.destroy();
});

test('after 20 seconds it ends all the same, and another worker tries again', async () => {
  const worker = startEstuary(['worker', 'start', '--json'], {
    cwd: project.root,
    env: {
      TEMPORAL_ADDRESS: address,
      TEMPORAL_NAMESPACE: namespace,
      TEMPORAL_DEFAULT_TASK_QUEUE: lab.taskQueue,
      DATABASE_URL: lab.database.url,
      LOG_LEVEL: 'error',
    },
  });
  await worker.saw(/"serving"/);
  const run = await lab.start('lab/hangs');
  await eventually(async () =>
    expect((await run.describe()).raw.pendingActivities).toEqual([
      expect.objectContaining({ attempt: 1, state: 2 }),
    ]),
  );
  const told = performance.now();
  worker.process.kill('SIGTERM');
  const { code, stdout, stderr } = await worker.ended;
  const took = performance.now() - told;
  expect(took).toBeGreaterThan(19_000);
  expect(took).toBeLessThan(30_000);
  expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining('IllegalStateError') });
  expect(
    stdout
      .trimEnd()
      .split('\n')
      .slice(1)
      .map((line) => JSON.parse(line)),
  ).toEqual([
    { event: 'draining', signal: 'SIGTERM', running: { 'lab/stuck': 1 } },
    { event: 'stopped', abandoned: { 'lab/stuck': 1 } },
  ]);
  await lab.worker(project);
  expect(await run.result()).toBe(2);
});
