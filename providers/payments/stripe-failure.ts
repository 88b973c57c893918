import Stripe from 'stripe';

/** Stripe did not do what it was asked to, or nobody knows whether it did. */
export class StripeFailure extends Error {
  override readonly name = 'StripeFailure';
  /** How long to wait before asking again, in milliseconds, where Stripe advises it. */
  readonly retryAfterMs?: number;

  constructor(message: string, retryAfterMs?: number) {
    super(message);
    if (retryAfterMs !== undefined) this.retryAfterMs = retryAfterMs;
  }
}

/** An error of the package as one that can be shown: it holds headers and bodies, and its message may quote the key. */
export function withoutSecrets(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  const { type, code, statusCode, requestId, headers } = error;
  const wait = retryAfterMs(statusCode, headers ?? {});
  const about = [
    type,
    code,
    statusCode && `HTTP ${statusCode}`,
    requestId && `request ${requestId}`,
    headers?.['retry-after'] && `asks to wait ${headers['retry-after']} s`,
  ].filter(Boolean);
  const message = error.message.replace(/\b(sk|rk|pk)_\S+/g, '$1_…');
  return new StripeFailure(`stripe: ${message} (${about.join(', ')})`, wait);
}

/** Longer than any rate limit lasts: whoever asks for more is not heard. */
const LONGEST_WAIT_MS = 60 * 60_000;

/** Between attempts at what Stripe says is refused again: a person has to mend the key or the account first. */
const REFUSED_WAIT_MS = 5 * 60_000;

/**
 * Stripe's advice on the next attempt: its Retry-After, in seconds; without one, a refusal with
 * `Stripe-Should-Retry: false` is not worth asking about soon. Undefined leaves it to the step's backoff: so after a
 * failure of Stripe's own, since the next attempt asks what became of this one, and that has an answer at once.
 */
function retryAfterMs(
  status: number | undefined,
  headers: { readonly [name: string]: string },
): number | undefined {
  const seconds = Number(headers['retry-after'] || Number.NaN);
  if (seconds > 0) return Math.min(seconds * 1000, LONGEST_WAIT_MS);
  const refused = status !== undefined && status >= 400 && status < 500 && status !== 429;
  return refused && headers['stripe-should-retry'] === 'false' ? REFUSED_WAIT_MS : undefined;
}
