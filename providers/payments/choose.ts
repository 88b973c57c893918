import type { Knex } from 'knex';
import type { PaymentMethod, PaymentProvider } from './provider.ts';
import { createSandboxProvider, SANDBOX_METHODS } from './sandbox.ts';
import { createStripeProvider, STRIPE_METHODS, type StripeSettings } from './stripe.ts';

/**
 * The payment provider that the environment asks for: Stripe with STRIPE_API_KEY, at STRIPE_API_BASE if that is
 * set; the sandbox, which keeps its ledger in the database behind `pool`, without a key or with ESTUARY_EMBEDDED=1.
 * Throws when either is not what it should be; no message quotes the key.
 */
export function choosePaymentProvider(environment: NodeJS.ProcessEnv, pool: Knex): PaymentProvider {
  const settings = stripeSettings(environment);
  return settings ? createStripeProvider(settings) : createSandboxProvider(pool);
}

/** The name of the provider that the environment asks for. Throws as choosePaymentProvider does. */
export function paymentProviderName(environment: NodeJS.ProcessEnv): PaymentProvider['name'] {
  const settings = stripeSettings(environment);
  return settings ? createStripeProvider(settings).name : 'sandbox';
}

/** The methods that the provider which the environment asks for pays by. Throws as choosePaymentProvider does. */
export function paymentMethods(environment: NodeJS.ProcessEnv): readonly PaymentMethod[] {
  return stripeSettings(environment) ? STRIPE_METHODS : SANDBOX_METHODS;
}

function stripeSettings(environment: NodeJS.ProcessEnv): StripeSettings | undefined {
  const { STRIPE_API_KEY: apiKey, STRIPE_API_BASE: base, ESTUARY_EMBEDDED: embedded } = environment;
  // The embedded servers hold sample data, and what is run on them must never move money.
  if (!apiKey || embedded === '1') return undefined;
  if (!/^(sk|rk)_\w+$/.test(apiKey))
    throw new Error('STRIPE_API_KEY is no secret key of Stripe: it must begin with sk_ or rk_');
  return base ? { apiKey, apiBase: apiBaseOf(base) } : { apiKey };
}

const LOOPBACK = ['127.0.0.1', 'localhost'];

function apiBaseOf(text: string): URL {
  const base = URL.canParse(text) ? new URL(text) : undefined;
  const known = base && (base.protocol === 'https:' || base.protocol === 'http:');
  if (!known || base.pathname !== '/' || base.search || base.username)
    throw new Error(
      'STRIPE_API_BASE must be a URL such as https://proxy.example:8443, with nothing behind it',
    );
  // The key goes with every request.
  if (base.protocol === 'http:' && !LOOPBACK.includes(base.hostname))
    throw new Error('STRIPE_API_BASE must be https, unless it is on this machine');
  return base;
}
