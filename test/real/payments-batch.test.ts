import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import holdPayout from '../../activities/payments/hold-payout.ts';
import openPayoutBatch from '../../activities/payments/open-payout-batch.ts';
import transferPayout from '../../activities/payments/transfer-payout.ts';
import { auditPayments } from '../../database/payments/audit.ts';
import { recordEarnings } from '../../database/payments/earnings.ts';
import { changePayoutAccount, releaseHeldPayouts } from '../../database/payments/release.ts';
import { seed, seedMoreEarnings } from '../../database/seed/seed.ts';
import { createFreshDatabase, type FreshDatabase } from './fresh-database.ts';
import { runActivity } from './payments-run-activity.ts';
import { runBatch } from './payments-run-batch.ts';

let database: FreshDatabase;
beforeEach(async () => {
  database = await createFreshDatabase(inject('stack').databaseUrl);
});
afterEach(() => database.drop());

const earnedAt = '2026-03-01T09:00:00Z';

/** A practitioner with open accounts and these earnings, a provider with plenty. Returns the practitioner's id. */
async function addPractitioner(
  amounts: readonly (readonly [currency: string, amount: number])[],
): Promise<number> {
  const { rows } = await database.knex.raw(
    `insert into payments.practitioners (name) values ('Zoë Brontë') returning id`,
  );
  const id: number = rows[0].id;
  await database.knex.raw(
    `insert into sandbox_provider.balances values ('EUR', 1000000000), ('USD', 1000000000), ('JPY', 1000000000)
     on conflict do nothing`,
  );
  await database.knex.raw('insert into sandbox_provider.accounts (id) values (?)', [`acct_${id}`]);
  await changePayoutAccount(database.knex, {
    practitionerId: id,
    method: 'stripe',
    providerAccount: `acct_${id}`,
  });
  await earn(id, amounts);
  return id;
}

async function earn(
  id: number,
  amounts: readonly (readonly [currency: string, amount: number])[],
): Promise<void> {
  await recordEarnings(
    database.knex,
    amounts.map(([currency, amount]) => ({
      practitioner_id: id,
      currency,
      amount,
      kind: amount < 0 ? 'refund' : 'session',
      earned_at: earnedAt,
    })),
  );
}

async function openOne(work: string): Promise<string> {
  const opened = await runActivity(
    database.knex,
    openPayoutBatch,
    { min_amount: 10 },
    { effect: 'write', work },
  );
  expect(opened.payouts).toHaveLength(1);
  return opened.payouts[0]!.id;
}

const transfer = (payout_id: string, work = 'transfer') =>
  runActivity(database.knex, transferPayout, { payout_id, method: 'stripe' }, { effect: 'external', work });

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
    await addPractitioner(amounts);
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
    await addPractitioner([['EUR', 5_000]]);
    const asked = await addPractitioner([['EUR', 6_000]]);
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
    await addPractitioner([['EUR', 5_000]]);
    const open = () =>
      runActivity(database.knex, openPayoutBatch, { min_amount: 10 }, { effect: 'write', work: 'open' });
    expect(await open()).toEqual(await open());
    expect(await database.knex('payments.payout_batches')).toHaveLength(1);
  });
});

describe('a transfer', () => {
  test('that runs twice moves money once', async () => {
    await addPractitioner([['EUR', 5_000]]);
    const payout = await openOne('open');
    const first = await transfer(payout);
    expect(await transfer(payout)).toEqual(first);
    expect(await transfer(payout, 'under another key')).toEqual(first);
    expect(await database.knex('sandbox_provider.transfers')).toHaveLength(1);
    expect(await auditPayments(database.knex)).toEqual([]);
  });

  test('whose attempts run at the same time moves money once', async () => {
    await addPractitioner([['EUR', 5_000]]);
    const payout = await openOne('open');
    const outputs = await Promise.all([transfer(payout), transfer(payout), transfer(payout)]);
    expect(new Set(outputs.map(({ transfer_id }) => transfer_id)).size).toBe(1);
    expect(await auditPayments(database.knex)).toEqual([]);
  });

  /** What may break between the provider's answer and our own record of it. */
  test.each([
    ['payments.payouts', 'update'],
    ['payments.ledger_entries', 'insert'],
    ['estuary.effects', 'update'],
  ])('that was made when writing %s failed is found again, not made again', async (table, operation) => {
    await addPractitioner([['EUR', 5_000]]);
    const payout = await openOne('open');
    await database.knex.raw(`
      create function public.break_down() returns trigger language plpgsql as $$ begin raise exception 'broken down'; end $$;
      create trigger broken before ${operation} on ${table} for each row execute function public.break_down()`);
    await expect(transfer(payout)).rejects.toThrow('broken down');
    expect(await database.knex('sandbox_provider.transfers')).toHaveLength(1);
    // Keys expire at real providers; the transfer must be found by what it was for.
    await database.knex.raw('truncate sandbox_provider.requests');
    await database.knex.raw(`drop trigger broken on ${table}`);
    const { transfer_id } = await transfer(payout);
    expect(await database.knex('sandbox_provider.transfers')).toMatchObject([{ id: transfer_id }]);
    expect(await auditPayments(database.knex).then((findings) => findings.map(({ check }) => check))).toEqual(
      [],
    );
  });

  test('that was made for another step of a changed definition is not made again', async () => {
    await addPractitioner([['EUR', 5_000]]);
    const payout = await openOne('open');
    await database.knex.raw(`
      create function public.break_down() returns trigger language plpgsql as $$ begin raise exception 'broken down'; end $$;
      create trigger broken before update on payments.payouts for each row execute function public.break_down()`);
    await expect(transfer(payout, 'transfer')).rejects.toThrow('broken down');
    await database.knex.raw('drop trigger broken on payments.payouts');
    await transfer(payout, 'renamed step');
    expect(await database.knex('sandbox_provider.transfers')).toHaveLength(1);
    expect(await auditPayments(database.knex)).toEqual([]);
  });

  test.each([
    ['a closed account', `update sandbox_provider.accounts set status = 'closed'`, { type: 'AccountClosed' }],
    [
      'an account that the provider does not know',
      'delete from sandbox_provider.accounts',
      { type: 'AccountClosed' },
    ],
    ['no account for the method', 'delete from payments.payout_accounts', { type: 'AccountClosed' }],
    [
      'too little money',
      'update sandbox_provider.balances set available = 4999',
      { type: 'InsufficientFunds', details: { available: { amount: 4_999, currency: 'EUR' } } },
    ],
    [
      'no balance in the currency',
      'delete from sandbox_provider.balances',
      { type: 'InsufficientFunds', details: { available: { amount: 0, currency: 'EUR' } } },
    ],
  ])('to or from %s is refused and leaves nothing behind', async (_, statement, error) => {
    await addPractitioner([['EUR', 5_000]]);
    const payout = await openOne('open');
    await database.knex.raw(statement);
    await expect(transfer(payout)).rejects.toMatchObject(error);
    expect(await database.knex('sandbox_provider.transfers')).toEqual([]);
    expect(await database.knex('estuary.effects').where({ activity: 'transferPayout' })).toEqual([]);
    expect(await auditPayments(database.knex)).toEqual([]);
  });

  test('of other money under the payout’s name is an error, and nothing is marked paid', async () => {
    const id = await addPractitioner([['EUR', 5_000]]);
    const payout = await openOne('open');
    await database.knex.raw(
      `insert into estuary.effects (key, fingerprint, activity, state, workflow_id, step)
       select encode(sha256('transfer'), 'hex'), encode(sha256(:input), 'hex'), 'transferPayout', 'started', 'test', 'transfer'`,
      { input: JSON.stringify({ payout_id: payout, method: 'stripe' }) },
    );
    await database.knex.raw(
      `insert into sandbox_provider.transfers (account_id, currency, amount, metadata)
       values (:account, 'EUR', 1, :metadata)`,
      { account: `acct_${id}`, metadata: JSON.stringify({ payout_id: payout }) },
    );
    await expect(transfer(payout)).rejects.toThrow(/moved 1 EUR, not 5000 EUR/);
    expect(await database.knex('payments.payouts').select('status')).toEqual([{ status: 'reserved' }]);
  });
});

describe('a held payout', () => {
  const hold = (payout_id: string, reason = 'AccountClosed') =>
    runActivity(
      database.knex,
      holdPayout,
      { payout_id, reason },
      { effect: 'write', work: `hold ${payout_id} ${reason}` },
    );

  test('keeps its earnings, so that the next batch pays only what was earned since', async () => {
    const id = await addPractitioner([['EUR', 5_000]]);
    expect(await hold(await openOne('open'))).toEqual({ amount: { amount: 5_000, currency: 'EUR' } });
    expect((await runBatch(database.knex, 'second', { min_amount: 10 })).counts).toEqual({
      paid: 0,
      held: 0,
    });
    await earn(id, [['EUR', 1_500]]);
    const third = await runBatch(database.knex, 'third', { min_amount: 10 });
    expect(third.paid).toMatchObject([{ amount: { amount: 1_500, currency: 'EUR' } }]);
    expect(await auditPayments(database.knex)).toEqual([]);
  });

  test('is paid by a later batch once somebody released it', async () => {
    const id = await addPractitioner([['EUR', 5_000]]);
    const held = await openOne('open');
    await hold(held, 'InsufficientFunds');
    expect(await releaseHeldPayouts(database.knex, { practitionerId: id + 1 })).toEqual([]);
    expect(await releaseHeldPayouts(database.knex, { reason: 'AccountClosed' })).toEqual([]);
    expect(await releaseHeldPayouts(database.knex, { practitionerId: id })).toEqual([held]);
    expect((await runBatch(database.knex, 'second', { min_amount: 10 })).counts).toEqual({
      paid: 1,
      held: 0,
    });
    expect(await auditPayments(database.knex)).toEqual([]);
  });

  test('is released when the practitioner names another account, if the old one was closed', async () => {
    const id = await addPractitioner([['EUR', 5_000]]);
    const closed = await openOne('open');
    await hold(closed);
    await earn(id, [['EUR', 2_000]]);
    await hold(await openOne('open again'), 'InsufficientFunds');
    await database.knex.raw(`insert into sandbox_provider.accounts (id) values ('acct_new')`);
    const account = { practitionerId: id, method: 'stripe', providerAccount: 'acct_new' } as const;
    expect(await changePayoutAccount(database.knex, account)).toEqual([closed]);
    expect((await runBatch(database.knex, 'next', { min_amount: 10 })).paid).toMatchObject([
      { amount: { amount: 5_000 } },
    ]);
  });

  test('is held once, keeps its first reason, and cannot be paid', async () => {
    await addPractitioner([['EUR', 5_000]]);
    const payout = await openOne('open');
    await hold(payout);
    await hold(payout, 'InsufficientFunds');
    expect(await database.knex('payments.payouts').select('hold_reason')).toEqual([
      { hold_reason: 'AccountClosed' },
    ]);
    // A run that was reset asks again: it is refused as it was, so that it goes the same way.
    await expect(transfer(payout)).rejects.toMatchObject({ type: 'AccountClosed' });
  });

  test('for lack of funds is refused so again, and for any other reason is not to be paid', async () => {
    await addPractitioner([['EUR', 5_000]]);
    const payout = await openOne('open');
    await hold(payout, 'InsufficientFunds');
    await expect(transfer(payout)).rejects.toMatchObject({ type: 'InsufficientFunds' });
    await addPractitioner([['EUR', 6_000]]);
    const other = await openOne('open again');
    await hold(other, 'UnderReview');
    await expect(transfer(other)).rejects.toThrow(`payout '${other}' is held and cannot be paid`);
  });

  test('was not paid: what is paid cannot be held', async () => {
    await addPractitioner([['EUR', 5_000]]);
    const payout = await openOne('open');
    await transfer(payout);
    await expect(hold(payout)).rejects.toThrow(`payout '${payout}' is paid and cannot be held`);
  });
});
