/** Batches: who is due, and what a whole one pays. */
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import openPayoutBatch from '../../activities/payments/open-payout-batch.ts';
import { auditPayments } from '../../database/payments/audit.ts';
import { seed, seedMoreEarnings } from '../../database/seed/seed.ts';
import { createFreshDatabase, type FreshDatabase } from './fresh-database.ts';
import { runActivity } from './payments-run-activity.ts';
import { runBatch } from './payments-run-batch.ts';
import { addPractitioner } from './payments-sandbox-payout.ts';

let database: FreshDatabase;
beforeEach(async () => {
  database = await createFreshDatabase(inject('stack').databaseUrl);
});
afterEach(() => database.drop());

describe('the seeded platform', () => {
  test('pays 142, holds 3 and leaves books that an audit passes', async () => {
    await seed(database.knex);
    const output = await runBatch(database.knex, 'first', { min_amount: 10 });
    expect(output.counts).toEqual({ paid: 142, held: 3 });
    expect(output.provider).toBe('sandbox');
    expect(output.held).toEqual([
      expect.objectContaining({
        practitioner_id: 164,
        reason: 'InsufficientFunds',
        amount: { amount: 48_000, currency: 'CHF' },
      }),
      expect.objectContaining({ reason: 'AccountClosed' }),
      expect.objectContaining({ reason: 'AccountClosed' }),
    ]);
    expect(output.paid).toHaveLength(100);
    for (const { transfer_id } of output.paid) expect(transfer_id).toMatch(/^sbx_tr_[0-9a-f]{32}$/);
    expect(output.totals.map(({ currency }) => currency)).toEqual(['CHF', 'EUR', 'GBP', 'JPY', 'USD']);
    for (const { currency, paid } of output.totals) {
      const { rows } = await database.knex.raw(
        'select coalesce(sum(amount), 0)::integer as moved from sandbox_provider.transfers where currency = ?',
        [currency],
      );
      expect(paid).toEqual({ amount: rows[0].moved, currency });
    }
    expect(await auditPayments(database.knex)).toEqual([]);
  });

  test('has nothing left to pay the second time, until somebody earns', async () => {
    await seed(database.knex, { size: 30 });
    expect((await runBatch(database.knex, 'first', { min_amount: 10 })).counts).toEqual({
      paid: 29,
      held: 1,
    });
    expect(await runBatch(database.knex, 'second', { min_amount: 10 })).toMatchObject({
      counts: { paid: 0, held: 0 },
      totals: [],
      paid: [],
      held: [],
    });
    expect(await seedMoreEarnings(database.knex, 5)).toBe(5);
    expect((await runBatch(database.knex, 'third', { min_amount: 10 })).counts.paid).toBeGreaterThan(0);
    expect(await auditPayments(database.knex)).toEqual([]);
  });

  test('pays 1,000 once each when two batches start at once', async () => {
    await seed(database.knex, { size: 1_000 });
    const batches = await Promise.all(
      ['one', 'two'].map((run) => runBatch(database.knex, run, { min_amount: 10 })),
    );
    const sum = (pick: 'paid' | 'held') => batches.reduce((total, { counts }) => total + counts[pick], 0);
    expect([sum('paid'), sum('held')]).toEqual([997, 3]);
    const { rows } = await database.knex.raw(
      'select count(*)::integer as made from sandbox_provider.transfers',
    );
    expect(rows[0].made).toBe(997);
    expect(await auditPayments(database.knex)).toEqual([]);
  });
});

describe('who is due', () => {
  test.each<[string, [string, number][], number, string[]]>([
    ['at the minimum', [['EUR', 1_000]], 10, ['EUR 1000']],
    ['a cent below it', [['EUR', 999]], 10, []],
    ['at a minimum with cents', [['EUR', 1_050]], 10.5, ['EUR 1050']],
    ['a cent below a minimum with cents', [['EUR', 1_049]], 10.5, []],
    ['at a minimum that no cent meets exactly', [['EUR', 1_001]], 10.005, ['EUR 1001']],
    ['below a minimum that no cent meets exactly', [['EUR', 1_000]], 10.005, []],
    ['at a minimum that is no exact double', [['EUR', 30]], 0.3, ['EUR 30']],
    ['in a currency without minor units', [['JPY', 10]], 10, ['JPY 10']],
    ['a yen below', [['JPY', 9]], 10, []],
    [
      'in two currencies',
      [
        ['EUR', 2_000],
        ['USD', 3_000],
      ],
      10,
      ['EUR 2000', 'USD 3000'],
    ],
    [
      'in one currency of two',
      [
        ['EUR', 2_000],
        ['USD', 300],
      ],
      10,
      ['EUR 2000'],
    ],
    [
      'in no currency, though in sum',
      [
        ['EUR', 600],
        ['USD', 600],
      ],
      10,
      [],
    ],
    [
      'net of what was taken back',
      [
        ['EUR', 3_000],
        ['EUR', -500],
      ],
      10,
      ['EUR 2500'],
    ],
    [
      'at zero, whatever the minimum',
      [
        ['EUR', 500],
        ['EUR', -500],
      ],
      1e-9,
      [],
    ],
    ['below zero', [['EUR', -500]], 1e-9, []],
    ['with nothing', [], 10, []],
  ])('%s', async (_, amounts, min_amount, due) => {
    await addPractitioner(database.knex, amounts);
    const opened = await runActivity(
      database.knex,
      openPayoutBatch,
      { min_amount },
      { effect: 'write', work: 'open' },
    );
    const payouts = await database.knex('payments.payouts').select('currency', 'amount').orderBy('currency');
    expect(payouts.map(({ currency, amount }) => `${currency} ${amount}`)).toEqual(due);
    expect(opened.payouts).toHaveLength(due.length);
  });

  test('is one practitioner when one is asked for', async () => {
    await addPractitioner(database.knex, [['EUR', 5_000]]);
    const asked = await addPractitioner(database.knex, [['EUR', 6_000]]);
    const output = await runBatch(database.knex, 'run', { min_amount: 10, practitioner_id: asked });
    expect(output.paid).toMatchObject([
      { practitioner_id: asked, amount: { amount: 6_000, currency: 'EUR' } },
    ]);
  });

  test.each([999, -1, 9_007_199_254_740_991])(
    'is an error when there is no practitioner %d',
    async (practitioner_id) => {
      const opening = runActivity(
        database.knex,
        openPayoutBatch,
        { min_amount: 10, practitioner_id },
        { effect: 'write', work: 'open' },
      );
      await expect(opening).rejects.toMatchObject({ type: 'PractitionerNotFound' });
    },
  );

  test('opens nothing twice when the activity runs twice', async () => {
    await addPractitioner(database.knex, [['EUR', 5_000]]);
    const open = () =>
      runActivity(database.knex, openPayoutBatch, { min_amount: 10 }, { effect: 'write', work: 'open' });
    expect(await open()).toEqual(await open());
    expect(await database.knex('payments.payout_batches')).toHaveLength(1);
  });
});
