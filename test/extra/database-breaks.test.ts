/** PostgreSQL does not do as it should in the middle of a batch: nobody is paid twice, nobody is forgotten. */
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { endPostgres } from '../../src/stack/postgres-server.ts';
import { copyProject, type Ended, estuary } from '../cli/estuary.ts';
import { countPaid, readBooks } from '../real/payouts-project.ts';
import { OwnServers } from './own-servers.ts';

/** The seed has this many who cannot be paid, whatever its size. */
const HELD = 3;

let project: ReturnType<typeof copyProject>;
let servers: OwnServers;
/** How many have been due by the current test. Each adds some, and they alone are due in it. */
let size = 0;
let run: string;

beforeAll(async () => {
  project = copyProject();
  // Where the commands in the project find them too, as their embedded ones.
  servers = new OwnServers(join(project.root, '.estuary', 'dev'), 17100);
  await servers.start();
}, 120_000);

afterAll(async () => {
  await servers.stop();
  project.remove();
});

/** In the middle of a batch. */
beforeEach(async () => {
  size += 1000;
  const before = await servers.seedDue(size);
  run = await servers.startBatch();
  await expect
    .poll(() => servers.withDatabase(countPaid), { timeout: 60_000, interval: 20 })
    .toBeGreaterThan(before + 50);
});

/** All is as if nothing had happened. */
afterEach(async () => {
  expect(await servers.outcome(run)).toMatchObject({ status: 'completed' });
  expect(await servers.withDatabase(readBooks)).toMatchObject({
    paid: size - HELD,
    held: HELD,
    open: 0,
    twice: 0,
    transfers: size - HELD,
    audit: [],
  });
});

test('it is gone for half a minute', { timeout: 180_000 }, async () => {
  await endPostgres(await servers.pidOf('database'));
  // The fifth attempt at a transfer comes 2 + 4 + 8 + 16 seconds after the first.
  await expect
    .poll(() => servers.retried(run), { timeout: 60_000, interval: 500 })
    .toMatchObject({
      attempt: 6,
      failures: [expect.stringMatching(/^connect ECONNREFUSED 127\.0\.0\.1:\d+$/)],
    });
  expect((await servers.startAgain()).started).toEqual({ temporal: false, database: true });
});

describe('it is out of connections', () => {
  let taken: pg.Client[];

  beforeEach(async () => {
    taken = await takeAllConnections();
  });
  afterEach(async () => {
    for (const client of taken) await client.end();
  });

  test('the batch waits, and the commands say so', { timeout: 180_000 }, async () => {
    const pid = await servers.pidOf('database');
    await expect
      .poll(() => servers.retried(run), { timeout: 60_000, interval: 500 })
      .toMatchObject({ attempt: 3, failures: [expect.stringContaining('too many clients already')] });

    const refusal = {
      code: 'database-connections-used-up',
      message: expect.stringContaining('too many clients already'),
      hint: expect.stringContaining('max_connections'),
    };
    expect(failureOf(await onEmbedded('wf run payments/batch-payout --json'))).toEqual({
      exit: 4,
      error: refusal,
    });
    expect(await onConfigured('worker start')).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(
        /^error: PostgreSQL: .*too many clients already\nhint: .*max_connections/m,
      ),
    });
    const { checks } = JSON.parse((await onConfigured('doctor --json')).stdout);
    expect(checks).toContainEqual({
      what: 'PostgreSQL',
      status: 'unreachable',
      detail: refusal.message,
      hint: refusal.hint,
    });
    // Nobody's connections were cut by starting it anew.
    expect(await servers.pidOf('database')).toBe(pid);
  });
});

describe('it is read-only', () => {
  const setReadOnly = (value: 'on' | 'default'): Promise<void> =>
    servers.withDatabase(async (database) => {
      // Its own sessions are read-only too by then, and a setting of a database is a write.
      await database.raw('set default_transaction_read_only = off');
      await database.raw(`alter database estuary set default_transaction_read_only to ${value}`);
    });

  beforeEach(async () => {
    await setReadOnly('on');
    await servers.withDatabase((database) => database.raw(CUT_WORKERS));
  });
  // The worker's sessions stay as they are: it has to see by itself that they are of no use any more.
  afterEach(() => setReadOnly('default'));

  test('the batch waits, and the commands say so', { timeout: 240_000 }, async () => {
    await expect
      .poll(() => servers.retried(run), { timeout: 60_000, interval: 500 })
      .toMatchObject({ attempt: 3, failures: [expect.stringContaining('in a read-only transaction')] });

    const hint = expect.stringContaining('default_transaction_read_only');
    expect(failureOf(await onEmbedded('wf run payments/batch-payout --json'))).toEqual({
      exit: 4,
      error: {
        code: 'database-read-only',
        message: expect.stringContaining('read-only transaction'),
        hint,
      },
    });
    expect(await onConfigured('worker start')).toMatchObject({
      code: 4,
      stderr: expect.stringMatching(/^error: PostgreSQL: .*read-only transaction\nhint: is DATABASE_URL/m),
    });
    const doctor = await onConfigured('doctor --json');
    expect(doctor.code).toBe(1);
    expect(JSON.parse(doctor.stdout).checks).toContainEqual({
      what: 'PostgreSQL',
      status: 'wrong',
      detail: expect.stringMatching(/^server \d+\S*, read-only/),
      hint,
    });
  });
});

const CUT_WORKERS = `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'estuary'`;

/** Takes connections until there are none, also from the worker. */
async function takeAllConnections(): Promise<pg.Client[]> {
  const taken: pg.Client[] = [];
  const take = async (): Promise<boolean> => {
    const client = new pg.Client({ connectionString: servers.stack.database.url });
    client.on('error', () => undefined);
    try {
      await client.connect();
      taken.push(client);
      return true;
    } catch (error) {
      expect(error).toMatchObject({ code: '53300' });
      return false;
    }
  };
  for (let left = 1; left > 0; ) {
    while (await take());
    const { rows } = await taken[0]!.query(CUT_WORKERS);
    left = rows.length;
  }
  return taken;
}

const onEmbedded = (args: string): Promise<Ended> => estuary(args.split(' '), { cwd: project.root });
const onConfigured = (args: string): Promise<Ended> =>
  estuary(args.split(' '), { cwd: project.root, env: servers.environment });

/** The last line of `--json`. */
function failureOf({ code, stdout }: Ended): { readonly exit: number; readonly error: object } {
  return { exit: code, error: JSON.parse(stdout.trimEnd().split('\n').at(-1)!).error };
}
