/** One payout: transferred once, brought back once, or held. */
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';
import closePayoutBatch from '../../activities/payments/close-payout-batch.ts';
import holdPayout from '../../activities/payments/hold-payout.ts';
import reverseTransfer from '../../activities/payments/reverse-transfer.ts';
import { auditPayments } from '../../database/payments/audit.ts';
import { changePayoutAccount, releaseHeldPayouts } from '../../database/payments/release.ts';
import { createFreshDatabase, type FreshDatabase } from './fresh-database.ts';
import { runActivity } from './payments-run-activity.ts';
import { runBatch } from './payments-run-batch.ts';
import { addPractitioner, earn, openOne, transfer } from './payments-sandbox-payout.ts';

let database: FreshDatabase;
beforeEach(async () => {
  database = await createFreshDatabase(inject('stack').databaseUrl);
});
afterEach(() => database.drop());

describe('a transfer', () => {
  test('that runs twice moves money once', async () => {
    await addPractitioner(database.knex, [['EUR', 5_000]]);
    const payout = await openOne(database.knex, 'open');
    const first = await transfer(database.knex, payout);
    expect(await transfer(database.knex, payout)).toEqual(first);
    expect(await transfer(database.knex, payout, 'under another key')).toEqual(first);
    expect(await database.knex('sandbox_provider.transfers')).toHaveLength(1);
    expect(await auditPayments(database.knex)).toEqual([]);
  });

  test('whose attempts run at the same time moves money once', async () => {
    await addPractitioner(database.knex, [['EUR', 5_000]]);
    const payout = await openOne(database.knex, 'open');
    const outputs = await Promise.all([
      transfer(database.knex, payout),
      transfer(database.knex, payout),
      transfer(database.knex, payout),
    ]);
    expect(new Set(outputs.map(({ transfer_id }) => transfer_id)).size).toBe(1);
    expect(await auditPayments(database.knex)).toEqual([]);
  });

  /** What may break between the provider's answer and our own record of it. */
  test.each([
    ['payments.payouts', 'update'],
    ['payments.ledger_entries', 'insert'],
    ['estuary.effects', 'update'],
  ])('that was made when writing %s failed is found again, not made again', async (table, operation) => {
    await addPractitioner(database.knex, [['EUR', 5_000]]);
    const payout = await openOne(database.knex, 'open');
    await database.knex.raw(`
      create function public.break_down() returns trigger language plpgsql as $$ begin raise exception 'broken down'; end $$;
      create trigger broken before ${operation} on ${table} for each row execute function public.break_down()`);
    await expect(transfer(database.knex, payout)).rejects.toThrow('broken down');
    expect(await database.knex('sandbox_provider.transfers')).toHaveLength(1);
    // Keys expire at real providers; the transfer must be found by what it was for.
    await database.knex.raw('truncate sandbox_provider.requests');
    await database.knex.raw(`drop trigger broken on ${table}`);
    const { transfer_id } = await transfer(database.knex, payout);
    expect(await database.knex('sandbox_provider.transfers')).toMatchObject([{ id: transfer_id }]);
    expect(await auditPayments(database.knex).then((findings) => findings.map(({ check }) => check))).toEqual(
      [],
    );
  });

  test('that was made for another step of a changed definition is not made again', async () => {
    await addPractitioner(database.knex, [['EUR', 5_000]]);
    const payout = await openOne(database.knex, 'open');
    await database.knex.raw(`
      create function public.break_down() returns trigger language plpgsql as $$ begin raise exception 'broken down'; end $$;
      create trigger broken before update on payments.payouts for each row execute function public.break_down()`);
    await expect(transfer(database.knex, payout, 'transfer')).rejects.toThrow('broken down');
    await database.knex.raw('drop trigger broken on payments.payouts');
    await transfer(database.knex, payout, 'renamed step');
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
    await addPractitioner(database.knex, [['EUR', 5_000]]);
    const payout = await openOne(database.knex, 'open');
    await database.knex.raw(statement);
    await expect(transfer(database.knex, payout)).rejects.toMatchObject(error);
    expect(await database.knex('sandbox_provider.transfers')).toEqual([]);
    expect(await database.knex('estuary.effects').where({ activity: 'transferPayout' })).toEqual([]);
    expect(await auditPayments(database.knex)).toEqual([]);
  });

  test('of other money under the payout’s name is an error, and nothing is marked paid', async () => {
    const id = await addPractitioner(database.knex, [['EUR', 5_000]]);
    const payout = await openOne(database.knex, 'open');
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
    await expect(transfer(database.knex, payout)).rejects.toThrow(/moved 1 EUR, not 5000 EUR/);
    expect(await database.knex('payments.payouts').select('status')).toEqual([{ status: 'reserved' }]);
  });
});

describe('a reversal', () => {
  const reverse = (payout_id: string, work = 'reverse') =>
    runActivity(
      database.knex,
      reverseTransfer,
      { payout_id, method: 'stripe' },
      { effect: 'external', work },
    );

  test('brings the money back once, on the books of both, and the next batch pays it', async () => {
    await addPractitioner(database.knex, [['EUR', 5_000]]);
    const payout = await openOne(database.knex, 'open');
    await transfer(database.knex, payout);
    const reversed = await reverse(payout);
    expect(reversed).toEqual({ reversal_id: expect.stringMatching(/^sbx_trr_[0-9a-f]{32}$/) });
    expect(await reverse(payout, 'another step')).toEqual(reversed);
    expect(await database.knex('sandbox_provider.balances').where({ currency: 'EUR' })).toMatchObject([
      { available: '1000000000' },
    ]);
    expect(await auditPayments(database.knex)).toEqual([]);
    const next = await runBatch(database.knex, 'next', { min_amount: 10 });
    expect(next.paid).toMatchObject([{ amount: { amount: 5_000, currency: 'EUR' } }]);
    expect(await auditPayments(database.knex)).toEqual([]);
  });

  test('of a transfer that nobody recorded records both', async () => {
    await addPractitioner(database.knex, [['EUR', 5_000]]);
    const payout = await openOne(database.knex, 'open');
    await database.knex.raw(`
      create function public.break_down() returns trigger language plpgsql as $$ begin raise exception 'broken down'; end $$;
      create trigger broken before update on payments.payouts for each row execute function public.break_down()`);
    await expect(transfer(database.knex, payout)).rejects.toThrow('broken down');
    await database.knex.raw('drop trigger broken on payments.payouts');
    await reverse(payout);
    const posted = await database.knex('payments.ledger_transactions').whereNull('earning_id').orderBy('id');
    expect(posted).toMatchObject([{ payout_id: payout }, { reversed_payout_id: payout }]);
    expect(await auditPayments(database.knex)).toEqual([]);
  });

  test('from a closed account is refused, and the payout stays paid', async () => {
    await addPractitioner(database.knex, [['EUR', 5_000]]);
    const payout = await openOne(database.knex, 'open');
    await transfer(database.knex, payout);
    await database.knex.raw(`update sandbox_provider.accounts set status = 'closed'`);
    await expect(reverse(payout)).rejects.toMatchObject({ type: 'AccountClosed' });
    expect(await database.knex('payments.payouts').select('status')).toEqual([{ status: 'paid' }]);
    expect(await auditPayments(database.knex)).toEqual([]);
  });

  test('leaves a batch without the payout among what it paid', async () => {
    await addPractitioner(database.knex, [['EUR', 5_000]]);
    await addPractitioner(database.knex, [['EUR', 7_000]]);
    const { batch_id } = await runBatch(database.knex, 'batch', { min_amount: 10 });
    const payouts = await database.knex('payments.payouts').where({ amount: 5_000 });
    await reverse(payouts[0].id);
    expect(
      await runActivity(database.knex, closePayoutBatch, { batch_id }, { effect: 'write', work: 'again' }),
    ).toMatchObject({
      counts: { paid: 1, held: 0 },
      totals: [{ currency: 'EUR', paid: { amount: 7_000 }, held: { amount: 0 } }],
      paid: [{ amount: { amount: 7_000 } }],
    });
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
    const id = await addPractitioner(database.knex, [['EUR', 5_000]]);
    expect(await hold(await openOne(database.knex, 'open'))).toEqual({
      amount: { amount: 5_000, currency: 'EUR' },
    });
    expect((await runBatch(database.knex, 'second', { min_amount: 10 })).counts).toEqual({
      paid: 0,
      held: 0,
    });
    await earn(database.knex, id, [['EUR', 1_500]]);
    const third = await runBatch(database.knex, 'third', { min_amount: 10 });
    expect(third.paid).toMatchObject([{ amount: { amount: 1_500, currency: 'EUR' } }]);
    expect(await auditPayments(database.knex)).toEqual([]);
  });

  test('is paid by a later batch once somebody released it', async () => {
    const id = await addPractitioner(database.knex, [['EUR', 5_000]]);
    const held = await openOne(database.knex, 'open');
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
    const id = await addPractitioner(database.knex, [['EUR', 5_000]]);
    const closed = await openOne(database.knex, 'open');
    await hold(closed);
    await earn(database.knex, id, [['EUR', 2_000]]);
    await hold(await openOne(database.knex, 'open again'), 'InsufficientFunds');
    await database.knex.raw(`insert into sandbox_provider.accounts (id) values ('acct_new')`);
    const account = { practitionerId: id, method: 'stripe', providerAccount: 'acct_new' } as const;
    expect(await changePayoutAccount(database.knex, account)).toEqual([closed]);
    expect((await runBatch(database.knex, 'next', { min_amount: 10 })).paid).toMatchObject([
      { amount: { amount: 5_000 } },
    ]);
  });

  test('is held once, keeps its first reason, and cannot be paid', async () => {
    await addPractitioner(database.knex, [['EUR', 5_000]]);
    const payout = await openOne(database.knex, 'open');
    await hold(payout);
    await hold(payout, 'InsufficientFunds');
    expect(await database.knex('payments.payouts').select('hold_reason')).toEqual([
      { hold_reason: 'AccountClosed' },
    ]);
    // A run that was reset asks again: it is refused as it was, so that it goes the same way.
    await expect(transfer(database.knex, payout)).rejects.toMatchObject({ type: 'AccountClosed' });
  });

  test('for lack of funds is refused so again, and for any other reason is not to be paid', async () => {
    await addPractitioner(database.knex, [['EUR', 5_000]]);
    const payout = await openOne(database.knex, 'open');
    await hold(payout, 'InsufficientFunds');
    await expect(transfer(database.knex, payout)).rejects.toMatchObject({ type: 'InsufficientFunds' });
    await addPractitioner(database.knex, [['EUR', 6_000]]);
    const other = await openOne(database.knex, 'open again');
    await hold(other, 'UnderReview');
    await expect(transfer(database.knex, other)).rejects.toThrow(
      `payout '${other}' is held and cannot be paid`,
    );
  });

  test('was not paid: what is paid cannot be held', async () => {
    await addPractitioner(database.knex, [['EUR', 5_000]]);
    const payout = await openOne(database.knex, 'open');
    await transfer(database.knex, payout);
    await expect(hold(payout)).rejects.toThrow(`payout '${payout}' is paid and cannot be held`);
  });
});
