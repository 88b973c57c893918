import { paymentProviderName } from './payments/choose.ts';

/** The outside parts that the environment asks for, by what they are for. Throws what is wrong with the environment. */
export function describeProviders(environment: NodeJS.ProcessEnv): {
  readonly [what: string]: { readonly name: string; readonly sandbox: boolean };
} {
  const name = paymentProviderName(environment);
  return { payments: { name, sandbox: name === 'sandbox' } };
}
