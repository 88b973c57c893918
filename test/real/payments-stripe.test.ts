/** Payouts by Stripe's package, to a double of Stripe that fails in every way; attempts are made as Temporal makes them. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import openPayoutBatch from '../../activities/payments/open-payout-batch.ts';
import { auditPayments } from '../../database/payments/audit.ts';
import { type Fault, type StripeDouble, startStripeDouble } from '../providers/stripe-double.ts';
import { createFreshDatabase, type FreshDatabase } from './fresh-database.ts';
import { runActivity } from './payments-run-activity.ts';
import { runBatch } from './payments-run-batch.ts';
import { addPractitioner, attemptTransfer, openOne, untilDone } from './payments-stripe-payout.ts';

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

const attempt = (payoutId: string) => attemptTransfer(database.knex, payoutId);
const pay = (payoutId: string) => untilDone(() => attempt(payoutId));

async function expectPaidOnce(payoutId: string, transferId: string): Promise<void> {
  expect(double.transfers).toMatchObject([
    { id: transferId, amount: 5_000, currency: 'eur', transfer_group: payoutId },
  ]);
  const payouts = await database.knex('payments.payouts').select('id', 'status', 'transfer_id', 'method');
  expect(payouts).toEqual([{ id: payoutId, status: 'paid', transfer_id: transferId, method: 'stripe' }]);
  expect(await auditPayments(database.knex)).toEqual([]);
}

const RATE_LIMIT: Fault = {
  status: 429,
  error: { type: 'invalid_request_error', code: 'rate_limit' },
  headers: { 'retry-after': '1' },
};
const OUTAGE: Fault = { status: 503, error: { type: 'api_error' } };

test.each<[string, Fault[], number]>([
  ['nothing happens', [], 1],
  ['a request is dropped', ['drop'], 1],
  ['every request of an attempt is dropped', ['drop', 'drop'], 2],
  ['an answer is lost', ['lose'], 1],
  ['every answer of an attempt is lost', ['lose', 'lose'], 2],
  ['a request is dropped and the answer to the next lost', ['drop', 'lose'], 2],
  ['an answer comes twice', ['twice'], 1],
  ['Stripe breaks after it made the transfer', ['break'], 2],
  ['Stripe has too many requests', [RATE_LIMIT], 2],
  ['Stripe has too many requests for long', [RATE_LIMIT, RATE_LIMIT, RATE_LIMIT], 4],
  ['Stripe is away for a moment', [OUTAGE], 1],
  ['Stripe is away for longer', [OUTAGE, OUTAGE, OUTAGE], 2],
])('pays once when %s', async (_, faults, attempts) => {
  const payout = await openOne(database.knex);
  double.faults.push(...faults);
  const paid = await pay(payout);
  expect(paid).toMatchObject({ attempts, amount: { amount: 5_000, currency: 'EUR' } });
  expect(double.faults).toEqual([]);
  await expectPaidOnce(payout, paid.transfer_id);
});

test('says how long Stripe asks to wait', async () => {
  const payout = await openOne(database.knex);
  double.faults.push(RATE_LIMIT);
  await expect(attempt(payout)).rejects.toMatchObject({ name: 'StripeFailure', retryAfterMs: 1_000 });
});

test('an answer that comes twice is not taken for the answer to the next transfer', async () => {
  await addPractitioner(database.knex, 'EUR', 'USD', 'GBP');
  await addPractitioner(database.knex, 'EUR');
  double.faults.push('twice', 'twice', 'twice');
  const run = () => runBatch(database.knex, 'batch', { min_amount: 10 });
  // Taken for another's, it fails that attempt; the steps are tried again.
  const { counts } = await run().catch(run);
  expect(counts).toEqual({ paid: 4, held: 0 });
  const payouts = await database.knex('payments.payouts').select('id', 'transfer_id').orderBy('id');
  const made = double.transfers.map(({ id, transfer_group }) => ({ id: transfer_group, transfer_id: id }));
  expect(made.sort((one, other) => (one.id < other.id ? -1 : 1))).toEqual(payouts);
});

test('pays once though Stripe has forgotten the key by the next attempt', async () => {
  const payout = await openOne(database.knex);
  double.faults.push('lose', 'lose');
  await expect(attempt(payout)).rejects.toThrow('connection to Stripe');
  double.forgetKeys();
  await expectPaidOnce(payout, (await pay(payout)).transfer_id);
});

test('pays once though our own record fails after the transfer was made', async () => {
  const payout = await openOne(database.knex);
  await database.knex.raw(`
    create function public.break_down() returns trigger language plpgsql as $$ begin raise exception 'broken down'; end $$;
    create trigger broken before update on payments.payouts for each row execute function public.break_down()`);
  await expect(attempt(payout)).rejects.toThrow('broken down');
  double.forgetKeys();
  await database.knex.raw('drop trigger broken on payments.payouts');
  await expectPaidOnce(payout, (await pay(payout)).transfer_id);
});

test('pays once when a slow first attempt is overtaken by others', async () => {
  const payout = await openOne(database.knex);
  double.faults.push('hold');
  const first = attempt(payout);
  await expect.poll(() => double.requests.map((request) => request[':method'])).toContain('POST');
  await expect(attempt(payout)).rejects.toThrow('idempotency_key_in_use');
  double.release();
  const { transfer_id } = await first;
  expect((await pay(payout)).transfer_id).toBe(transfer_id);
  await expectPaidOnce(payout, transfer_id);
});

test('pays once when attempts run at the same time', async () => {
  const payout = await openOne(database.knex);
  const paid = await Promise.all([pay(payout), pay(payout), pay(payout)]);
  expect(new Set(paid.map(({ transfer_id }) => transfer_id)).size).toBe(1);
  await expectPaidOnce(payout, paid[0]!.transfer_id);
});

describe('what cannot be paid', () => {
  test.each<[string, () => unknown, object]>([
    ['a closed account', () => double.closedAccounts.add('acct_1'), { type: 'AccountClosed' }],
    ['too little money', () => double.balances.set('eur', 4_999), { type: 'InsufficientFunds', details: {} }],
  ])('for %s is refused and leaves nothing behind', async (_, arrange, error) => {
    const payout = await openOne(database.knex);
    arrange();
    double.faults.push('drop', 'drop');
    await expect(pay(payout)).rejects.toMatchObject(error);
    expect(double.transfers).toEqual([]);
    expect(await database.knex('payments.payouts').select('status')).toEqual([{ status: 'reserved' }]);
    expect(await database.knex('estuary.effects').where({ activity: 'transferPayout' })).toEqual([]);
    expect(await auditPayments(database.knex)).toEqual([]);
  });

  test('is held by the batch, which says who paid the rest', async () => {
    await addPractitioner(database.knex, 'EUR', 'JPY');
    const closed = await addPractitioner(database.knex, 'USD');
    double.closedAccounts.add(closed);
    const output = await runBatch(database.knex, 'batch', { min_amount: 10 });
    expect(output).toMatchObject({
      provider: 'stripe-test',
      counts: { paid: 2, held: 1 },
      held: [{ amount: { amount: 5_000, currency: 'USD' }, reason: 'AccountClosed' }],
    });
    expect(double.transfers).toHaveLength(2);
    expect(await auditPayments(database.knex)).toEqual([]);
  });

  test('for a method that Stripe does not pay by is not even reserved', async () => {
    await addPractitioner(database.knex, 'EUR');
    const opening = (method: 'stripe' | 'bank_transfer') =>
      runActivity(
        database.knex,
        openPayoutBatch,
        { min_amount: 10, method },
        { effect: 'write', work: `open ${method}` },
      );
    await expect(opening('bank_transfer')).rejects.toMatchObject({
      type: 'MethodNotSupported',
      message: 'stripe-test does not pay by bank_transfer, only by stripe',
    });
    expect(await database.knex('payments.payout_batches')).toEqual([]);
    expect((await opening('stripe')).payouts).toHaveLength(1);
  });

  test('for a key that is none is not even reserved', async () => {
    await addPractitioner(database.knex, 'EUR');
    process.env.STRIPE_API_KEY = 'pk_test_1';
    try {
      await expect(runBatch(database.knex, 'batch', { min_amount: 10 })).rejects.toThrow(
        'STRIPE_API_KEY is no secret key',
      );
    } finally {
      process.env.STRIPE_API_KEY = 'sk_test_1';
    }
    expect(await database.knex('payments.payouts')).toEqual([]);
  });
});
