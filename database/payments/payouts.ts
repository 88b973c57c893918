import type { Knex } from 'knex';
import { type Money, money } from './money.ts';

export type PayoutMethod = 'stripe' | 'bank_transfer';

export interface Payout {
  readonly id: string;
  readonly status: 'reserved' | 'paid' | 'held' | 'released' | 'reversed';
  readonly amount: Money;
  /** Set once it is paid; it stays when the transfer is reversed. */
  readonly transferId: string | null;
  /** Set once its transfer is reversed. */
  readonly reversalId: string | null;
  /** Why it is held, where it is. */
  readonly holdReason: string | null;
  /** The provider's name for the practitioner's account for the method asked for; null when there is none. */
  readonly providerAccount: string | null;
}

interface PayoutRow {
  readonly status: Payout['status'];
  readonly amount: string;
  readonly currency: string;
  readonly transfer_id: string | null;
  readonly reversal_id: string | null;
  readonly hold_reason: string | null;
  readonly provider_account: string | null;
}

/** A payout, with the account that `method` would pay it to. Throws when there is no such payout. */
export async function readPayout(knex: Knex, payoutId: string, method: PayoutMethod): Promise<Payout> {
  const { rows } = await knex.raw<{ rows: PayoutRow[] }>(
    `select payout.status, payout.amount, payout.currency, payout.transfer_id, payout.reversal_id,
            payout.hold_reason, account.provider_account
     from payments.payouts payout
     left join payments.payout_accounts account
       on account.practitioner_id = payout.practitioner_id and account.method = :method
     where payout.id = :payoutId`,
    { payoutId, method },
  );
  const row = rows[0];
  if (!row) throw new Error(`there is no payout '${payoutId}'`);
  return {
    id: payoutId,
    status: row.status,
    amount: money(row.amount, row.currency),
    transferId: row.transfer_id,
    reversalId: row.reversal_id,
    holdReason: row.hold_reason,
    providerAccount: row.provider_account,
  };
}

/**
 * Marks a reserved payout as paid and posts it to the ledger, from what is payable to the provider's cash, in one
 * transaction. Doing it again with the same transfer changes nothing.
 * Throws when the payout is in any other state, was paid by another transfer, or its transfer was reversed.
 */
export async function markPaid(
  knex: Knex,
  paid: { readonly payoutId: string; readonly method: PayoutMethod; readonly transferId: string },
): Promise<void> {
  await knex.transaction(async (transaction) => {
    const { rows } = await transaction.raw<{ rows: unknown[] }>(
      `update payments.payouts
       set status = 'paid', transfer_id = :transferId, method = :method, paid_at = now()
       where id = :payoutId and status = 'reserved'
       returning id`,
      paid,
    );
    if (rows.length === 0) {
      const payout = await readPayout(transaction, paid.payoutId, paid.method);
      if (payout.status === 'paid' && payout.transferId === paid.transferId) return;
      throw new Error(
        `payout '${paid.payoutId}' is ${payout.status}; transfer '${paid.transferId}' cannot pay it`,
      );
    }
    await transaction.raw(ENSURE_CASH_ACCOUNT, { payoutId: paid.payoutId });
    await transaction.raw(POST_PAYOUT, { payoutId: paid.payoutId });
  });
}

const ENSURE_CASH_ACCOUNT = `
  insert into payments.ledger_accounts (kind, currency)
  select 'provider_cash', currency from payments.payouts where id = :payoutId
  on conflict do nothing`;

const POST_PAYOUT = `
  with posted as (
    insert into payments.ledger_transactions (payout_id) values (:payoutId) returning id, payout_id
  )
  insert into payments.ledger_entries (transaction_id, account_id, currency, amount)
  select posted.id, account.id, payout.currency, side.sign * payout.amount
  from posted
  join payments.payouts payout on payout.id = posted.payout_id
  cross join lateral (values ('practitioner_payable', payout.practitioner_id, 1), ('provider_cash', 0, -1))
    as side (kind, owner, sign)
  join payments.ledger_accounts account on account.kind = side.kind and account.currency = payout.currency
    and coalesce(account.practitioner_id, 0) = side.owner`;

/**
 * Holds a reserved payout, with the reason. It keeps its earnings, so that the next batch does not try the same
 * account again, until `releaseHeldPayouts` or `changePayoutAccount` gives them back. Holding it again changes
 * nothing. Returns its amount. Throws when it is paid or released, or there is none.
 */
export async function holdPayout(
  knex: Knex,
  held: { readonly payoutId: string; readonly reason: string },
): Promise<Money> {
  await knex.raw(
    `update payments.payouts set status = 'held', hold_reason = :reason, held_at = now()
     where id = :payoutId and status = 'reserved'`,
    held,
  );
  const { rows } = await knex.raw<{ rows: PayoutRow[] }>(
    'select status, amount, currency from payments.payouts where id = :payoutId',
    { payoutId: held.payoutId },
  );
  const row = rows[0];
  if (!row) throw new Error(`there is no payout '${held.payoutId}'`);
  if (row.status !== 'held') throw new Error(`payout '${held.payoutId}' is ${row.status} and cannot be held`);
  return money(row.amount, row.currency);
}
