/** The typed client against a server: what it starts, what its handle does, and which errors it throws. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { generateCode } from '../../codegen/generate.ts';
import { WorkflowAlreadyStarted } from '../../src/client/start-by-key.ts';
import {
  InvalidInput,
  UpdateRefused,
  WorkflowCancelled,
  WorkflowFailed,
  WorkflowIdMismatch,
  WorkflowTerminated,
} from '../../src/client/workflow-errors.ts';
import { type RunOf, type WorkflowClient, workflowClient } from '../../src/client/workflows.ts';
import { loadProject, typeSourcesOf } from '../../src/project/project.ts';
import { cleanEnvironment } from '../cli/estuary.ts';
import { type Application, documentedPrograms, openApplication } from '../client/documented.ts';
import { callsAt, openGate } from './engine-activities.ts';
import { eventually, type Lab, labProject, openLab } from './engine-lab.ts';
import { copyProject, type TestProject } from './engine-project.ts';

/** Its id has a default of the input in it. */
const keyed = (onConflict: string): string => `
input: { order: { type: string, minLength: 1 }, region: { type: string, default: eu } }
id: { key: '\${{ input.region }}-\${{ input.order }}', on_conflict: ${onConflict} }
signals: { approved: { by: { type: string, default: ada } } }
updates:
  amend:
    input: { size: { type: integer } }
    accept: [{ when: '\${{ payload.size < 100 }}', else: '\${{ payload.size }} is too large' }]
queries: { size: '\${{ steps.amended.output.?size.orValue(0) }}' }
steps:
  - { id: amended, await: amend }
  - { id: approval, await: approved }
output: { by: '\${{ steps.approval.output.by }}', size: '\${{ steps.amended.output.size }}' }
`;

const DEFINITIONS = {
  'lab/echo': `
input: { value: { type: integer, default: 7 } }
steps:
  - id: echo
    activity: lab/echo
    with: { value: '\${{ input.value }}' }
output: { doubled: '\${{ input.value * 2 }}' }
`,
  'lab/fail': `
steps:
  - id: work
    activity: lab/fail
    with: { how: refused, until_attempt: 1000 }
`,
  'lab/wait': `
input: { name: { type: string } }
steps:
  - id: wait
    activity: lab/gate
    with: { name: '\${{ input.name }}' }
    timeout: { start_to_close: 60s, heartbeat: 1s }
output: passed
`,
  'lab/joined': keyed('join'),
  'lab/unique': keyed('fail'),
  'lab/newest': keyed('replace'),
};

interface Keyed {
  input: { order: string; region?: string };
  output: { by: string; size: number };
  signals: { approved: { by?: string } };
  updates: { amend: { size: number } };
  queries: { size: unknown };
}

interface LabWorkflows {
  'lab/joined': Keyed;
  'lab/unique': Keyed;
  'lab/newest': Keyed;
  'lab/echo': { input: { value?: number }; output: { doubled: number } };
  'lab/fail': { input: object; output: unknown };
  'lab/wait': { input: { name: string }; output: string; signals: { hurry: { by: number } } };
}

let lab: Lab;
let project: TestProject;
let workflows: WorkflowClient<LabWorkflows>;

beforeAll(async () => {
  lab = await openLab();
  project = labProject(DEFINITIONS);
  await lab.worker(project);
  const generated = await generateCode(typeSourcesOf(loadProject(project.root)));
  const [, text] = /export const ids: .* = (\{(?:.*\n)*\});/.exec(generated.get('generated/workflows.ts')!)!;
  const ids = runInNewContext(`(${text})`) as object as { [workflow: string]: object };
  workflows = workflowClient<LabWorkflows>(lab.client, { taskQueue: lab.taskQueue, ids });
});

afterAll(async () => {
  await lab?.close();
  project?.destroy();
});

test('starts a workflow and waits for its output', async () => {
  const { startWorkflow } = workflows;
  expect(await startWorkflow('lab/echo', { value: 21 }, { wait: true })).toEqual({ doubled: 42 });
  expect(await startWorkflow('lab/echo', {}, { wait: true })).toEqual({ doubled: 14 });
});

test('a failure is thrown by type, with its step', async () => {
  const run = await workflows.startWorkflow('lab/fail', {});
  const error = await run.result().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(WorkflowFailed);
  expect(error).toMatchObject({
    name: 'WorkflowFailed',
    workflowId: run.workflowId,
    type: 'Refused',
    message: 'it is refused',
    step: 'work',
    line: 3,
    activity: 'lab/fail',
    attempt: 1,
    details: { code: 7 },
  });
});

test('a handle tells how far a run is and brings its result, also when found by its id', async () => {
  const id = `client-${lab.taskQueue}`;
  const run = await workflows.startWorkflow('lab/wait', { name: 'open' }, { id });
  expect(run).toMatchObject({ workflowId: id, runId: expect.any(String) });
  await eventually(async () =>
    expect(await run.state()).toMatchObject({ steps: [{ id: 'wait', status: 'running' }] }),
  );
  await expect(workflows.startWorkflow('lab/wait', { name: 'open' }, { id })).rejects.toBeInstanceOf(
    WorkflowExecutionAlreadyStartedError,
  );
  await openGate(lab.database.knex, 'open');
  const [mine, found] = [run, workflows.getWorkflow('lab/wait', id)];
  expect([await mine.result(), await found.result()]).toEqual(['passed', 'passed']);
  expect(await found.state()).toMatchObject({ steps: [{ status: 'completed' }] });
});

test('a signal reaches the run with its payload', async () => {
  const run = await workflows.startWorkflow('lab/wait', { name: 'signalled' });
  await run.signal('hurry', { by: 5 });
  await openGate(lab.database.knex, 'signalled');
  expect(await run.result()).toBe('passed');
  const { events } = await lab.client.workflow.getHandle(run.workflowId).fetchHistory();
  const signals = events!.flatMap(({ workflowExecutionSignaledEventAttributes: signal }) =>
    signal
      ? [[signal.signalName, JSON.parse(Buffer.from(signal.input!.payloads![0]!.data!).toString())]]
      : [],
  );
  expect(signals).toEqual([['hurry', { by: 5 }]]);
  await expect(run.signal('hurry', { by: 5 })).rejects.toMatchObject({ name: 'WorkflowNotFoundError' });
  await run.cancel();
  expect(await run.result()).toBe('passed');
});

describe('a business key', () => {
  const input = () => ({ order: randomUUID() });
  const finish = async (run: RunOf<Keyed>) => {
    await run.update('amend', { size: 2 });
    await run.signal('approved');
    expect(await run.result()).toEqual({ by: 'ada', size: 2 });
  };

  test('makes the workflow id, and whoever starts it again joins', async () => {
    const order = input();
    const first = await workflows.startWorkflow('lab/joined', order);
    expect(first.workflowId).toBe(`eu-${order.order}`);
    const second = await workflows.startWorkflow('lab/joined', order, { id: first.workflowId });
    expect(second).toMatchObject({ workflowId: first.workflowId, runId: first.runId });
    await finish(second);
    const third = await workflows.startWorkflow('lab/joined', order, { wait: true });
    expect(third).toEqual(await first.result());
  });

  test('starts anew what has not completed', async () => {
    const order = input();
    const first = await workflows.startWorkflow('lab/joined', order);
    await lab.client.workflow.getHandle(first.workflowId).terminate();
    const second = await workflows.startWorkflow('lab/joined', order);
    expect(second.runId).not.toBe(first.runId);
    await finish(second);
  });

  test('allows one run only where the definition says so', async () => {
    const order = input();
    const first = await workflows.startWorkflow('lab/unique', order);
    const again = () => workflows.startWorkflow('lab/unique', order);
    await expect(again()).rejects.toThrow(WorkflowAlreadyStarted);
    await expect(again()).rejects.toThrow(`'${first.workflowId}' is under way`);
    await expect(workflows.startWorkflow('lab/joined', order)).rejects.toThrow(
      `the id '${first.workflowId}' is taken by a run of lab/unique, which is no lab/joined`,
    );
    await finish(first);
    await expect(again()).rejects.toThrow('has ended');
  });

  test('replaces the run where the definition says so, also one that has completed', async () => {
    const order = input();
    const first = await workflows.startWorkflow('lab/newest', order);
    const pinned = workflows.getWorkflow('lab/newest', first.workflowId, first.runId);
    await finish(await workflows.startWorkflow('lab/newest', order));
    await expect(pinned.result()).rejects.toThrow(WorkflowTerminated);
    await finish(await workflows.startWorkflow('lab/newest', order));
  });

  test('is no other id, and has to be there', async () => {
    const { startWorkflow } = workflows;
    await expect(startWorkflow('lab/joined', { order: 'x' }, { id: 'march' })).rejects.toThrow(
      WorkflowIdMismatch,
    );
    await expect(startWorkflow('lab/joined', { order: '' })).rejects.toThrow(InvalidInput);
    const unaware = workflowClient<LabWorkflows>(lab.client, { taskQueue: lab.taskQueue });
    await expect(unaware.startWorkflow('lab/joined', { order: 'x' }, { wait: true })).rejects.toMatchObject({
      type: 'WorkflowIdMismatch',
      message: expect.stringContaining("'eu-x'"),
    });
  });
});

test('a run takes an update or says why not, and answers queries', async () => {
  const run = await workflows.startWorkflow('lab/joined', { order: randomUUID() });
  const refused = await run.update('amend', { size: 200 }).catch((thrown: unknown) => thrown);
  expect(refused).toBeInstanceOf(UpdateRefused);
  expect(refused).toMatchObject({ message: '200 is too large', update: 'amend' });
  expect(await run.query('size')).toBe(0);
  expect(await run.update('amend', { size: 3 })).toEqual({
    received_at: expect.stringMatching(/^\d{4}-.*Z$/),
  });
  expect(await run.query('size')).toBe(3);
  await run.signal('approved', { by: 'bob' });
  expect(await run.result()).toEqual({ by: 'bob', size: 3 });
});

test('a domain has a task queue of its own', async () => {
  const { startWorkflow } = workflowClient<LabWorkflows>(lab.client, { taskQueues: { lab: lab.taskQueue } });
  expect(await startWorkflow('lab/echo', { value: 1 }, { wait: true })).toEqual({ doubled: 2 });
});

describe('the first program of docs/client.md', () => {
  let application: Application;
  const env = {
    TEMPORAL_ADDRESS: inject('stack').address,
    TEMPORAL_NAMESPACE: inject('stack').namespace,
  };
  const run = (more: NodeJS.ProcessEnv) =>
    promisify(execFile)(process.execPath, [join(application.root, 'out', 'program.js')], {
      cwd: application.root,
      env: { ...cleanEnvironment(), ...env, ...more },
    });

  beforeAll(() => {
    application = openApplication();
    expect(application.compile({ program: documentedPrograms()[0]! })).toBe('');
  });
  afterAll(() => application?.remove());

  test('pays', async () => {
    const payouts = copyProject();
    try {
      // Of its own: the lab's worker does not know these definitions.
      const taskQueue = `${lab.taskQueue}-payouts`;
      await lab.worker(payouts, { taskQueue });
      const { stdout } = await run({
        TEMPORAL_DEFAULT_TASK_QUEUE: taskQueue,
        DATABASE_URL: lab.database.url,
      });
      expect(stdout.match(/counts: \{ paid: 0, held: 0 \}/g)).toHaveLength(2);
    } finally {
      payouts.destroy();
    }
  });

  test.each([
    ['half of the servers', {}, 'half-configured'],
    ['no servers', { TEMPORAL_ADDRESS: '' }, 'no-servers'],
    [
      'a server that is not there',
      { TEMPORAL_ADDRESS: '127.0.0.1:1', DATABASE_URL: 'postgres://x@127.0.0.1:1/x' },
      'cannot-reach-temporal',
    ],
  ])('throws with %s', async (_, more, code) => {
    await expect(run(more)).rejects.toMatchObject({
      stderr: expect.stringMatching(new RegExp(`code: '${code}',[^]*hint: '`)),
    });
  });
});

test.each([
  ['cancelled', WorkflowCancelled],
  ['terminated', WorkflowTerminated],
] as const)('a run that is %s', async (how, thrown) => {
  const run = await workflows.startWorkflow('lab/wait', { name: how });
  await eventually(async () => expect(await callsAt(lab.database.knex, how)).toBeGreaterThan(0));
  if (how === 'cancelled') await run.cancel();
  else await lab.client.workflow.getHandle(run.workflowId).terminate();
  await expect(run.result()).rejects.toThrow(thrown);
  await expect(run.result()).rejects.toThrow(`the run '${run.workflowId}' was ${how}`);
});
