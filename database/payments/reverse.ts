import type { Knex } from 'knex';

/**
 * Records that a paid payout's transfer was brought back: posts the payout the other way round, and frees its
 * earnings, so that the next batch takes them up again. One transaction, or part of the given one. Doing it again
 * with the same reversal changes nothing. Throws when the payout is in any other state, or has another reversal.
 */
export async function markReversed(
  knex: Knex,
  reversed: { readonly payoutId: string; readonly reversalId: string },
): Promise<void> {
  await knex.transaction(async (transaction) => {
    const { rows } = await transaction.raw<{ rows: unknown[] }>(
      `update payments.payouts set status = 'reversed', reversal_id = :reversalId, reversed_at = now()
       where id = :payoutId and status = 'paid'
       returning id`,
      reversed,
    );
    if (rows.length === 0) {
      const found = await transaction.raw<{ rows: { status: string; reversal_id: string | null }[] }>(
        'select status, reversal_id from payments.payouts where id = :payoutId',
        reversed,
      );
      const payout = found.rows[0];
      if (payout?.reversal_id === reversed.reversalId) return;
      const is = payout ? `is ${payout.status}` : 'is not there';
      throw new Error(`payout '${reversed.payoutId}' ${is}; '${reversed.reversalId}' cannot reverse it`);
    }
    await transaction.raw(POST_REVERSAL, reversed);
    await transaction.raw(
      'update payments.earnings set payout_id = null where payout_id = :payoutId',
      reversed,
    );
  });
}

const POST_REVERSAL = `
  with posted as (
    insert into payments.ledger_transactions (reversed_payout_id) values (:payoutId)
    returning id, reversed_payout_id
  )
  insert into payments.ledger_entries (transaction_id, account_id, currency, amount)
  select posted.id, entry.account_id, entry.currency, -entry.amount
  from posted
  join payments.ledger_transactions paid on paid.payout_id = posted.reversed_payout_id
  join payments.ledger_entries entry on entry.transaction_id = paid.id`;
