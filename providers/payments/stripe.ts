import Stripe from 'stripe';
import {
  IdempotencyKeyReused,
  type PaymentProvider,
  type Transfer,
  type TransferAnswer,
  type TransferRequest,
} from './provider.ts';

/** The API whose answers this file reads; the type holds it to the one that the package was written for. */
const API_VERSION = '2026-10-28.endive';

/** Two calls of two tries each, with the pause between them, stay below the 30 s of payments/transfer-payout. */
const CALL_TIMEOUT_MS = 6_000;

export interface StripeSettings {
  /** A secret or restricted key. */
  readonly apiKey: string;
  /** Where the API is, when not at Stripe: a URL with nothing behind the port. */
  readonly apiBase?: URL;
  /** How long one try may take, in milliseconds. */
  readonly timeoutMs?: number;
}

/**
 * Pays by transfers from the platform's Stripe balance to connected accounts. Its name is `stripe`, or
 * `stripe-test` with a key of Stripe's test mode, which moves no money.
 *
 * Both calls throw StripeFailure when Stripe cannot be reached, is too busy, or refuses for a reason that is not
 * the account's or the balance's. Each is tried twice where Stripe advises it; anything longer is the caller's.
 */
export function createStripeProvider({
  apiKey,
  apiBase,
  timeoutMs = CALL_TIMEOUT_MS,
}: StripeSettings): PaymentProvider {
  const stripe = new Stripe(apiKey, {
    apiVersion: API_VERSION,
    maxNetworkRetries: 1,
    timeout: timeoutMs,
    telemetry: false,
    ...(apiBase && addressOf(apiBase)),
  });
  return {
    name: apiKey.includes('_test_') ? 'stripe-test' : 'stripe',
    transfer: (request) => transfer(stripe, request).catch((error) => answerOf(error, request)),
    findTransfer: (payoutId) =>
      findTransfer(stripe, payoutId).catch((error) => {
        throw withoutSecrets(error);
      }),
  };
}

function addressOf(base: URL): { host: string; port: string; protocol: 'http' | 'https' } {
  const protocol = base.protocol === 'http:' ? 'http' : 'https';
  return { protocol, host: base.hostname, port: base.port || (protocol === 'http' ? '80' : '443') };
}

async function transfer(stripe: Stripe, request: TransferRequest): Promise<TransferAnswer> {
  // Bank accounts, and what the sandbox calls an account, are nothing that Stripe can pay.
  if (!/^acct_[A-Za-z0-9]+$/.test(request.account)) return { outcome: 'account_closed' };
  const made = await stripe.transfers.create(
    {
      amount: request.amount,
      currency: request.currency.toLowerCase(),
      destination: request.account,
      transfer_group: request.metadata.payout_id,
      metadata: { ...request.metadata },
    },
    { idempotencyKey: request.idempotencyKey },
  );
  // A proxy that mixes answers up must not get a payout marked as paid by another's transfer.
  if (made.transfer_group !== request.metadata.payout_id)
    throw new StripeFailure(
      `stripe: transfer '${made.id}' is for '${made.transfer_group}', not what was asked for`,
    );
  return { outcome: 'transferred', transfer: transferOf(made) };
}

async function findTransfer(stripe: Stripe, payoutId: string): Promise<Transfer | undefined> {
  const { data } = await stripe.transfers.list({ transfer_group: payoutId, limit: 2 });
  const [made, another] = data;
  if (another)
    throw new Error(`stripe: '${made!.id}' and '${another.id}' were both made for payout '${payoutId}'`);
  if (made && made.amount_reversed > 0)
    throw new Error(`stripe: transfer '${made.id}' for payout '${payoutId}' has been reversed`);
  return made && transferOf(made);
}

function transferOf(made: Stripe.Transfer): Transfer {
  const account = typeof made.destination === 'string' ? made.destination : made.destination?.id;
  return { id: made.id, account: account ?? '', amount: made.amount, currency: made.currency.toUpperCase() };
}

/** What Stripe answers when the receiving account is gone, unknown to the platform, or takes no transfers. */
const ACCOUNT_CODES = ['account_closed', 'account_invalid', 'insufficient_capabilities_for_transfer'];
const FUNDS_CODES = ['balance_insufficient', 'insufficient_funds'];

/** Refusals after which nothing has happened are answers; everything else is thrown. */
function answerOf(error: unknown, request: TransferRequest): TransferAnswer {
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  const { code = '', param, statusCode } = error;
  if (ACCOUNT_CODES.includes(code) || (code === 'resource_missing' && param === 'destination'))
    return { outcome: 'account_closed' };
  if (FUNDS_CODES.includes(code)) return { outcome: 'insufficient_funds' };
  // While another request with the key is under way, 409 says so; that one's answer is for the next attempt.
  if (error instanceof Stripe.errors.StripeIdempotencyError && statusCode !== 409)
    throw new IdempotencyKeyReused(
      `stripe: the key ${request.idempotencyKey} came with other parameters before`,
    );
  throw withoutSecrets(error);
}

/** Stripe did not do what it was asked to, or nobody knows whether it did. */
export class StripeFailure extends Error {
  override readonly name = 'StripeFailure';
}

/** An error of the package as one that can be shown: it holds headers and bodies, and its message may quote the key. */
function withoutSecrets(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  const { type, code, statusCode, requestId, headers } = error;
  const wait = headers?.['retry-after'];
  const about = [
    type,
    code,
    statusCode && `HTTP ${statusCode}`,
    requestId && `request ${requestId}`,
    wait && `asks to wait ${wait} s`,
  ].filter(Boolean);
  const message = error.message.replace(/\b(sk|rk|pk)_\S+/g, '$1_…');
  return new StripeFailure(`stripe: ${message} (${about.join(', ')})`);
}
