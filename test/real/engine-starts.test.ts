/** A thousand starts with one id, at once: one run, and everybody else is told that it is under way. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { workflowClient } from '../../src/client/workflows.ts';
import { estuary } from '../cli/estuary.ts';
import { callsAt, openGate } from './engine-activities.ts';
import { eventually, type Lab, labProject, openLab } from './engine-lab.ts';
import type { TestProject } from './engine-project.ts';

const DEFINITION = `
input: { name: { type: string } }
steps:
  - id: wait
    activity: lab/gate
    with: { name: '\${{ input.name }}' }
    timeout: { start_to_close: 60s, heartbeat: 5s }
output: { passed: '\${{ steps.wait.output.name }}' }
`;
const NAME = 'lab/once';
const STARTS = 1000;

let lab: Lab;
let project: TestProject;
beforeAll(async () => {
  project = labProject({ [NAME]: DEFINITION });
  lab = await openLab();
  await lab.worker(project);
});
afterAll(async () => {
  await lab?.close();
  project?.destroy();
});

test(`of ${STARTS} starts from code and some by the command, one starts`, { timeout: 60_000 }, async () => {
  const id = `once-${lab.taskQueue}`;
  const { address, namespace } = inject('stack');
  const workflows = workflowClient<{ [NAME]: { input: { name: string }; output: { passed: string } } }>(
    lab.client,
    { taskQueue: lab.taskQueue },
  );
  const byCommand = () =>
    estuary(
      [
        'wf',
        'run',
        NAME,
        '-i',
        `name=${NAME}`,
        '--id',
        id,
        '--task-queue',
        lab.taskQueue,
        '--no-wait',
        '--json',
      ],
      {
        cwd: project.root,
        env: { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, DATABASE_URL: lab.database.url },
      },
    );
  const fromCode = () => workflows.startWorkflow(NAME, { name: NAME }, { id });
  const commands = Promise.all([byCommand(), byCommand(), byCommand()]);
  const starts = await Promise.allSettled(Array.from({ length: STARTS }, fromCode));
  const ended = await commands;

  const refused = starts.flatMap((start) => (start.status === 'rejected' ? [start.reason as unknown] : []));
  for (const reason of refused) expect(reason).toBeInstanceOf(WorkflowExecutionAlreadyStartedError);
  const refusedCommands = ended.filter(({ code }) => code === 1);
  for (const { stdout } of refusedCommands)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'already-running' } });
  expect(STARTS - refused.length + (ended.length - refusedCommands.length)).toBe(1);

  await openGate(lab.database.knex, NAME);
  expect(await workflows.getWorkflow(NAME, id).result()).toEqual({ passed: NAME });
  expect(await callsAt(lab.database.knex, NAME)).toBe(1);
  await eventually(async () => {
    const runs: string[] = [];
    for await (const { runId, status } of lab.client.workflow.list({ query: `WorkflowId = "${id}"` }))
      runs.push(`${runId} ${status.name}`);
    expect(runs).toEqual([expect.stringMatching(/ COMPLETED$/)]);
  });
});
