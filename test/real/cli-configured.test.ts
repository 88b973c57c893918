/** The commands against servers that are configured, as in production. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { copyProject, estuary, type Running, startEstuary } from '../cli/estuary.ts';
import { createFreshDatabase, type FreshDatabase } from './fresh-database.ts';

const { address, namespace, databaseUrl } = inject('stack');
const queue = `cli-${randomUUID()}`;
let database: FreshDatabase;
let project: ReturnType<typeof copyProject>;
let env: { readonly [name: string]: string };

const FAILING = `description: Close a batch that nobody opened.
steps:
  - activity: payments/close-payout-batch
    with: { batch_id: 00000000-0000-4000-8000-000000000000 }
    retry: { maximum_attempts: 2, initial_interval: 10ms }
`;

beforeAll(async () => {
  database = await createFreshDatabase(databaseUrl, { migrated: false });
  project = copyProject();
  writeFileSync(join(project.root, 'definitions/payments/failing.yaml'), FAILING);
  env = {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    TEMPORAL_DEFAULT_TASK_QUEUE: queue,
    DATABASE_URL: database.url,
  };
});

afterAll(async () => {
  await database.drop();
  project.remove();
});

const run = (args: string) => estuary(args.split(' '), { cwd: project.root, env });
const linesOf = (stdout: string): unknown[] =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
const MIGRATIONS = [
  'estuary_0001_effects',
  'estuary_0002_compensations',
  '0001_payments',
  '0002_sandbox_provider',
  '0003_reversals',
];

describe('a database without tables', () => {
  test('db status shows what is pending', async () => {
    const { code, stdout } = await run('db status');
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: MIGRATIONS.map((name) => `pending  ${name}\n`).join(''),
    });
  });

  test('worker start refuses', async () => {
    expect(await run('worker start')).toEqual({
      code: 4,
      stdout: '',
      stderr: `error: the database lacks migrations: ${MIGRATIONS.join(', ')}\nhint: run \`estuary db migrate\`\n`,
    });
  });

  test('db seed refuses', async () => {
    expect(await run('db seed --size 5 --yes')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('hint: run `estuary db migrate`'),
    });
  });
});

describe('db', () => {
  test('migrates once', async () => {
    const first = await run('db migrate');
    expect(first).toEqual({
      code: 0,
      stdout: MIGRATIONS.map((name) => `applied ${name}\n`).join(''),
      stderr: '',
    });
    expect((await run('db migrate')).stdout).toBe('nothing to apply\n');
    expect(JSON.parse((await run('db status --json')).stdout)).toEqual({ applied: MIGRATIONS, pending: [] });
  });

  test('takes back only with --yes, and then everything', async () => {
    expect((await run('db rollback --all')).code).toBe(2);
    expect(JSON.parse((await run('db rollback --all --yes --json')).stdout)).toEqual({
      undone: [...MIGRATIONS].reverse(),
    });
    expect((await run('db rollback --all --yes')).stdout).toBe('nothing to take back\n');
    expect((await run('db migrate')).code).toBe(0);
  });

  test('seeds once, and adds what newly falls due', async () => {
    const seed = () => run('db seed --size 12 --yes --json');
    const { added } = JSON.parse((await seed()).stdout) as { added: { practitioners: number } };
    expect(added.practitioners).toBeGreaterThanOrEqual(12);
    expect(JSON.parse((await seed()).stdout)).toEqual({ added: { practitioners: 0, earnings: 0 } });
    expect((await run('db seed --more 2 --yes')).stdout).toBe('added 2 earnings\n');
  });
});

test('wf run without a worker says how to start one', async () => {
  expect(await run('wf run payments/batch-payout')).toEqual({
    code: 4,
    stdout: '',
    stderr: `error: no worker polls task queue '${queue}' at ${address}\nhint: start one: estuary worker start --task-queue ${queue}\n`,
  });
});

test('wf run on a namespace that is not there says so', async () => {
  const { code, stderr } = await run('wf run payments/batch-payout --namespace nowhere');
  expect({ code, stderr }).toMatchObject({ code: 4, stderr: expect.stringContaining("namespace 'nowhere'") });
});

describe('with a worker', () => {
  let worker: Running;

  beforeAll(async () => {
    worker = startEstuary(['worker', 'start', '--domains', 'payments'], {
      cwd: project.root,
      env: { ...env, LOG_FORMAT: 'text', LOG_LEVEL: 'error' },
    });
    await worker.saw(/Serving task queue/);
  });

  afterAll(() => worker.process.kill('SIGKILL'));

  test('wf run pays who is due: the result alone on stdout', async () => {
    const { code, stdout, stderr } = await run('wf run payments/batch-payout --input min_amount=10');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\nbatch id: [0-9a-f-]{36}\nprovider: sandbox\ncounts: \d+ paid, \d+ held\n/);
    expect(stderr).toMatch(/✓ open .*\n✓ pay {2}(\d+)\/\1 .*\n✓ close .*\n$/);
    expect(stderr).not.toContain('sandbox money');
  });

  test.each([
    ['the least that there is', 'min_amount=0.01', /^[1-9]/],
    ['more than anybody has', 'min_amount=1000000', /^0$/],
  ])('wf run --json with %s', async (_, input, paid) => {
    const { code, stdout, stderr } = await run(`wf run payments/batch-payout --input ${input} --json`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [started, ...events] = linesOf(stdout);
    const result = events.pop() as { output: { counts: { paid: number } } };
    expect(started).toEqual({
      event: 'started',
      workflow_id: expect.stringMatching(/^payments\/batch-payout-[0-9a-f-]{36}$/),
      run_id: expect.any(String),
    });
    for (const step of ['open', 'pay', 'close']) {
      expect(events).toContainEqual(
        expect.objectContaining({
          event: 'step',
          step,
          status: 'completed',
          finished_at: expect.any(String),
        }),
      );
    }
    expect(result).toEqual({
      ...(started as object),
      event: 'completed',
      output: {
        batch_id: expect.any(String),
        provider: 'sandbox',
        counts: { paid: expect.any(Number), held: expect.any(Number) },
        totals: expect.any(Array),
        held: expect.any(Array),
        paid: expect.any(Array),
      },
    });
    expect(String(result.output.counts.paid)).toMatch(paid);
  });

  test('a run that fails: exit code 1, the step, the activity and the line', async () => {
    const { code, stdout, stderr } = await run('wf run payments/failing');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(
      /\nfailed: \w+: .*00000000-0000-4000-8000-000000000000.*\n {2}step .*activity payments\/close-payout-batch, attempt 2\n {2}definitions\/payments\/failing.yaml:3\n {2}3 \| {3}- activity: payments\/close-payout-batch\n$/,
    );
    const json = await run('wf run payments/failing --json');
    expect({ code: json.code, stderr: json.stderr }).toEqual({ code: 1, stderr: '' });
    expect(linesOf(json.stdout).at(-1)).toEqual({
      event: 'failed',
      workflow_id: expect.any(String),
      run_id: expect.any(String),
      failure: expect.objectContaining({
        type: expect.any(String),
        message: expect.any(String),
        activity: 'payments/close-payout-batch',
        attempt: 2,
        file: 'definitions/payments/failing.yaml',
        line: 3,
      }),
    });
  });

  test('a failure of a definition that has changed here meanwhile: the line alone', async () => {
    const file = join(project.root, 'definitions/payments/failing.yaml');
    writeFileSync(file, `# New.\n${FAILING}`);
    try {
      const { code, stderr } = await run('wf run payments/failing');
      expect(code).toBe(1);
      expect(stderr).toMatch(
        /attempt 2\n {2}line 3 of the definition that the run is pinned to; the project's is another one\n$/,
      );
    } finally {
      writeFileSync(file, FAILING);
    }
  });

  test('wf run --no-wait with an input file leaves the run to the worker', async () => {
    writeFileSync(join(project.root, 'input.yaml'), 'min_amount: 7\npayment_method: bank_transfer\n');
    const id = `no-wait-${queue}`;
    const { code, stdout, stderr } = await run(
      `wf run payments/batch-payout --input-file input.yaml --input min_amount=1000000 --id ${id} --no-wait`,
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^workflow id: ${id}\nrun id: [0-9a-f-]{36}\n$`));
    expect(stderr).toContain(
      `temporal workflow show --address ${address} --namespace ${namespace} --workflow-id ${id}\n`,
    );
    const connection = await Connection.connect({ address });
    try {
      const handle = new Client({ connection, namespace }).workflow.getHandle(id);
      expect(await handle.result()).toMatchObject({ counts: { paid: 0 } });
      const { events } = await handle.fetchHistory();
      const [input] = events![0]!.workflowExecutionStartedEventAttributes!.input!.payloads!;
      expect(JSON.parse(Buffer.from(input!.data!).toString())).toEqual({
        min_amount: 1000000,
        payment_method: 'bank_transfer',
      });
    } finally {
      await connection.close();
    }
    const again = linesOf((await run(`wf run payments/batch-payout --no-wait --json`)).stdout);
    expect(again).toEqual([
      { event: 'started', workflow_id: expect.any(String), run_id: expect.any(String) },
    ]);
  });

  test('it showed what it serves, and drains on SIGTERM', async () => {
    worker.process.kill('SIGTERM');
    const { code, stdout, stderr } = await worker.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr.split('\n')).toEqual([
      `✓ Serving task queue ${queue} at ${address}, namespace ${namespace}`,
      '  payments  3 workflows   batch-payout, failing, practitioner-payout',
      expect.stringMatching(
        /^ {2}payments {2}\d activities {2}close-payout-batch, hold-payout, open-payout-batch/,
      ),
      expect.stringMatching(
        /^ {2}limits {4}100 activities and 40 workflow tasks at a time, \d+ workflows cached$/,
      ),
      'SIGTERM: no activity runs; once more ends at once',
      '',
    ]);
  });
});

test('wf run says so when the worker that the server remembers is gone, and ends once there is one again', async () => {
  const following = startEstuary(['wf', 'run', 'payments/batch-payout'], { cwd: project.root, env });
  await following.saw(/nobody has taken the run up yet; .*estuary worker start --task-queue cli-/);
  const worker = startEstuary(['worker', 'start'], { cwd: project.root, env });
  try {
    expect(await following.ended).toMatchObject({ code: 0, stdout: expect.stringContaining('0 paid') });
  } finally {
    worker.process.kill('SIGTERM');
    await worker.ended;
  }
});

test('wf run --json tells when nobody serves the run, what is tried again, and when its worker is gone', async () => {
  const id = `unattended-${queue}`;
  writeFileSync(
    join(project.root, 'definitions/payments/stuck.yaml'),
    FAILING.replace(/retry: .*/, 'retry: { initial_interval: 1h }'),
  );
  const following = startEstuary(['wf', 'run', 'payments/stuck', '--id', id, '--json'], {
    cwd: project.root,
    env,
  });
  await following.saw(/"event":"unattended"/);
  const worker = startEstuary(['worker', 'start'], { cwd: project.root, env });
  await following.saw(/"event":"retrying"/);
  worker.process.kill('SIGKILL');
  await worker.ended;
  await following.saw(/"taken_up":true/);
  following.process.kill('SIGINT');
  const { code, stdout, stderr } = await following.ended;
  expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
  expect(linesOf(stdout)).toEqual([
    { event: 'started', workflow_id: id, run_id: expect.any(String) },
    { event: 'unattended', task_queue: queue, taken_up: false },
    expect.objectContaining({ event: 'step', kind: 'activity', status: 'running' }),
    {
      event: 'retrying',
      activity: 'payments/close-payout-batch',
      attempt: 2,
      pending: 1,
      message: expect.stringContaining('00000000-0000-4000-8000-000000000000'),
    },
    { event: 'unattended', task_queue: queue, taken_up: true },
    { error: expect.objectContaining({ code: 'interrupted', message: expect.stringContaining(id) }) },
  ]);
  const connection = await Connection.connect({ address });
  await new Client({ connection, namespace }).workflow.getHandle(id).terminate();
  await connection.close();
});

test('wf run --timeout ends the following, not the run', async () => {
  const id = `timeout-${queue}`;
  const { code, stdout, stderr } = await run(
    `wf run payments/batch-payout --id ${id} --timeout 100ms --json`,
  );
  const [started, failure, ...more] = linesOf(stdout);
  expect({ code, stderr, more }).toEqual({ code: 1, stderr: '', more: [] });
  expect(started).toMatchObject({ event: 'started', workflow_id: id });
  expect(failure).toEqual({
    error: {
      code: 'follow-timeout',
      message: `not done after 100ms; the run '${id}' goes on`,
      hint: `look at it: temporal workflow show --address ${address} --namespace ${namespace} --workflow-id ${id}; a worker on task queue '${queue}' goes on with it: estuary worker start --task-queue ${queue}`,
    },
  });
  const again = await run(`wf run payments/batch-payout --id ${id} --no-wait`);
  expect(again.stderr).toContain(`a run with the id '${id}' is under way`);
});

test('worker start --strict refuses a definition with errors', async () => {
  const file = join(project.root, 'definitions/payments/broken.yaml');
  writeFileSync(file, 'steps:\n  - activity: payments/nothing\n');
  const { code, stderr } = await run('worker start --strict');
  expect({ code, stderr }).toMatchObject({
    code: 3,
    stderr: expect.stringContaining("no activity 'payments/nothing'"),
  });
});
