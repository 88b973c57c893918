import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { paymentMethods, paymentProviderName } from '../../providers/payments/choose.ts';
import {
  IdempotencyKeyReused,
  type Transfer,
  type TransferRequest,
} from '../../providers/payments/provider.ts';
import { createStripeProvider } from '../../providers/payments/stripe.ts';
import { StripeFailure } from '../../providers/payments/stripe-failure.ts';
import { type Fault, type Refusal, type StripeDouble, startStripeDouble } from './stripe-double.ts';

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
  transfer: {
    id: expect.stringMatching(/^tr_/),
    account: 'acct_1Open',
    amount: 4_000,
    currency: 'EUR',
    reversed: 0,
  },
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
    double.faults.push('mix');
    await expect(provider().findTransfer('payout-1')).rejects.toThrow(/is for 'other'/);
  });

  test('that has no answer in time is given up, not known to have failed', async () => {
    double.faults.push('hold', 'hold');
    await expect(provider(100).transfer(request)).rejects.toThrow(StripeFailure);
    double.release();
    await expect.poll(() => provider().findTransfer('payout-1')).toEqual(transferred.transfer);
  });

  test('of which there are two is for a person to look at', async () => {
    await provider().transfer(request);
    await provider().transfer({ ...request, idempotencyKey: 'other' });
    await expect(provider().findTransfer('payout-1')).rejects.toThrow('both made for payout');
  });
});

describe('a reversal', () => {
  /** A transfer as the provider finds it, after another of another payout. */
  async function made(): Promise<Transfer> {
    await provider().transfer({ ...request, idempotencyKey: 'other', metadata: { payout_id: 'other' } });
    await provider().transfer(request);
    return (await provider().findTransfer('payout-1'))!;
  }
  const reversed = { outcome: 'reversed', reversalId: expect.stringMatching(/^trr_/) };

  test('brings all of a transfer back, and is found with it', async () => {
    const transfer = await made();
    expect(await provider().reverseTransfer(transfer, 'payout-1')).toEqual(reversed);
    expect(double.reversals).toMatchObject([
      { transfer: transfer.id, amount: 4_000, metadata: { payout_id: 'payout-1' } },
    ]);
    expect(await provider().findTransfer('payout-1')).toEqual({ ...transfer, reversed: 4_000 });
  });

  test.each<[string, Fault[]]>([
    ['asked for again', []],
    ['dropped', ['drop']],
    ['whose answer is lost', ['lose']],
    ['whose answers are lost', ['lose', 'lose']],
    ['whose answer comes twice', ['twice']],
    ['that Stripe broke down over', ['break']],
  ])('%s is made once', async (_, faults) => {
    const transfer = await made();
    double.faults.push(...faults);
    const first = await provider()
      .reverseTransfer(transfer, 'payout-1')
      .catch((error: unknown) => error);
    double.forgetKeys();
    const again = await provider().reverseTransfer(transfer, 'payout-1');
    expect(again).toEqual(reversed);
    if (!(first instanceof StripeFailure)) expect(first).toEqual(again);
    expect(double.reversals).toHaveLength(1);
  });

  test('is made once when two ask at the same time', async () => {
    const transfer = await made();
    const ask = () => provider().reverseTransfer(transfer, 'payout-1');
    double.faults.push('hold');
    const slow = ask();
    await expect.poll(() => double.requests.at(-1)).toMatchObject({ ':method': 'POST' });
    const quick = await ask();
    double.release();
    await expect(slow).rejects.toThrow('less than that left to reverse');
    expect(await ask()).toEqual(quick);
    expect(double.reversals).toHaveLength(1);
  });

  test.each<[string, (account: string) => unknown, object]>([
    ['a closed account', (account) => double.closedAccounts.add(account), { outcome: 'account_closed' }],
    [
      'an account that is empty',
      (account) => double.emptyAccounts.add(account),
      { outcome: 'insufficient_funds' },
    ],
  ])('from %s is refused, and made once the cause is gone', async (_, arrange, answer) => {
    const transfer = await made();
    arrange(transfer.account);
    expect(await provider().reverseTransfer(transfer, 'payout-1')).toEqual(answer);
    expect(double.reversals).toEqual([]);
    double.closedAccounts.clear();
    double.emptyAccounts.clear();
    expect(await provider().reverseTransfer(transfer, 'payout-1')).toEqual(reversed);
  });

  test('of a part, made by others, is for a person to look at', async () => {
    const transfer = await made();
    double.reversals.push({ id: 'trr_1', transfer: transfer.id, amount: 1, currency: 'eur', metadata: {} });
    await expect(provider().reverseTransfer(transfer, 'payout-1')).rejects.toThrow(
      `'trr_1' brought back 1 of the 4000 of '${transfer.id}'`,
    );
  });

  test('is not taken to be made when the answer is about another', async () => {
    const transfer = await made();
    const other = (await provider().findTransfer('other'))!;
    await provider().reverseTransfer(other, 'other');
    double.faults.push('mix');
    await expect(provider().reverseTransfer(transfer, 'payout-1')).rejects.toThrow(`is of '${other.id}'`);
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

  const pause = (status: number, headers: Refusal['headers'] = {}): Refusal => ({
    ...refused(status, INVALID),
    headers,
  });
  test.each<[string, Refusal, number | undefined]>([
    ['Retry-After', pause(429, { 'retry-after': '7' }), 7_000],
    [
      'Retry-After before anything else',
      pause(400, { 'retry-after': '7', 'stripe-should-retry': 'false' }),
      7_000,
    ],
    ['a fraction of a second', pause(429, { 'retry-after': '0.5' }), 500],
    ['no more than an hour', pause(429, { 'retry-after': '86400' }), 3_600_000],
    ['nothing for what is no number', pause(429, { 'retry-after': 'soon' }), undefined],
    ['nothing for less than none', pause(429, { 'retry-after': '-1' }), undefined],
    ['five minutes for what is refused again', pause(401, { 'stripe-should-retry': 'false' }), 300_000],
    ['nothing for a rate limit', pause(429, { 'stripe-should-retry': 'false' }), undefined],
    ['nothing for a failure of Stripe', pause(500, { 'stripe-should-retry': 'false' }), undefined],
    ['nothing without advice', pause(404), undefined],
  ])('advises on the next attempt: %s', async (_, refusal, retryAfterMs) => {
    double.faults.push(refusal, refusal);
    const error = await provider()
      .transfer(request)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(StripeFailure);
    expect((error as StripeFailure).retryAfterMs).toBe(retryAfterMs);
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
    expect(paymentMethods(environment)).toEqual(
      name === 'sandbox' ? ['stripe', 'bank_transfer'] : ['stripe'],
    );
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
