/** The commands in a fresh project, on the embedded stack that they start themselves. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stackDirectory, stackStatus, stopStack } from '../../src/stack/stack.ts';
import { copyProject, estuary, startEstuary } from '../cli/estuary.ts';
import { onTerminal } from '../cli/terminal.ts';
import { readmeOutput } from '../docs/pages.ts';
import { expectSameRun } from '../docs/transcript.ts';

/** Sessions paid one by one, so that there is time to interrupt. */
const SLOW = `steps:
  - id: open
    activity: payments/open-payout-batch
    with: { min_amount: 1 }
  - for_each: \${{ steps.open.output.payouts }}
    as: payout
    key: \${{ payout.id }}
    steps:
      - activity: payments/hold-payout
        with: { payout_id: "\${{ payout.id }}", reason: Slow }
`;

/** A batch that nobody opened cannot be closed, and is tried again in an hour. */
const WAITS = `steps:
  - id: wait
    activity: payments/close-payout-batch
    with: { batch_id: 00000000-0000-4000-8000-000000000000 }
    retry: { initial_interval: 1h }
`;

let project: ReturnType<typeof copyProject>;
/** With a real account at hand, as on many machines: sandbox money it stays. */
const env = { STRIPE_API_KEY: 'sk_live_never_used' };
const run = (args: string) => estuary(args.split(' '), { cwd: project.root, env });

beforeAll(() => {
  project = copyProject();
  writeFileSync(join(project.root, 'estuary.yaml'), 'stack:\n  ports: { temporal: 0, ui: 0, database: 0 }\n');
  writeFileSync(join(project.root, 'definitions/payments/slow.yaml'), SLOW);
  writeFileSync(join(project.root, 'definitions/payments/waits.yaml'), WAITS);
});

afterAll(async () => {
  await stopStack(stackDirectory(project.root, 'dev'));
  project.remove();
});

test('wf run starts what is needed, pays, and prints what the README shows', async () => {
  const { code, stdout, stderr } = await run('wf run payments/batch-payout --input min_amount=10');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^counts: \d+ paid, \d+ held$/m);
  expectSameRun(
    `${stderr}${stdout}`,
    readmeOutput('npx estuary wf run payments/batch-payout --input min_amount=10'),
  );
});

test('the second time nobody is due', async () => {
  const { code, stdout, stderr } = await run('wf run payments/batch-payout --input min_amount=10');
  expect({ code, stdout }).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('counts: 0 paid, 0 held'),
  });
  expect(stderr).toMatch(/^embedded, sandbox money\n/);
});

test('doctor sees the embedded servers that run', async () => {
  const { code, stdout } = await run('doctor');
  expect(stdout).toMatch(/^• Temporal: embedded, 127\.0\.0\.1:\d+, namespace estuary, server 1\.\d+\.\d+$/m);
  expect(stdout).toMatch(/^• PostgreSQL: embedded, server \d+/m);
  expect(stdout).toMatch(/^✓ migrations: \d+ applied$/m);
  expect(stdout).not.toContain('not running');
  expect(stdout).not.toMatch(/^✗ (Temporal|PostgreSQL|servers|migrations)/m);
  // The two definitions of this test are not in generated/.
  expect(code).toBe(1);
});

/** The run of this id, whatever became of it. */
async function runOf(id: string) {
  const { temporal } = await stackStatus(stackDirectory(project.root, 'dev'));
  const connection = await Connection.connect({ address: temporal!.address });
  const handle = new Client({ connection, namespace: 'estuary' }).workflow.getHandle(id);
  return { handle, connection, address: temporal!.address };
}

describe('Ctrl-C in a terminal', () => {
  const ASKS = /leave the run going \(l\), cancel it \(c\), or stay \(s\)\? \[s\] /;
  const start = (id: string) =>
    onTerminal(['wf', 'run', 'payments/waits', '--id', id], { cwd: project.root, env });

  test('asks: to stay follows on, to cancel waits until the run has ended', async () => {
    const terminal = start('asked');
    await terminal.saw(/▸ wait .*\s+↻ payments\/close-payout-batch {2}attempt 2 .*00000000/);
    terminal.type('\u0003');
    await terminal.saw(ASKS);
    terminal.type('what?\r');
    await terminal.saw(ASKS);
    terminal.type('s\r');
    await terminal.saw(/▸ wait /);
    terminal.type('\u0003');
    await terminal.saw(ASKS);
    terminal.type('c\r');
    await terminal.saw(/asked the run to cancel; waiting until it has ended/);
    const { code, screen } = await terminal.ended;
    expect({ code, screen }).toEqual({
      code: 130,
      screen: expect.stringMatching(/✗ wait .*cancelled: asked\s+$/s),
    });
    const { handle, connection } = await runOf('asked');
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    await connection.close();
  });

  test.each([
    ['an answer', 'l\r'],
    ['Ctrl-C again', '\u0003'],
  ])('leaves it running by %s, and says how to see it again', async (how, keys) => {
    const id = `left-by-${how.replaceAll(' ', '-')}`;
    const terminal = start(id);
    await terminal.saw(/▸ wait /);
    terminal.type('\u0003');
    await terminal.saw(ASKS);
    terminal.type(keys);
    const { code, screen } = await terminal.ended;
    expect(code).toBe(130);
    expect(screen).toContain(
      'finishing what runs in this command; Ctrl-C ends it at once, and loses nothing',
    );
    expect(screen).toContain(`error: interrupted; the run '${id}' goes on`);
    expect(screen).toMatch(
      new RegExp(
        `hint: look at it: http:.*/workflows/${id}; a worker on task queue 'default' goes on with it: estuary dev\\s+$`,
      ),
    );
    // The servers are untouched: Ctrl-C went to everything in the terminal.
    const { handle, connection } = await runOf(id);
    expect((await handle.describe()).status.name).toBe('RUNNING');
    await handle.terminate();
    await connection.close();
  });
});

test('SIGTERM leaves the run, without a question, also with --json', async () => {
  const following = startEstuary(['wf', 'run', 'payments/waits', '--id', 'told', '--json'], {
    cwd: project.root,
    env,
  });
  await following.saw(/"step":"wait","kind":"activity","status":"running"/);
  following.process.kill('SIGTERM');
  const { code, stdout, stderr } = await following.ended;
  expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
  expect(JSON.parse(stdout.trimEnd().split('\n').at(-1)!)).toEqual({
    error: {
      code: 'interrupted',
      message: "told to end; the run 'told' goes on",
      hint: expect.stringContaining('estuary dev'),
    },
  });
  const { handle, connection } = await runOf('told');
  expect((await handle.describe()).status.name).toBe('RUNNING');
  await handle.terminate();
  await connection.close();
});

test('SIGINT ends the following, not the run, which a worker then finishes', async () => {
  expect((await run('db seed --more 50')).code).toBe(0);
  const following = startEstuary(['wf', 'run', 'payments/slow', '--id', 'slow'], { cwd: project.root });
  await following.saw(/✓ open/);
  const interrupted = performance.now();
  following.process.kill('SIGINT');
  expect(await following.ended).toMatchObject({
    code: 130,
    stdout: '',
    stderr: expect.stringMatching(
      /error: interrupted; the run 'slow' goes on\nhint: look at it: http:.*\/workflows\/slow; a worker on task queue 'default' goes on with it: estuary dev\n$/,
    ),
  });

  // Nothing is left that would keep the process.
  expect(performance.now() - interrupted).toBeLessThan(8000);

  const { handle, connection, address } = await runOf('slow');
  expect((await handle.describe()).status.name).toBe('RUNNING');

  const again = await run('wf run payments/slow --id slow');
  expect(again).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("a run with the id 'slow' is under way"),
  });

  const dev = startEstuary(['dev'], { cwd: project.root });
  await dev.saw(/Serving task queue default/);
  expect(await handle.result()).toEqual({});
  // What the README says of a batch's size: at most six events an activity.
  const { events } = await handle.fetchHistory();
  const activities = events!.filter((event) => event.activityTaskScheduledEventAttributes != null).length;
  expect(activities).toBeGreaterThan(50);
  expect(events!.length).toBeLessThanOrEqual(6 * activities + 50);
  await connection.close();
  dev.process.kill('SIGTERM');
  const { code, stdout, stderr } = await dev.ended;
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toContain(`temporal workflow execute --address ${address} --namespace estuary`);
});

test('wf run --no-wait says where to look and which worker does the rest', async () => {
  const { code, stdout, stderr } = await run('wf run payments/batch-payout --id later --no-wait');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^workflow id: later\nrun id: [0-9a-f-]{36}\n$/);
  expect(stderr).toMatch(
    /^embedded, sandbox money\nhttp:.*\/namespaces\/estuary\/workflows\/later\na worker on task queue 'default' does the rest; where none runs: estuary dev\n$/,
  );
});

test('dev stop ends both servers', async () => {
  const { code, stderr } = await run('dev stop');
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: expect.stringMatching(/^✓ Stopped: Temporal has ended.*\n✓ Stopped: PostgreSQL has ended.*\n$/),
  });
  expect(await stackStatus(stackDirectory(project.root, 'dev'))).toEqual({});
});

test('doctor sees that they run no more, and starts nothing', async () => {
  const { stdout } = await run('doctor');
  expect(stdout).toContain('• servers: embedded, not running');
  expect(await stackStatus(stackDirectory(project.root, 'dev'))).toEqual({});
});
