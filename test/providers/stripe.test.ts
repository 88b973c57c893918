import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { paymentProviderName } from '../../providers/payments/choose.ts';
import { IdempotencyKeyReused, type TransferRequest } from '../../providers/payments/provider.ts';
import { createStripeProvider, StripeFailure } from '../../providers/payments/stripe.ts';
import { type Refusal, type StripeDouble, startStripeDouble } from './stripe-double.ts';

const KEY = 'sk_test_4242secret';

let double: StripeDouble;
beforeAll(async () => {
  double = await startStripeDouble();
});
afterAll(() => double.close());
beforeEach(() => double.reset());

const provider = (timeoutMs = 5_000) => createStripeProvider({ apiKey: KEY, apiBase: double.url, timeoutMs });

const request: TransferRequest = {
  idempotencyKey: 'payout-1',
  account: 'acct_1Open',
  amount: 4_000,
  currency: 'EUR',
  metadata: { payout_id: 'payout-1', workflow_id: 'run-1' },
};
const transferred = {
  outcome: 'transferred',
  transfer: { id: expect.stringMatching(/^tr_/), account: 'acct_1Open', amount: 4_000, currency: 'EUR' },
};

describe('a transfer', () => {
  test('is made with its key, group and version, and found again', async () => {
    const answer = await provider().transfer(request);
    expect(answer).toEqual(transferred);
    expect(double.transfers).toMatchObject([
      { currency: 'eur', destination: 'acct_1Open', transfer_group: 'payout-1', metadata: request.metadata },
    ]);
    expect(double.requests).toMatchObject([
      {
        ':method': 'POST',
        'idempotency-key': 'payout-1',
        'stripe-version': '2026-10-28.endive',
        authorization: `Bearer ${KEY}`,
      },
    ]);
    expect(await provider().findTransfer('payout-1')).toEqual(transferred.transfer);
    expect(await provider().findTransfer('payout-2')).toBeUndefined();
  });

  test('is made once for one key, whatever the answer was lost to', async () => {
    const first = await provider().transfer(request);
    expect(await provider().transfer(request)).toEqual(first);
    double.faults.push('lose', 'lose');
    await expect(provider().transfer(request)).rejects.toThrow(StripeFailure);
    expect(double.transfers).toHaveLength(1);
  });

  test('is refused when its key comes with another amount', async () => {
    await provider().transfer(request);
    await expect(provider().transfer({ ...request, amount: 1 })).rejects.toThrow(IdempotencyKeyReused);
  });

  test('is not taken to be made when the answer is about another', async () => {
    await provider().transfer({ ...request, idempotencyKey: 'other', metadata: { payout_id: 'other' } });
    double.faults.push('mix');
    await expect(provider().transfer(request)).rejects.toThrow(/is for 'other'/);
  });

  test('that has no answer in time is given up, not known to have failed', async () => {
    double.faults.push('hold', 'hold');
    await expect(provider(100).transfer(request)).rejects.toThrow(StripeFailure);
    double.release();
    await expect.poll(() => provider().findTransfer('payout-1')).toEqual(transferred.transfer);
  });

  test('of which there are two, or that was reversed, is for a person to look at', async () => {
    await provider().transfer(request);
    await provider().transfer({ ...request, idempotencyKey: 'other' });
    await expect(provider().findTransfer('payout-1')).rejects.toThrow('both made for payout');
    double.transfers.pop();
    double.transfers[0]!.amount_reversed = 1;
    await expect(provider().findTransfer('payout-1')).rejects.toThrow('has been reversed');
  });
});

const INVALID = 'invalid_request_error';
const refused = (status: number, type: string, code?: string, more: object = {}): Refusal => ({
  status,
  error: { type, ...(code && { code }), ...more },
});

describe('a refusal', () => {
  test.each<[string, Refusal, object]>([
    [
      'no such destination',
      refused(400, INVALID, 'resource_missing', { param: 'destination' }),
      { outcome: 'account_closed' },
    ],
    ['a closed account', refused(400, INVALID, 'account_closed'), { outcome: 'account_closed' }],
    ['an account out of reach', refused(403, INVALID, 'account_invalid'), { outcome: 'account_closed' }],
    [
      'an account without transfers',
      refused(400, INVALID, 'insufficient_capabilities_for_transfer'),
      { outcome: 'account_closed' },
    ],
    ['too little money', refused(402, INVALID, 'balance_insufficient'), { outcome: 'insufficient_funds' }],
    [
      'too little money, 400',
      refused(400, INVALID, 'balance_insufficient'),
      { outcome: 'insufficient_funds' },
    ],
  ])('for %s is an answer', async (_, refusal, answer) => {
    double.faults.push(refusal);
    expect(await provider().transfer(request)).toEqual(answer);
  });

  test.each<[string, Refusal, RegExp]>([
    [
      'a rate limit',
      { ...refused(429, INVALID, 'rate_limit'), headers: { 'retry-after': '7' } },
      /HTTP 429.*asks to wait 7 s/,
    ],
    ['a key in use', refused(409, 'idempotency_error', 'idempotency_key_in_use'), /HTTP 409/],
    ['a lock', refused(409, INVALID, 'lock_timeout'), /lock_timeout, HTTP 409/],
    ['an outage', refused(503, 'api_error'), /HTTP 503/],
    ['another missing thing', refused(404, INVALID, 'resource_missing'), /resource_missing, HTTP 404/],
    ['a card', refused(402, 'card_error', 'card_declined'), /card_declined, HTTP 402/],
    [
      'the key',
      refused(401, INVALID, undefined, { message: `Invalid API Key provided: ${KEY}` }),
      /Invalid API Key provided: sk_….*request req_1/,
    ],
  ])('for %s is thrown, to be tried again', async (_, refusal, message) => {
    double.faults.push(refusal, refusal);
    const error: unknown = await provider()
      .transfer(request)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StripeFailure);
    expect((error as Error).message).toMatch(message);
    expect(JSON.stringify([error, (error as Error).stack])).not.toContain('4242');
    expect((error as Error).cause).toBeUndefined();
    expect(double.transfers).toEqual([]);
  });

  test.each<[string, Refusal, number]>([
    [
      'is tried again at once where Stripe advises it',
      { ...refused(429, INVALID), headers: { 'stripe-should-retry': 'true' } },
      2,
    ],
    [
      'is not where Stripe advises against it',
      { ...refused(503, 'api_error'), headers: { 'stripe-should-retry': 'false' } },
      1,
    ],
  ])('%s', async (_, refusal, tries) => {
    double.faults.push(refusal);
    await provider()
      .transfer(request)
      .catch(() => undefined);
    expect(double.requests).toHaveLength(tries);
  });

  test.each(['ba_1', 'acct_sbx_7', 'acct_', ''])(
    'is the answer to account %j, which Stripe is not asked about',
    async (account) => {
      expect(await provider().transfer({ ...request, account })).toEqual({ outcome: 'account_closed' });
      expect(double.requests).toEqual([]);
    },
  );
});

describe('the environment', () => {
  test.each<[NodeJS.ProcessEnv, string]>([
    [{}, 'sandbox'],
    [{ STRIPE_API_KEY: '', STRIPE_API_BASE: 'http://127.0.0.1:1' }, 'sandbox'],
    [{ STRIPE_API_KEY: 'sk_live_1', ESTUARY_EMBEDDED: '1' }, 'sandbox'],
    [{ STRIPE_API_KEY: 'sk_test_1' }, 'stripe-test'],
    [{ STRIPE_API_KEY: 'rk_test_1' }, 'stripe-test'],
    [{ STRIPE_API_KEY: 'sk_live_1' }, 'stripe'],
    [{ STRIPE_API_KEY: 'sk_live_1', STRIPE_API_BASE: 'https://proxy.example' }, 'stripe'],
  ])('%j asks for %s', (environment, name) => {
    expect(paymentProviderName(environment)).toBe(name);
  });

  test.each<[NodeJS.ProcessEnv, string]>([
    [{ STRIPE_API_KEY: 'pk_live_secret' }, 'STRIPE_API_KEY is no secret key'],
    [{ STRIPE_API_KEY: 'sk_live_secret\n' }, 'STRIPE_API_KEY is no secret key'],
    [
      { STRIPE_API_KEY: 'sk_live_secret', STRIPE_API_BASE: 'api.stripe.com' },
      'STRIPE_API_BASE must be a URL',
    ],
    [
      { STRIPE_API_KEY: 'sk_live_secret', STRIPE_API_BASE: 'ftp://127.0.0.1' },
      'STRIPE_API_BASE must be a URL',
    ],
    [
      { STRIPE_API_KEY: 'sk_live_secret', STRIPE_API_BASE: 'https://proxy.example/v1' },
      'STRIPE_API_BASE must be a URL',
    ],
    [
      { STRIPE_API_KEY: 'sk_live_secret', STRIPE_API_BASE: 'http://proxy.example' },
      'STRIPE_API_BASE must be https',
    ],
  ])('%j is refused without the key', (environment, message) => {
    const refusing = (): string => paymentProviderName(environment);
    expect(refusing).toThrow(message);
    expect(refusing).not.toThrow(/secret$|live/);
  });
});
