/** `estuary worker start`: what it says, what it refuses, and how it ends, as a process on a real server. */
import { randomUUID } from 'node:crypto';
import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Ended, estuary, type Running, startEstuary } from '../cli/estuary.ts';
import { callsAt, openGate } from './engine-activities.ts';
import { eventually, type Lab, labProject, openLab, type RunHandle } from './engine-lab.ts';
import type { TestProject } from './engine-project.ts';

const { address, namespace } = inject('stack');
const GATED = `input: { gate: { type: string } }
steps:
  - activity: lab/gate
    with: { name: "\${{ input.gate }}" }
    timeout: 60s
`;

let lab: Lab;
let project: TestProject;
let env: { readonly [name: string]: string };

beforeAll(async () => {
  lab = await openLab();
  project = labProject({ 'lab/gated': GATED });
  project.define('lab/broken', 'steps:\n  - activity: lab/nothing\n');
  env = {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    TEMPORAL_DEFAULT_TASK_QUEUE: lab.taskQueue,
    DATABASE_URL: lab.database.url,
    LOG_LEVEL: 'error',
    LOG_FORMAT: 'text',
  };
});

afterAll(async () => {
  await lab.close();
  project.destroy();
});

const command = (args: string, more: { readonly [name: string]: string } = {}) =>
  ({ args: args.split(' '), options: { cwd: project.root, env: { ...env, ...more } } }) as const;
const run = (args: string, more?: { readonly [name: string]: string }): Promise<Ended> => {
  const { args: words, options } = command(args, more);
  return estuary(words, options);
};
const start = (args: string, more?: { readonly [name: string]: string }): Running => {
  const { args: words, options } = command(args, more);
  return startEstuary(words, options);
};
const linesOf = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

/** A worker, and a run whose activity waits at the gate. */
async function waiting(gate: string, args: string): Promise<{ worker: Running; handle: RunHandle }> {
  const worker = start(args);
  await worker.saw(/Serving task queue|"serving"/);
  const handle = await lab.start('lab/gated', { gate });
  await eventually(async () => expect(await callsAt(lab.database.knex, gate)).toBe(1));
  return { worker, handle };
}

test('SIGTERM finishes what runs, says what that is, and ends with 0', async () => {
  const { worker, handle } = await waiting('drained', 'worker start');
  worker.process.kill('SIGTERM');
  await worker.saw(/SIGTERM: finishing lab\/gate, at most 20 s; once more ends at once\n/);
  await openGate(lab.database.knex, 'drained');
  const { code, stdout, stderr } = await worker.ended;
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toContain('✗ lab/broken has errors: new runs of it are refused');
  // The answer got out before the end: the next worker has nothing to call again.
  const next = start('worker start');
  expect(await handle.result()).toEqual({});
  expect(await callsAt(lab.database.knex, 'drained')).toBe(1);
  next.process.kill('SIGTERM');
  expect((await next.ended).code).toBe(0);
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  '%s twice ends at once; another worker does the rest',
  async (signal) => {
    const gate = `cut by ${signal}`;
    const { worker, handle } = await waiting(gate, 'worker start --json');
    worker.process.kill(signal);
    await worker.saw(/"draining"/);
    worker.process.kill(signal);
    const { code, stdout, stderr } = await worker.ended;
    expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
    expect(linesOf(stdout)).toEqual([
      expect.objectContaining({ event: 'serving', task_queue: lab.taskQueue, broken: ['lab/broken'] }),
      { event: 'draining', signal, running: { 'lab/gate': 1 } },
    ]);
    await handle.terminate('nobody waits for it');
  },
);

test('--json tells what it serves, with the limits that were given, and that it has stopped', async () => {
  const worker = start(
    'worker start --json --domains lab,other --max-concurrent-activities 7 --max-concurrent-workflow-tasks 5 --max-cached-workflows 9',
  );
  await worker.saw(/"serving"/);
  worker.process.kill('SIGINT');
  const { code, stdout } = await worker.ended;
  expect(code).toBe(0);
  expect(linesOf(stdout)).toEqual([
    {
      event: 'serving',
      task_queue: lab.taskQueue,
      address,
      namespace,
      domains: [
        {
          domain: 'lab',
          workflows: ['lab/gated'],
          activities: expect.arrayContaining(['lab/echo', 'lab/gate']),
        },
        { domain: 'other', workflows: [], activities: ['other/echo', 'other/note'] },
      ],
      broken: ['lab/broken'],
      limits: { max_concurrent_activities: 7, max_concurrent_workflow_tasks: 5, max_cached_workflows: 9 },
      problems: [],
    },
    { event: 'draining', signal: 'SIGINT', running: {} },
    { event: 'stopped', abandoned: {} },
  ]);
});

test('where the log is JSON, all that it says is', async () => {
  const worker = start('worker start', { LOG_LEVEL: 'info', LOG_FORMAT: 'json' });
  await worker.saw(/worker_started/);
  worker.process.kill('SIGTERM');
  const { code, stdout, stderr } = await worker.ended;
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  const notices = linesOf(stderr).filter(({ event }) => event === 'notice');
  expect(notices.map(({ level, message, fields }) => ({ level, message, fields }))).toEqual([
    { level: 'warn', message: expect.stringContaining("no activity 'lab/nothing'") },
    {
      level: 'info',
      message: `✓ Serving task queue ${lab.taskQueue} at ${address}, namespace ${namespace}`,
      fields: expect.objectContaining({ task_queue: lab.taskQueue, broken: ['lab/broken'] }),
    },
    {
      level: 'info',
      message: expect.stringMatching(/^SIGTERM: no activity runs/),
      fields: { signal: 'SIGTERM', running: {} },
    },
  ]);
});

describe('search attributes', () => {
  let connection: Connection;
  const KEYWORD = 2;
  const INT = 3;

  beforeAll(async () => {
    connection = await Connection.connect({ address });
  });
  afterAll(() => connection.close());

  /** A namespace of its own, with these search attributes. */
  async function namespaceWith(searchAttributes: { readonly [name: string]: number }): Promise<string> {
    const name = `test-${randomUUID()}`;
    const workflowExecutionRetentionPeriod = { seconds: 86_400 as never };
    await connection.workflowService.registerNamespace({ namespace: name, workflowExecutionRetentionPeriod });
    await eventually(async () => {
      await connection.operatorService.addSearchAttributes({ namespace: name, searchAttributes });
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: name });
      expect(customAttributes).toMatchObject(searchAttributes);
    });
    return name;
  }

  test('that are missing are registered, and doctor then finds nothing amiss', async () => {
    const fresh = await namespaceWith({ Other: KEYWORD });
    const before = JSON.parse((await run('doctor --json', { TEMPORAL_NAMESPACE: fresh })).stdout);
    expect(before.checks).toContainEqual({
      what: 'search attributes',
      status: 'note',
      detail: `namespace ${fresh} lacks search attributes: EstuaryStatus (Keyword)`,
      hint: expect.stringContaining('a worker registers them at its start, or run: temporal operator'),
    });
    const worker = start(`worker start --namespace ${fresh}`);
    await worker.saw(/Serving task queue/);
    worker.process.kill('SIGTERM');
    await worker.ended;
    const after = JSON.parse((await run('doctor --json', { TEMPORAL_NAMESPACE: fresh })).stdout);
    expect(after.checks).toContainEqual({
      what: 'search attributes',
      status: 'ok',
      detail: 'EstuaryStatus (Keyword)',
    });
  });

  test('that cannot be registered: the command to run', async () => {
    // As many as this server's database has columns for.
    const full = Object.fromEntries(Array.from({ length: 10 }, (_, index) => [`Own${index}`, KEYWORD]));
    const name = await namespaceWith(full);
    const { code, stdout } = await run(`worker start --json --namespace ${name}`);
    expect(code).toBe(4);
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'search-attributes-missing',
        message: expect.stringMatching(
          /^namespace \S+ lacks search attributes: EstuaryStatus \(Keyword\); they could not be registered: /,
        ),
        hint: `run: temporal operator search-attribute create --address ${address} --namespace ${name} --name EstuaryStatus --type Keyword`,
      },
    });
  });

  test('of another type are refused, and doctor says so', async () => {
    const name = await namespaceWith({ EstuaryStatus: INT });
    const { code, stderr } = await run(`worker start --namespace ${name}`);
    expect(code).toBe(4);
    expect(stderr).toContain(
      'EstuaryStatus is registered as Int, expected Keyword\nhint: use another namespace',
    );
    const doctor = await run('doctor --json', { TEMPORAL_NAMESPACE: name });
    expect(JSON.parse(doctor.stdout).checks).toContainEqual(
      expect.objectContaining({ what: 'search attributes', status: 'wrong' }),
    );
  });
});

test('a database that does not answer and a namespace that is not there are refused by code', async () => {
  const database = await run('worker start --json', { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/x' });
  expect([database.code, JSON.parse(database.stdout).error.code]).toEqual([4, 'cannot-reach-database']);
  const nowhere = await run('worker start --json --namespace nowhere');
  expect([nowhere.code, JSON.parse(nowhere.stdout).error]).toMatchObject([
    4,
    { code: 'cannot-reach-temporal', message: expect.stringContaining("namespace 'nowhere'") },
  ]);
});
