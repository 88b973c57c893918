/**
 * A worker dies at every write of a batch, each a batch of its own: the write is done, and nobody was told. Whoever is
 * due is paid once, whoever cannot be paid is held once, and the books are right.
 *
 * That is every place at which a crash can matter: between two writes nothing changes, a transaction that is cut short
 * is rolled back by PostgreSQL, and a commit is among the places.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Knex } from 'knex';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seed } from '../../database/seed/seed.ts';
import { outcomeOf } from '../../src/client/runs.ts';
import { eventually, type Lab, openLab } from '../real/engine-lab.ts';
import { copyProject, type TestProject } from '../real/engine-project.ts';
import { readBooks } from '../real/payouts-project.ts';

const BATCH = 'payments/batch-payout';
const DONE = { paid: 1, held: 1, open: 0, twice: 0, transfers: 1, audit: [] };

/** How many crashes are under way at a time: most of the time they wait for timeouts. */
const LANES = 5;

let project: TestProject;
beforeAll(() => {
  project = copyProject();
  const file = join(project.root, 'definitions', `${BATCH}.yaml`);
  // An activity that dies with its worker is tried again after its timeout: up to 2 minutes unless it says otherwise.
  const impatient = readFileSync(file, 'utf8')
    .replaceAll(
      /^( +)(- )?(activity: .*)$/gm,
      (line, indent: string, dash = '') => `${line}\n${indent}${' '.repeat(dash.length)}timeout: 3s`,
    )
    // One after the other, so that the n-th write is the same in every batch, and none is left out.
    .replace(/concurrency: \d+/, 'concurrency: 1');
  project.define(BATCH, impatient);
});
afterAll(() => project?.destroy());

test('a worker may be killed at any write', { timeout: 900_000 }, async () => {
  const writes = await withBatch(0, async (lab) => {
    await lab.worker(project);
    await pay(lab);
    const { rows } = await lab.database.knex.raw('select last_value::integer as writes from stops.reached');
    return rows[0].writes as number;
  });
  expect(writes).toBeGreaterThan(20);

  const places: string[] = [];
  let next = 1;
  const lane = async (): Promise<void> => {
    while (next <= writes) {
      const write = next++;
      places[write] = await withBatch(write, (lab) => crashAndPay(lab, write));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  // It did hit the records of effects, the provider's side, the payouts, and commits.
  for (const place of [/estuary\.effects/, /sandbox_provider\.transfers/, /payments\.payouts/, /^commit/i]) {
    expect(places).toContainEqual(expect.stringMatching(place));
  }
});

/** A platform where one practitioner is due and can be paid, and another is due and cannot. */
async function withBatch<T>(stopAt: number, work: (lab: Lab) => Promise<T>): Promise<T> {
  const lab = await openLab();
  try {
    const { knex } = lab.database;
    await seed(knex, { size: 2 });
    await knex.raw(`update sandbox_provider.accounts set status = 'closed' where id =
      (select 'acct_sbx_' || max(practitioner_id) from payments.earnings)`);
    await installStops(knex, stopAt);
    return await work(lab);
  } finally {
    await lab.close();
  }
}

/** Returns the statement at which the worker died. */
async function crashAndPay(lab: Lab, write: number): Promise<string> {
  const { knex } = lab.database;
  const worker = await lab.worker(project);
  const gate = await knex.transaction();
  await gate.raw('select pg_advisory_xact_lock(1)');
  const paid = pay(lab).catch((error: unknown) => error);
  let stopped: { readonly pid: number; readonly query: string };
  try {
    await eventually(async () => {
      const { rows } = await knex.raw(`
        select pid, query from pg_locks join pg_stat_activity using (pid)
        where locktype = 'advisory' and not granted and datname = current_database()`);
      expect(rows).toHaveLength(1);
      stopped = rows[0];
    });
    worker.freeze();
  } finally {
    await gate.rollback();
  }
  // The statement is done, and its answer is on the way to one who will not read it.
  await eventually(async () => {
    const { rows } = await knex.raw(
      `select pid from pg_stat_activity where pid = ? and state = 'active'`,
      stopped.pid,
    );
    expect(rows).toEqual([]);
  });
  await worker.kill();
  await lab.worker(project);
  const error = await paid;
  if (error !== undefined) throw new Error(`killed at write ${write}, ${stopped!.query}`, { cause: error });
  return stopped!.query;
}

async function pay(lab: Lab): Promise<void> {
  const outcome = outcomeOf(await lab.start(BATCH, { min_amount: 10 }));
  expect(await outcome).toMatchObject({ status: 'completed', output: { counts: { paid: 1, held: 1 } } });
  expect(await readBooks(lab.database.knex)).toEqual(DONE);
}

/** Makes the n-th write of the database wait for whoever holds the advisory lock 1; 0: none. */
async function installStops(knex: Knex, n: number): Promise<void> {
  await knex.raw(`
    create schema stops;
    create sequence stops.reached;
    create function stops.reach() returns trigger language plpgsql as $$
      begin
        if nextval('stops.reached') = ${n} then perform pg_advisory_xact_lock_shared(1); end if;
        return null;
      end $$`);
  const { rows: tables } = await knex.raw(`
    select format('%I.%I', schemaname, tablename) as name from pg_tables
    where schemaname in ('payments', 'sandbox_provider') or (schemaname, tablename) = ('estuary', 'effects')`);
  for (const { name } of tables) {
    await knex.raw(`create trigger stop before insert or update or delete on ${name}
      for each statement execute function stops.reach()`);
  }
  // A row of these is in every transaction; the trigger fires as it commits.
  for (const name of ['estuary.effects', 'sandbox_provider.requests']) {
    await knex.raw(`create constraint trigger stop_at_commit after insert or update on ${name}
      deferrable initially deferred for each row execute function stops.reach()`);
  }
}
