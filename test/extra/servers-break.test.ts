/** The servers themselves break in the middle of a batch: nobody is paid twice, nobody is forgotten. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Knex } from 'knex';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../database/connection.ts';
import { migrations } from '../../database/migrations/index.ts';
import { seed } from '../../database/seed/seed.ts';
import { outcomeOf, type RunOutcome, startRun } from '../../src/client/runs.ts';
import { createMigrator } from '../../src/effects/migrations.ts';
import { type Stack, stackStatus, startStack, stopStack } from '../../src/stack/stack.ts';
import { startWorker, type WorkerProcess } from '../real/engine-worker.ts';
import { countPaid, readBooks } from '../real/payouts-project.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const options = {
  // Its own servers: the other tests could not do with broken ones.
  dataDirectory: join(ROOT, '.estuary', 'test-servers-break'),
  ports: { temporal: 0, ui: 0, database: 0 },
};

let stack: Stack;
let worker: WorkerProcess;

beforeAll(async () => {
  // Whoever was due in a former run is paid by now.
  await stopStack(options.dataDirectory);
  rmSync(options.dataDirectory, { recursive: true, force: true });
  stack = await startStack(options);
  const database = openDatabase(stack.database.url, { poolMax: 2 });
  await createMigrator(database, migrations).migrate();
  await database.destroy();
  worker = await startWorker({
    root: ROOT,
    taskQueue: 'default',
    databaseUrl: stack.database.url,
    temporal: stack.temporal,
  });
}, 120_000);

afterAll(async () => {
  await worker?.kill();
  await stopStack(options.dataDirectory);
});

test.each([
  ['Temporal', 'temporal', 500],
  ['PostgreSQL', 'database', 1000],
] as const)(
  '%s is killed in the middle of a batch and started again',
  { timeout: 180_000 },
  async (_, server, size) => {
    // Seeding more adds those who were not there before, and they alone are due.
    const before = await withDatabase(async (database) => {
      await seed(database, { size });
      return countPaid(database);
    });
    const run = await start();
    await expect
      .poll(() => withDatabase(countPaid), { timeout: 60_000, interval: 20 })
      .toBeGreaterThan(before + 50);
    process.kill((await stackStatus(options.dataDirectory))[server]!.pid, 'SIGKILL');
    stack = await startStack(options);
    expect(stack.started[server]).toBe(true);
    expect(await withDatabase(countPaid)).toBeLessThan(size - 3);

    expect(await outcome(run)).toMatchObject({ status: 'completed' });
    expect(await withDatabase(readBooks)).toMatchObject({
      paid: size - 3,
      held: 3,
      open: 0,
      twice: 0,
      transfers: size - 3,
      audit: [],
    });
  },
);

/** A pool of its own, since the server goes away between one use and the next. */
async function withDatabase<T>(work: (database: Knex) => Promise<T>): Promise<T> {
  const database = openDatabase(stack.database.url, { poolMax: 2 });
  try {
    return await work(database);
  } finally {
    await database.destroy();
  }
}

async function withClient<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const { address, namespace } = stack.temporal;
  const client = new Client({ connection: await Connection.connect({ address }), namespace });
  try {
    return await work(client);
  } finally {
    await client.connection.close();
  }
}

function start(): Promise<string> {
  const request = { name: 'payments/batch-payout', input: { min_amount: 10 }, taskQueue: 'default' };
  return withClient(async (client) => (await startRun(client, request)).workflowId);
}

function outcome(workflowId: string): Promise<RunOutcome> {
  return withClient((client) => outcomeOf(client.workflow.getHandle(workflowId)));
}
