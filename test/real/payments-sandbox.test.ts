import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { choosePaymentProvider } from '../../providers/payments/choose.ts';
import {
  IdempotencyKeyReused,
  type PaymentProvider,
  type TransferRequest,
} from '../../providers/payments/provider.ts';
import { createSandboxProvider } from '../../providers/payments/sandbox.ts';
import { createFreshDatabase, type FreshDatabase } from './fresh-database.ts';

let database: FreshDatabase;
let provider: PaymentProvider;
beforeAll(async () => {
  database = await createFreshDatabase(inject('stack').databaseUrl);
  provider = createSandboxProvider(database.knex);
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.knex.raw(`
    truncate sandbox_provider.balances, sandbox_provider.accounts, sandbox_provider.transfers, sandbox_provider.requests;
    insert into sandbox_provider.balances values ('EUR', 10000), ('USD', 10000);
    insert into sandbox_provider.accounts values ('acct_open', 'open'), ('acct_closed', 'closed')`);
});

const request: TransferRequest = {
  idempotencyKey: 'key-1',
  account: 'acct_open',
  amount: 4_000,
  currency: 'EUR',
  metadata: { payout_id: 'payout-1' },
};

async function balances(): Promise<unknown> {
  const rows = await database.knex('sandbox_provider.balances').orderBy('currency');
  return Object.fromEntries(rows.map(({ currency, available }) => [currency, Number(available)]));
}

describe('the sandbox provider', () => {
  test('says what it is', () => {
    expect(provider.name).toBe('sandbox');
    expect(choosePaymentProvider({}, database.knex).name).toBe('sandbox');
  });

  test('moves money once for one key', async () => {
    const first = await provider.transfer(request);
    expect(first).toEqual({
      outcome: 'transferred',
      transfer: {
        id: expect.stringMatching(/^sbx_tr_/),
        account: 'acct_open',
        amount: 4_000,
        currency: 'EUR',
        reversed: 0,
      },
    });
    expect(await provider.transfer(request)).toEqual(first);
    expect(await balances()).toEqual({ EUR: 6_000, USD: 10_000 });
  });

  test('moves money once for one key that is sent several times at once', async () => {
    const answers = await Promise.all(Array.from({ length: 5 }, () => provider.transfer(request)));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await balances()).toEqual({ EUR: 6_000, USD: 10_000 });
  });

  test.each<[string, Partial<TransferRequest>]>([
    ['amount', { amount: 4_001 }],
    ['currency', { currency: 'USD' }],
    ['account', { account: 'acct_closed' }],
    ['payout', { metadata: { payout_id: 'payout-2' } }],
  ])('refuses a key that comes again with another %s', async (_, change) => {
    await provider.transfer(request);
    await expect(provider.transfer({ ...request, ...change })).rejects.toBeInstanceOf(IdempotencyKeyReused);
    expect(await balances()).toEqual({ EUR: 6_000, USD: 10_000 });
  });

  test.each<[string, Partial<TransferRequest>, object]>([
    ['a closed account', { account: 'acct_closed' }, { outcome: 'account_closed' }],
    ['an account it does not know', { account: 'acct_none' }, { outcome: 'account_closed' }],
    ['more than there is', { amount: 10_001 }, { outcome: 'insufficient_funds', available: 10_000 }],
    ['a currency it does not hold', { currency: 'JPY' }, { outcome: 'insufficient_funds', available: 0 }],
  ])('refuses %s, and says the same when asked again', async (_, change, answer) => {
    expect(await provider.transfer({ ...request, ...change })).toEqual(answer);
    await database.knex.raw(`
      update sandbox_provider.accounts set status = 'open';
      update sandbox_provider.balances set available = available + 50000`);
    expect(await provider.transfer({ ...request, ...change })).toEqual(answer);
    expect(await provider.findTransfer('payout-1')).toBeUndefined();
  });

  test('never pays out more than it holds, also at once', async () => {
    const answers = await Promise.all(
      ['a', 'b', 'c', 'd'].map((key) =>
        provider.transfer({ ...request, idempotencyKey: key, metadata: { payout_id: key } }),
      ),
    );
    expect(answers.map(({ outcome }) => outcome).sort()).toEqual([
      'insufficient_funds',
      'insufficient_funds',
      'transferred',
      'transferred',
    ]);
    expect(await balances()).toEqual({ EUR: 2_000, USD: 10_000 });
  });

  test('finds a transfer by our payout', async () => {
    const answer = await provider.transfer(request);
    expect(answer).toEqual({ outcome: 'transferred', transfer: await provider.findTransfer('payout-1') });
    expect(await provider.findTransfer('payout-2')).toBeUndefined();
  });

  test('keeps its books outside the application’s transaction', async () => {
    await database.knex.transaction(async (transaction) => {
      expect(() => createSandboxProvider(transaction)).toThrow(/needs the pool/);
    });
  });
});
