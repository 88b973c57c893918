/** What the tests of payouts by Stripe have in common: somebody to pay, and attempts as Temporal makes them. */
import type { Knex } from 'knex';
import openPayoutBatch from '../../activities/payments/open-payout-batch.ts';
import transferPayout from '../../activities/payments/transfer-payout.ts';
import { recordEarnings } from '../../database/payments/earnings.ts';
import { changePayoutAccount } from '../../database/payments/release.ts';
import type { TransferPayoutOutput } from '../../generated/activities/payments/transfer-payout.ts';
import { DeclaredError, runActivity } from './payments-run-activity.ts';

/** A practitioner with a connected account and 50.00 in each currency. Returns the account. */
export async function addPractitioner(knex: Knex, ...currencies: readonly string[]): Promise<string> {
  const { rows } = await knex.raw(
    `insert into payments.practitioners (name) values ('Zoë Brontë') returning id`,
  );
  const practitionerId: number = rows[0].id;
  const providerAccount = `acct_${practitionerId}`;
  await changePayoutAccount(knex, { practitionerId, method: 'stripe', providerAccount });
  await recordEarnings(
    knex,
    currencies.map((currency) => ({
      practitioner_id: practitionerId,
      currency,
      amount: 5_000,
      kind: 'session',
      earned_at: '2026-03-01T09:00:00Z',
    })),
  );
  return providerAccount;
}

/** Opens a batch for one new practitioner. Returns the payout's id. */
export async function openOne(knex: Knex): Promise<string> {
  await addPractitioner(knex, 'EUR');
  const input = { min_amount: 10 };
  const opened = await runActivity(knex, openPayoutBatch, input, { effect: 'write', work: 'open' });
  return opened.payouts[0]!.id;
}

/** One attempt at the transfer. */
export const attemptTransfer = (knex: Knex, payout_id: string): Promise<TransferPayoutOutput> =>
  runActivity(
    knex,
    transferPayout,
    { payout_id, method: 'stripe' },
    { effect: 'external', work: 'transfer' },
  );

/** Attempts until there is an outcome. Returns it, with how many attempts there were; throws a declared error. */
export async function untilDone<Output>(
  attempt: () => Promise<Output>,
): Promise<Output & { readonly attempts: number }> {
  for (let attempts = 1; attempts <= 5; attempts++) {
    try {
      return { ...(await attempt()), attempts };
    } catch (error) {
      if (error instanceof DeclaredError) throw error;
    }
  }
  throw new Error('no outcome after five attempts');
}
