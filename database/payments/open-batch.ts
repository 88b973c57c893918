import type { Knex } from 'knex';

/** Payouts in one batch at most, so that their events stay well under what one run can hold. */
export const MAX_BATCH_PAYOUTS = 5_000;

/** Whether there is such a practitioner. Any integer may be asked for. */
export async function practitionerExists(knex: Knex, practitionerId: number): Promise<boolean> {
  const { rows } = await knex.raw<{ rows: unknown[] }>(
    'select from payments.practitioners where id = :practitionerId::numeric',
    { practitionerId },
  );
  return rows.length > 0;
}

/**
 * Opens a batch: a payout for each practitioner and currency whose free earnings sum to at least `minAmount`
 * (major units) and more than nothing, with those earnings reserved for it.
 *
 * Two batches at once never share an earning: the free earnings are locked in the order of their ids before they
 * are summed, and whoever comes second sees those of the first as taken.
 *
 * Returns the batch's id and its payouts' ids, ordered by practitioner and currency. Needs a transaction.
 */
export async function openBatch(
  transaction: Knex,
  batch: { readonly minAmount: number; readonly practitionerId?: number },
): Promise<{ batchId: string; payoutIds: string[] }> {
  const bindings = { minAmount: String(batch.minAmount), practitionerId: batch.practitionerId ?? null };
  const opened = await transaction.raw<{ rows: { id: string }[] }>(
    `insert into payments.payout_batches (min_amount, practitioner_id)
     values (:minAmount::numeric, :practitionerId) returning id`,
    bindings,
  );
  const batchId = opened.rows[0]!.id;
  const { rows } = await transaction.raw<{ rows: { id: string }[] }>(RESERVE, {
    ...bindings,
    batchId,
    limit: MAX_BATCH_PAYOUTS,
  });
  return { batchId, payoutIds: rows.map(({ id }) => id) };
}

const RESERVE = `
  with free as materialized (
    select id, practitioner_id, currency, amount
    from payments.earnings
    where payout_id is null and (:practitionerId::integer is null or practitioner_id = :practitionerId::integer)
    order by id
    for update
  ), due as (
    select free.practitioner_id, free.currency, sum(free.amount) as amount
    from free join payments.currencies on currencies.code = free.currency
    group by free.practitioner_id, free.currency, currencies.minor_digits
    having sum(free.amount) > 0
      and sum(free.amount) >= :minAmount::numeric * power(10::numeric, currencies.minor_digits)
    order by free.practitioner_id, free.currency
    limit :limit
  ), opened as (
    insert into payments.payouts (batch_id, practitioner_id, currency, amount)
    select :batchId, practitioner_id, currency, amount from due
    returning id, practitioner_id, currency
  ), reserved as (
    update payments.earnings
    set payout_id = opened.id
    from opened join free on free.practitioner_id = opened.practitioner_id and free.currency = opened.currency
    where earnings.id = free.id
  )
  select id from opened order by practitioner_id, currency`;
