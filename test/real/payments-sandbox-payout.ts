/** What the tests of payouts by the sandbox have in common: somebody to pay, and a payout of theirs. */
import type { Knex } from 'knex';
import openPayoutBatch from '../../activities/payments/open-payout-batch.ts';
import transferPayout from '../../activities/payments/transfer-payout.ts';
import { recordEarnings } from '../../database/payments/earnings.ts';
import { changePayoutAccount } from '../../database/payments/release.ts';
import type { TransferPayoutOutput } from '../../generated/activities/payments/transfer-payout.ts';
import { runActivity } from './payments-run-activity.ts';

export type Amounts = readonly (readonly [currency: string, amount: number])[];

/** A practitioner with open accounts and these earnings, a provider with plenty. Returns the practitioner's id. */
export async function addPractitioner(knex: Knex, amounts: Amounts): Promise<number> {
  const { rows } = await knex.raw(
    `insert into payments.practitioners (name) values ('Zoë Brontë') returning id`,
  );
  const id: number = rows[0].id;
  await knex.raw(
    `insert into sandbox_provider.balances values ('EUR', 1000000000), ('USD', 1000000000), ('JPY', 1000000000)
     on conflict do nothing`,
  );
  await knex.raw('insert into sandbox_provider.accounts (id) values (?)', [`acct_${id}`]);
  await changePayoutAccount(knex, { practitionerId: id, method: 'stripe', providerAccount: `acct_${id}` });
  await earn(knex, id, amounts);
  return id;
}

export async function earn(knex: Knex, id: number, amounts: Amounts): Promise<void> {
  await recordEarnings(
    knex,
    amounts.map(([currency, amount]) => ({
      practitioner_id: id,
      currency,
      amount,
      kind: amount < 0 ? 'refund' : 'session',
      earned_at: '2026-03-01T09:00:00Z',
    })),
  );
}

/** Opens a batch in which one payout is due. Returns that payout's id. */
export async function openOne(knex: Knex, work: string): Promise<string> {
  const input = { min_amount: 10 };
  const { payouts } = await runActivity(knex, openPayoutBatch, input, { effect: 'write', work });
  if (payouts.length !== 1) throw new Error(`${payouts.length} payouts are due, not one`);
  return payouts[0]!.id;
}

/** One attempt at the transfer of a payout. */
export const transfer = (knex: Knex, payout_id: string, work = 'transfer'): Promise<TransferPayoutOutput> =>
  runActivity(knex, transferPayout, { payout_id, method: 'stripe' }, { effect: 'external', work });
