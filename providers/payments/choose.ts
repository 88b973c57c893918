import type { Knex } from 'knex';
import type { PaymentProvider } from './provider.ts';
import { createSandboxProvider } from './sandbox.ts';

/**
 * The payment provider that the environment asks for; the sandbox when it asks for none. The sandbox keeps its
 * ledger in the database behind `pool`. Throws as paymentProviderName does.
 */
export function choosePaymentProvider(environment: NodeJS.ProcessEnv, pool: Knex): PaymentProvider {
  paymentProviderName(environment);
  return createSandboxProvider(pool);
}

/**
 * The name of the provider that the environment asks for.
 * Throws when STRIPE_API_KEY is set: there is only the sandbox, and it must not be taken for the real thing.
 */
export function paymentProviderName(environment: NodeJS.ProcessEnv): PaymentProvider['name'] {
  if (environment.STRIPE_API_KEY) {
    throw new Error(
      'STRIPE_API_KEY is set, but this version pays through the sandbox only; unset it to go on',
    );
  }
  return 'sandbox';
}
