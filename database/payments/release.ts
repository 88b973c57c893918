import type { Knex } from 'knex';
import type { PayoutMethod } from './payouts.ts';

/** Which held payouts: those of a practitioner, those with a reason, or both; all when neither is given. */
export interface HeldPayouts {
  readonly practitionerId?: number;
  readonly reason?: string;
}

/**
 * Gives the earnings of held payouts back, so that the next batch takes them up again; the payouts stay on record
 * as released, with their reason. Returns the ids of the released payouts.
 */
export async function releaseHeldPayouts(knex: Knex, which: HeldPayouts): Promise<string[]> {
  return knex.transaction(async (transaction) => {
    const { rows } = await transaction.raw<{ rows: { id: string }[] }>(
      `update payments.payouts set status = 'released', released_at = now()
       where status = 'held'
         and (:practitionerId::integer is null or practitioner_id = :practitionerId::integer)
         and (:reason::text is null or hold_reason = :reason::text)
       returning id`,
      { practitionerId: which.practitionerId ?? null, reason: which.reason ?? null },
    );
    const ids = rows.map(({ id }) => id);
    await transaction.raw(
      'update payments.earnings set payout_id = null where payout_id = any(:ids::uuid[])',
      { ids },
    );
    return ids;
  });
}

/**
 * Sets the account that a practitioner is paid to by `method`, and releases what was held because the old one was
 * closed. Returns the ids of the released payouts.
 */
export async function changePayoutAccount(
  knex: Knex,
  account: {
    readonly practitionerId: number;
    readonly method: PayoutMethod;
    readonly providerAccount: string;
  },
): Promise<string[]> {
  return knex.transaction(async (transaction) => {
    await transaction.raw(
      `insert into payments.payout_accounts (practitioner_id, method, provider_account)
       values (:practitionerId, :method, :providerAccount)
       on conflict (practitioner_id, method) do update set provider_account = excluded.provider_account`,
      account,
    );
    return releaseHeldPayouts(transaction, {
      practitionerId: account.practitionerId,
      reason: 'AccountClosed',
    });
  });
}
