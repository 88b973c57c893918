import type { Knex } from 'knex';
import { auditPayments } from '../../database/payments/audit.ts';

/** What the books say of a batch's work, counted where the money is. */
export interface Books {
  readonly paid: number;
  readonly held: number;
  /** Payouts in any other state. */
  readonly open: number;
  /** Practitioners with more than one payout. */
  readonly twice: number;
  /** Transfers that the provider made. */
  readonly transfers: number;
  readonly audit: readonly object[];
}

export async function readBooks(knex: Knex): Promise<Books> {
  const { rows } = await knex.raw(`
    select count(*) filter (where status = 'paid')::integer as paid,
      count(*) filter (where status = 'held')::integer as held,
      count(*) filter (where status not in ('paid', 'held'))::integer as open,
      (count(*) - count(distinct practitioner_id))::integer as twice,
      (select count(*)::integer from sandbox_provider.transfers) as transfers
    from payments.payouts`);
  return { ...rows[0], audit: await auditPayments(knex) };
}

/** How many payouts are paid so far. */
export async function countPaid(knex: Knex): Promise<number> {
  const { rows } = await knex.raw(
    `select count(*)::integer as paid from payments.payouts where status = 'paid'`,
  );
  return rows[0].paid;
}
