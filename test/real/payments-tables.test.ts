import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { migrations } from '../../database/migrations/index.ts';
import { seed } from '../../database/seed/seed.ts';
import { createMigrator, engineMigrations } from '../../src/effects/migrations.ts';
import { createFreshDatabase, type FreshDatabase } from './fresh-database.ts';
import { runBatch } from './payments-run-batch.ts';

let database: FreshDatabase;
beforeAll(async () => {
  database = await createFreshDatabase(inject('stack').databaseUrl);
});
afterAll(() => database.drop());

describe('migrations', () => {
  const names = [...engineMigrations, ...migrations].map(({ name }) => name);

  test('go up, down and up again, and say where they stand', async () => {
    const empty = await createFreshDatabase(inject('stack').databaseUrl, { migrated: false });
    try {
      const migrator = createMigrator(empty.knex, migrations);
      expect(await migrator.status()).toEqual({ applied: [], pending: names });
      expect(await migrator.migrate()).toEqual(names);
      const first = await describeColumns(empty);
      expect(first.length).toBeGreaterThan(50);
      expect(await migrator.migrate()).toEqual([]);
      expect(await migrator.status()).toEqual({ applied: names, pending: [] });
      expect([...(await migrator.rollback())].sort()).toEqual([...names].sort());
      expect(await describeColumns(empty)).toEqual([]);
      expect(await migrator.rollback()).toEqual([]);
      await migrator.migrate();
      expect(await describeColumns(empty)).toEqual(first);
    } finally {
      await empty.drop();
    }
  });

  async function describeColumns({ knex }: FreshDatabase): Promise<unknown[]> {
    const { rows } = await knex.raw(
      `select table_schema, table_name, column_name, data_type, is_nullable, column_default
       from information_schema.columns
       where table_schema in ('payments', 'sandbox_provider', 'estuary') and table_name not like 'migrations%'
       order by 1, 2, ordinal_position`,
    );
    return rows;
  }
});

describe('the seed', () => {
  test('adds nothing the second time, and a larger one the difference', async () => {
    const first = await seed(database.knex, { size: 20 });
    const before = await rowsOf();
    expect(await seed(database.knex, { size: 20 })).toEqual({ practitioners: 0, earnings: 0 });
    expect(await rowsOf()).toEqual(before);
    expect((await seed(database.knex, { size: 25 })).practitioners).toBe(5);
    expect(first.practitioners).toBe(28);
  });

  test('gives the same rows in another database', async () => {
    const other = await createFreshDatabase(inject('stack').databaseUrl);
    try {
      await seed(other.knex, { size: 25 });
      expect(await rowsOf(other)).toEqual(await rowsOf());
    } finally {
      await other.drop();
    }
  });

  test('has names that are shared and names that are not ASCII', async () => {
    const other = await createFreshDatabase(inject('stack').databaseUrl);
    try {
      await seed(other.knex);
      const { rows } = await other.knex.raw(
        `select count(*) - count(distinct name) as shared, count(*) filter (where name ~ '[^ -~]') as foreign_letters
         from payments.practitioners`,
      );
      expect(Number(rows[0].shared)).toBeGreaterThan(0);
      expect(Number(rows[0].foreign_letters)).toBeGreaterThan(0);
    } finally {
      await other.drop();
    }
  });

  async function rowsOf({ knex } = database): Promise<unknown> {
    return [
      await knex('payments.practitioners').select('id', 'name').orderBy('id'),
      await knex('payments.earnings')
        .select('practitioner_id', 'currency', 'amount', 'earned_at')
        .orderBy('id'),
      await knex('sandbox_provider.accounts').select('id', 'status').orderBy('id'),
      await knex('sandbox_provider.balances').orderBy('currency'),
    ];
  }
});

describe('the tables refuse', () => {
  beforeAll(async () => {
    await runBatch(database.knex, 'batch', { min_amount: 10 });
    // One that is still reserved, beside the paid and the held.
    await database.knex.raw(`
      with batch as (insert into payments.payout_batches (min_amount) values (1) returning id)
      insert into payments.payouts (batch_id, practitioner_id, currency, amount) select id, 1, 'EUR', 500 from batch`);
  });

  const payout = (status: string) => `(select id from payments.payouts where status = '${status}' limit 1)`;

  test.each([
    ['an unknown currency', `insert into payments.currencies values ('eur', 2)`, /currencies_code_check/],
    [
      'an earning of nothing',
      `insert into payments.earnings (practitioner_id, currency, amount, kind, earned_at) values (1, 'EUR', 0, 'session', now())`,
      /earnings_amount_check/,
    ],
    [
      'an earning in a currency that is not kept',
      `insert into payments.earnings (practitioner_id, currency, amount, kind, earned_at) values (1, 'XXX', 1, 'session', now())`,
      /earnings_currency_fkey/,
    ],
    [
      'an earning that changes',
      `update payments.earnings set amount = amount + 1 where id = 1`,
      /earning 1 cannot be changed/,
    ],
    [
      'an earning of one practitioner in another’s payout',
      `update payments.earnings set payout_id = ${payout('reserved')} where payout_id is null and practitioner_id = 2`,
      /earnings_payout_id_practitioner_id_currency_fkey/,
    ],
    [
      'an earning that leaves a paid payout',
      `update payments.earnings set payout_id = null where payout_id = ${payout('paid')}`,
      /which has not been released/,
    ],
    [
      'an earning that moves from a held payout to another',
      `update payments.earnings set payout_id = ${payout('paid')} where payout_id = ${payout('held')}`,
      /which has not been released/,
    ],
    [
      'a payout of nothing',
      `insert into payments.payouts (batch_id, practitioner_id, currency, amount)
       select batch_id, 2, 'EUR', 0 from payments.payouts limit 1`,
      /payouts_amount_check/,
    ],
    [
      'a payout that begins as paid',
      `insert into payments.payouts (batch_id, practitioner_id, currency, amount, status, transfer_id, method, paid_at)
       select batch_id, 2, 'EUR', 1, 'paid', 'x', 'stripe', now() from payments.payouts limit 1`,
      /must begin as reserved, not as paid/,
    ],
    [
      'a second payout of one practitioner and currency in a batch',
      `insert into payments.payouts (batch_id, practitioner_id, currency, amount)
       select batch_id, practitioner_id, currency, amount from payments.payouts limit 1`,
      /payouts_batch_id_practitioner_id_currency_key/,
    ],
    [
      'a payout whose amount changes',
      `update payments.payouts set amount = 1 where id = ${payout('reserved')}`,
      /cannot be changed/,
    ],
    [
      'a paid payout that is held',
      `update payments.payouts set status = 'held' where id = ${payout('paid')}`,
      /cannot go from paid to held/,
    ],
    [
      'a held payout that is paid',
      `update payments.payouts set status = 'paid' where id = ${payout('held')}`,
      /cannot go from held to paid/,
    ],
    [
      'a reserved payout that is released',
      `update payments.payouts set status = 'released' where id = ${payout('reserved')}`,
      /cannot go from reserved to released/,
    ],
    [
      'a held payout that is reversed',
      `update payments.payouts set status = 'reversed' where id = ${payout('held')}`,
      /cannot go from held to reversed/,
    ],
    [
      'a payout that is reversed by no reversal',
      `update payments.payouts set status = 'reversed', reversed_at = now() where id = ${payout('paid')}`,
      /payouts_reversal/,
    ],
    [
      'a paid payout whose transfer changes',
      `update payments.payouts set transfer_id = 'other' where id = ${payout('paid')}`,
      /is already paid/,
    ],
    [
      'a payout that is paid by no transfer',
      `update payments.payouts set status = 'paid', method = 'stripe', paid_at = now() where id = ${payout('reserved')}`,
      /payouts_transfer/,
    ],
    [
      'a payout that is held for no reason',
      `update payments.payouts set status = 'held', held_at = now() where id = ${payout('reserved')}`,
      /payouts_check/,
    ],
    [
      'one transfer for two payouts',
      `update payments.payouts set status = 'paid', method = 'stripe', paid_at = now(),
         transfer_id = (select transfer_id from payments.payouts where status = 'paid' limit 1)
       where id = ${payout('reserved')}`,
      /payouts_transfer_id_key/,
    ],
    [
      'a ledger entry that changes',
      `update payments.ledger_entries set amount = amount + 1`,
      /ledger_entries is append-only/,
    ],
    [
      'a ledger entry that goes',
      `delete from payments.ledger_entries where id = 1`,
      /ledger_entries is append-only/,
    ],
    ['a ledger that is emptied', `truncate payments.ledger_transactions cascade`, /is append-only/],
    [
      'a ledger transaction with no entries',
      `insert into payments.ledger_transactions (payout_id) values (${payout('reserved')})`,
      /has no entries/,
    ],
    [
      'a ledger transaction that is off balance',
      `insert into payments.ledger_entries (transaction_id, account_id, currency, amount)
       select transaction_id, account_id, currency, 1 from payments.ledger_entries limit 1`,
      /is off balance by 1 minor units of/,
    ],
    [
      'a ledger transaction that balances only across currencies',
      `insert into payments.ledger_entries (transaction_id, account_id, currency, amount)
       select (select max(id) from payments.ledger_transactions), id, currency, case currency when 'EUR' then 5 else -5 end
       from payments.ledger_accounts where kind = 'earnings_clearing' and currency in ('EUR', 'USD')`,
      /is off balance by -?5 minor units of/,
    ],
    [
      'an entry in another currency than its account’s',
      `insert into payments.ledger_entries (transaction_id, account_id, currency, amount)
       select transaction_id, account_id, 'CHF', 1 from payments.ledger_entries where currency = 'EUR' limit 1`,
      /ledger_entries_account_id_currency_fkey/,
    ],
    [
      'a second posting of one payout',
      `insert into payments.ledger_transactions (payout_id) values (${payout('paid')})`,
      /ledger_transactions_payout_id_key/,
    ],
  ])('%s', async (_, sql, message) => {
    await expect(database.knex.transaction((transaction) => transaction.raw(sql))).rejects.toThrow(message);
  });
});
