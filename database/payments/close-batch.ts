import type { Knex } from 'knex';
import { type Money, money } from './money.ts';

/** Payouts listed by name at most, of each outcome. */
export const MAX_LISTED_PAYOUTS = 100;

export interface BatchSummary {
  readonly counts: { readonly paid: number; readonly held: number };
  /** By currency code. What was paid is read from the ledger. */
  readonly totals: readonly { readonly currency: string; readonly paid: Money; readonly held: Money }[];
  /** The largest of each currency first. */
  readonly paid: readonly (ListedPayout & { readonly transferId: string })[];
  readonly held: readonly (ListedPayout & { readonly reason: string })[];
}

export interface ListedPayout {
  readonly practitionerId: number;
  readonly practitioner: string;
  readonly amount: Money;
}

/**
 * Closes a batch and sums it up; closing it again gives the same. A payout that was released since counts as held:
 * that is how this batch left it. One whose transfer was reversed is in neither. Needs a transaction.
 * Throws when there is no such batch, or when a payout of it is neither paid nor held.
 */
export async function closeBatch(transaction: Knex, batchId: string): Promise<BatchSummary> {
  const closed = await transaction.raw<{ rows: unknown[] }>(
    `update payments.payout_batches set closed_at = coalesce(closed_at, now()) where id = :batchId returning id`,
    { batchId },
  );
  if (closed.rows.length === 0) throw new Error(`there is no payout batch '${batchId}'`);
  const counts = await countPayouts(transaction, batchId);
  if (counts.reserved > 0) {
    throw new Error(
      `payout batch '${batchId}' has ${counts.reserved} payouts that are neither paid nor held`,
    );
  }
  return {
    counts: { paid: counts.paid, held: counts.held },
    totals: await readTotals(transaction, batchId),
    paid: (await listLargest(transaction, batchId, ['paid'])).map((row) => ({
      ...listed(row),
      transferId: row.transfer_id!,
    })),
    held: (await listLargest(transaction, batchId, ['held', 'released'])).map((row) => ({
      ...listed(row),
      reason: row.hold_reason!,
    })),
  };
}

async function countPayouts(
  knex: Knex,
  batchId: string,
): Promise<{ paid: number; held: number; reserved: number }> {
  const { rows } = await knex.raw<{ rows: { paid: number; held: number; reserved: number }[] }>(
    `select count(*) filter (where status = 'paid')::integer as paid,
       count(*) filter (where status in ('held', 'released'))::integer as held,
       count(*) filter (where status = 'reserved')::integer as reserved
     from payments.payouts where batch_id = :batchId`,
    { batchId },
  );
  return rows[0]!;
}

async function readTotals(knex: Knex, batchId: string): Promise<BatchSummary['totals']> {
  const { rows } = await knex.raw<{ rows: { currency: string; paid: string; held: string }[] }>(
    `select payout.currency,
       coalesce(sum(posted.amount), 0)::text as paid,
       coalesce(sum(payout.amount) filter (where payout.status in ('held', 'released')), 0)::text as held
     from payments.payouts payout
     left join lateral (
       select -sum(entry.amount) as amount
       from payments.ledger_transactions transaction
       join payments.ledger_entries entry on entry.transaction_id = transaction.id
       join payments.ledger_accounts account on account.id = entry.account_id and account.kind = 'provider_cash'
       where payout.id in (transaction.payout_id, transaction.reversed_payout_id)
     ) posted on true
     where payout.batch_id = :batchId
     group by payout.currency
     order by payout.currency`,
    { batchId },
  );
  return rows.map(({ currency, paid, held }) => ({
    currency,
    paid: money(paid, currency),
    held: money(held, currency),
  }));
}

interface ListedRow {
  readonly practitioner_id: number;
  readonly practitioner: string;
  readonly amount: string;
  readonly currency: string;
  readonly transfer_id: string | null;
  readonly hold_reason: string | null;
}

async function listLargest(knex: Knex, batchId: string, statuses: readonly string[]): Promise<ListedRow[]> {
  const { rows } = await knex.raw<{ rows: ListedRow[] }>(
    `select payout.practitioner_id, practitioner.name as practitioner, payout.amount, payout.currency,
       payout.transfer_id, payout.hold_reason
     from payments.payouts payout
     join payments.practitioners practitioner on practitioner.id = payout.practitioner_id
     where payout.batch_id = :batchId and payout.status = any(:statuses::text[])
     order by row_number() over (partition by payout.currency order by payout.amount desc, practitioner.id),
       payout.currency
     limit :limit`,
    { batchId, statuses: [...statuses], limit: MAX_LISTED_PAYOUTS },
  );
  return rows;
}

function listed(row: ListedRow): ListedPayout {
  return {
    practitionerId: row.practitioner_id,
    practitioner: row.practitioner,
    amount: money(row.amount, row.currency),
  };
}
