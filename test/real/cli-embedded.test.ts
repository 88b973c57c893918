/** The commands in a fresh project, on the embedded stack that they start themselves. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stackDirectory, stackStatus, stopStack } from '../../src/stack/stack.ts';
import { copyProject, estuary, startEstuary } from '../cli/estuary.ts';
import { expectSameRun, readmeBlock } from './readme-run.ts';

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

let project: ReturnType<typeof copyProject>;
/** With a real account at hand, as on many machines: sandbox money it stays. */
const env = { STRIPE_API_KEY: 'sk_live_never_used' };
const run = (args: string) => estuary(args.split(' '), { cwd: project.root, env });

beforeAll(() => {
  project = copyProject();
  writeFileSync(join(project.root, 'estuary.yaml'), 'stack:\n  ports: { temporal: 0, ui: 0, database: 0 }\n');
  writeFileSync(join(project.root, 'definitions/payments/slow.yaml'), SLOW);
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
    readmeBlock('npx estuary wf run payments/batch-payout --input min_amount=10'),
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

test('SIGINT ends the following, not the run, which a worker then finishes', async () => {
  expect((await run('db seed --more 100')).code).toBe(0);
  const following = startEstuary(['wf', 'run', 'payments/slow', '--id', 'slow'], { cwd: project.root });
  await following.saw(/✓ open/);
  const interrupted = performance.now();
  following.process.kill('SIGINT');
  expect(await following.ended).toMatchObject({
    code: 130,
    stdout: '',
    stderr: expect.stringMatching(
      /error: interrupted; the run 'slow' goes on\nhint: a worker serves it on: estuary worker start --task-queue default\n$/,
    ),
  });

  // Nothing is left that would keep the process.
  expect(performance.now() - interrupted).toBeLessThan(8000);

  const { temporal } = await stackStatus(stackDirectory(project.root, 'dev'));
  const connection = await Connection.connect({ address: temporal!.address });
  const handle = new Client({ connection, namespace: 'estuary' }).workflow.getHandle('slow');
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
  expect(activities).toBeGreaterThan(100);
  expect(events!.length).toBeLessThanOrEqual(6 * activities + 50);
  await connection.close();
  dev.process.kill('SIGTERM');
  const { code, stdout, stderr } = await dev.ended;
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toContain(`temporal workflow execute --address ${temporal!.address} --namespace estuary`);
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
