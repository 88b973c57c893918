import Stripe from 'stripe';
import {
  IdempotencyKeyReused,
  type PaymentMethod,
  type PaymentProvider,
  type ReversalAnswer,
  type Transfer,
  type TransferAnswer,
  type TransferRequest,
} from './provider.ts';
import { StripeFailure, withoutSecrets } from './stripe-failure.ts';

/** A transfer goes to a connected account, never to a bank. */
export const STRIPE_METHODS: readonly PaymentMethod[] = ['stripe'];

/** The API whose answers this file reads; the type holds it to the one that the package was written for. */
const API_VERSION = '2026-10-28.endive';

/**
 * A call is tried twice, with half a second between. Two calls stay below the 30 s of payments/transfer-payout, three
 * below the 60 s of payments/reverse-transfer.
 */
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
 * Every call throws StripeFailure when Stripe cannot be reached, is too busy, or refuses for a reason that is not
 * the account's or the balance's. Each is tried twice where Stripe advises it; anything longer is the caller's, who
 * finds Stripe's advice on it in `retryAfterMs`.
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
    transfer: (request) => transfer(stripe, request).catch(refusalOf),
    findTransfer: (payoutId) =>
      findTransfer(stripe, payoutId).catch((error) => {
        throw withoutSecrets(error);
      }),
    reverseTransfer: (made, payoutId) => reverseTransfer(stripe, made, payoutId).catch(refusalOf),
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
  return { outcome: 'transferred', transfer: transferFor(request.metadata.payout_id, made) };
}

async function findTransfer(stripe: Stripe, payoutId: string): Promise<Transfer | undefined> {
  const { data } = await stripe.transfers.list({ transfer_group: payoutId, limit: 2 });
  const [made, another] = data;
  if (another)
    throw new Error(`stripe: '${made!.id}' and '${another.id}' were both made for payout '${payoutId}'`);
  return made && transferFor(payoutId, made);
}

/** A proxy that mixes answers up must not get a payout marked as paid, or reversed, by another's transfer. */
function transferFor(payoutId: string, made: Stripe.Transfer): Transfer {
  if (made.transfer_group !== payoutId)
    throw new StripeFailure(
      `stripe: transfer '${made.id}' is for '${made.transfer_group}', not what was asked for`,
    );
  const account = typeof made.destination === 'string' ? made.destination : made.destination?.id;
  return {
    id: made.id,
    account: account ?? '',
    amount: made.amount,
    currency: made.currency.toUpperCase(),
    reversed: made.amount_reversed,
  };
}

async function reverseTransfer(stripe: Stripe, made: Transfer, payoutId: string): Promise<ReversalAnswer> {
  const { data } = await stripe.transfers.listReversals(made.id, { limit: 1 });
  // Stripe brings no transfer back beyond its amount, so a second reversal of all of it is refused whatever its key.
  // A key of ours would only repeat a refusal for a day after its cause has gone; the package's is for its two tries.
  const reversal =
    data[0] ??
    (await stripe.transfers.createReversal(made.id, {
      amount: made.amount,
      metadata: { payout_id: payoutId },
    }));
  const of = typeof reversal.transfer === 'string' ? reversal.transfer : reversal.transfer.id;
  if (of !== made.id)
    throw new StripeFailure(`stripe: reversal '${reversal.id}' is of '${of}', not what was asked for`);
  if (reversal.amount !== made.amount)
    throw new Error(
      `stripe: reversal '${reversal.id}' brought back ${reversal.amount} of the ${made.amount} of '${made.id}'`,
    );
  return { outcome: 'reversed', reversalId: reversal.id };
}

/** What Stripe answers when the receiving account is gone, unknown to the platform, or takes no transfers. */
const ACCOUNT_CODES = ['account_closed', 'account_invalid', 'insufficient_capabilities_for_transfer'];
const FUNDS_CODES = ['balance_insufficient', 'insufficient_funds'];

/** Refusals after which nothing has happened are answers; everything else is thrown. */
function refusalOf(error: unknown): Refusal {
  if (!(error instanceof Stripe.errors.StripeError)) throw error;
  const { code = '', param, statusCode } = error;
  if (ACCOUNT_CODES.includes(code) || (code === 'resource_missing' && param === 'destination'))
    return { outcome: 'account_closed' };
  if (FUNDS_CODES.includes(code)) return { outcome: 'insufficient_funds' };
  // While another request with the key is under way, 409 says so; that one's answer is for the next attempt.
  if (error instanceof Stripe.errors.StripeIdempotencyError && statusCode !== 409)
    throw new IdempotencyKeyReused('stripe: the idempotency key came with other parameters before');
  throw withoutSecrets(error);
}

type Refusal = { readonly outcome: 'account_closed' | 'insufficient_funds' };
