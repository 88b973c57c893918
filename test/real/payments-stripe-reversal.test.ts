/** Transfers that are brought back by Stripe's package, from a double of Stripe that fails in every way. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import reverseTransfer from '../../activities/payments/reverse-transfer.ts';
import { auditPayments } from '../../database/payments/audit.ts';
import { holdPayout } from '../../database/payments/payouts.ts';
import type { ReverseTransferOutput } from '../../generated/activities/payments/reverse-transfer.ts';
import { type Fault, type StripeDouble, startStripeDouble } from '../providers/stripe-double.ts';
import { createFreshDatabase, type FreshDatabase } from './fresh-database.ts';
import { DeclaredError, runActivity } from './payments-run-activity.ts';
import { runBatch } from './payments-run-batch.ts';
import { attemptTransfer, openOne, untilDone } from './payments-stripe-payout.ts';

let double: StripeDouble;
beforeAll(async () => {
  double = await startStripeDouble();
  process.env.STRIPE_API_KEY = 'sk_test_1';
  process.env.STRIPE_API_BASE = double.url.href;
});
afterAll(async () => {
  delete process.env.STRIPE_API_KEY;
  delete process.env.STRIPE_API_BASE;
  await double.close();
});

let database: FreshDatabase;
beforeEach(async () => {
  double.reset();
  database = await createFreshDatabase(inject('stack').databaseUrl);
});
afterEach(() => database.drop());

const attempt = (payout_id: string, work = 'reverse'): Promise<ReverseTransferOutput> =>
  runActivity(database.knex, reverseTransfer, { payout_id, method: 'stripe' }, { effect: 'external', work });
const reverse = (payoutId: string, work?: string) => untilDone(() => attempt(payoutId, work));

async function payOne(): Promise<string> {
  const payout = await openOne(database.knex);
  await attemptTransfer(database.knex, payout);
  return payout;
}

/** The one transfer is back, on both sides, and the next batch pays its earnings. */
async function expectReversedOnce(payoutId: string, reversalId: string | undefined): Promise<void> {
  const [made] = double.transfers;
  expect(double.transfers).toMatchObject([{ amount_reversed: 5_000, transfer_group: payoutId }]);
  expect(double.reversals).toMatchObject([{ id: reversalId, transfer: made!.id, amount: 5_000 }]);
  expect(
    await database.knex('payments.payouts').select('status', 'transfer_id', 'reversal_id', 'method'),
  ).toEqual([{ status: 'reversed', transfer_id: made!.id, reversal_id: reversalId, method: 'stripe' }]);
  expect(await auditPayments(database.knex)).toEqual([]);
  const next = await runBatch(database.knex, 'next', { min_amount: 10 });
  expect(next.totals).toMatchObject([{ currency: 'EUR', paid: { amount: 5_000 } }]);
  expect(await auditPayments(database.knex)).toEqual([]);
}

const RATE_LIMIT: Fault = {
  status: 429,
  error: { type: 'invalid_request_error', code: 'rate_limit' },
  headers: { 'retry-after': '1' },
};

test.each<[string, Fault[], number]>([
  ['nothing happens', [], 1],
  ['a request is dropped', ['drop'], 1],
  ['every request of an attempt is dropped', ['drop', 'drop'], 2],
  ['an answer is lost', ['lose'], 1],
  ['every answer of an attempt is lost', ['lose', 'lose'], 2],
  ['an answer comes twice', ['twice'], 1],
  ['Stripe breaks after it made the reversal', ['break'], 2],
  ['Stripe has too many requests', [RATE_LIMIT], 2],
])('brings a transfer back once when %s', async (_, faults, attempts) => {
  const payout = await payOne();
  double.faults.push(...faults);
  const reversed = await reverse(payout);
  expect(reversed.attempts).toBe(attempts);
  expect(double.faults).toEqual([]);
  await expectReversedOnce(payout, reversed.reversal_id);
});

test('brings a transfer back once though our own record fails after it', async () => {
  const payout = await payOne();
  await database.knex.raw(`
    create function public.break_down() returns trigger language plpgsql as $$ begin raise exception 'broken down'; end $$;
    create trigger broken before update on payments.payouts for each row execute function public.break_down()`);
  await expect(attempt(payout)).rejects.toThrow('broken down');
  double.forgetKeys();
  await database.knex.raw('drop trigger broken on payments.payouts');
  await expectReversedOnce(payout, (await reverse(payout)).reversal_id);
});

test('brings a transfer back once when attempts run at the same time', async () => {
  const payout = await payOne();
  const reversed = await Promise.all(['one', 'two', 'three'].map((work) => reverse(payout, work)));
  expect(new Set(reversed.map(({ reversal_id }) => reversal_id)).size).toBe(1);
  await expectReversedOnce(payout, reversed[0]!.reversal_id);
});

test('brings a transfer back of which nobody knows that it was made', async () => {
  const payout = await openOne(database.knex);
  double.faults.push('lose', 'lose');
  await expect(attemptTransfer(database.knex, payout)).rejects.toThrow('connection to Stripe');
  await expectReversedOnce(payout, (await reverse(payout)).reversal_id);
});

test('says the same the second time, and cannot be paid again', async () => {
  const payout = await payOne();
  const first = await attempt(payout);
  const asked = double.requests.length;
  expect(await attempt(payout, 'another step')).toEqual(first);
  expect(double.requests).toHaveLength(asked);
  // A run that was reset before the transfer comes here again.
  await database.knex.raw('delete from estuary.effects');
  await expect(attemptTransfer(database.knex, payout)).rejects.toThrow('is reversed and cannot be paid');
  await expectReversedOnce(payout, first.reversal_id);
});

describe('where there is nothing to undo', () => {
  const statuses = () => database.knex('payments.payouts').select('status', 'hold_reason');

  test('holds what was not paid, so that a late attempt does not pay it', async () => {
    const payout = await openOne(database.knex);
    expect(await attempt(payout)).toEqual({});
    expect(await attempt(payout, 'another step')).toEqual({});
    expect(await statuses()).toEqual([{ status: 'held', hold_reason: 'Reversed' }]);
    await expect(attemptTransfer(database.knex, payout)).rejects.toThrow('is held and cannot be paid');
    expect([double.transfers, double.reversals]).toEqual([[], []]);
    expect(await auditPayments(database.knex)).toEqual([]);
  });

  test('leaves what is held with its reason', async () => {
    const payout = await openOne(database.knex);
    await holdPayout(database.knex, { payoutId: payout, reason: 'AccountClosed' });
    expect(await attempt(payout)).toEqual({});
    expect(await statuses()).toEqual([{ status: 'held', hold_reason: 'AccountClosed' }]);
  });
});

describe('what cannot be brought back', () => {
  test.each<[string, () => unknown, string]>([
    ['an empty account', () => double.emptyAccounts.add('acct_1'), 'InsufficientFunds'],
    ['a closed account', () => double.closedAccounts.add('acct_1'), 'AccountClosed'],
  ])('from %s stays paid, until it can be', async (_, arrange, type) => {
    const payout = await payOne();
    arrange();
    const refused = await reverse(payout).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DeclaredError);
    expect(refused).toMatchObject({ type });
    expect(await database.knex('payments.payouts').select('status')).toEqual([{ status: 'paid' }]);
    expect(await auditPayments(database.knex)).toEqual([]);
    double.emptyAccounts.clear();
    double.closedAccounts.clear();
    await expectReversedOnce(payout, (await reverse(payout)).reversal_id);
  });

  test('because the provider does not know it is for a person to look at', async () => {
    const payout = await payOne();
    double.transfers.length = 0;
    await expect(attempt(payout)).rejects.toThrow(/^stripe-test does not know transfer 'tr_/);
  });

  test('because the payout was held though it was paid is for a person to look at', async () => {
    const payout = await openOne(database.knex);
    double.faults.push('lose', 'lose');
    await expect(attemptTransfer(database.knex, payout)).rejects.toThrow('connection to Stripe');
    await holdPayout(database.knex, { payoutId: payout, reason: 'UnderReview' });
    await expect(attempt(payout)).rejects.toThrow(/is held, but 'tr_\w+' was made for it/);
    expect(double.reversals).toEqual([]);
  });
});
