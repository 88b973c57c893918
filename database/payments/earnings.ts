import type { Knex } from 'knex';

export interface NewEarning {
  readonly practitioner_id: number;
  readonly currency: string;
  /** Minor units; negative for what is taken back. */
  readonly amount: number;
  readonly kind: 'session' | 'package' | 'refund' | 'adjustment';
  /** ISO 8601. */
  readonly earned_at: string;
}

/**
 * Adds earnings and posts each to the ledger: from clearing to what is payable to the practitioner.
 * Returns the new ids, in the order of `earnings`. One transaction of its own, or part of the given one.
 */
export async function recordEarnings(knex: Knex, earnings: readonly NewEarning[]): Promise<string[]> {
  if (earnings.length === 0) return [];
  const bindings = { earnings: JSON.stringify(earnings) };
  return knex.transaction(async (transaction) => {
    await transaction.raw(ENSURE_ACCOUNTS, bindings);
    const { rows } = await transaction.raw<{ rows: { id: string }[] }>(INSERT, bindings);
    const ids = rows.map(({ id }) => id);
    await transaction.raw(POST, { ids });
    await transaction.raw(ENTER, { ids });
    return ids;
  });
}

const ENSURE_ACCOUNTS = `
  insert into payments.ledger_accounts (kind, practitioner_id, currency)
  select distinct account.kind, account.practitioner_id, earning.currency
  from jsonb_to_recordset(:earnings::jsonb) as earning (practitioner_id integer, currency char(3)),
    lateral (values ('practitioner_payable', earning.practitioner_id), ('earnings_clearing', null))
      as account (kind, practitioner_id)
  order by 1, 2, 3
  on conflict do nothing`;

const INSERT = `
  insert into payments.earnings (practitioner_id, currency, amount, kind, earned_at)
  select practitioner_id, currency, amount, kind, earned_at
  from rows from (
    jsonb_to_recordset(:earnings::jsonb)
      as (practitioner_id integer, currency char(3), amount bigint, kind text, earned_at timestamptz)
  ) with ordinality as earning (practitioner_id, currency, amount, kind, earned_at, position)
  order by position
  returning id`;

const POST = `
  insert into payments.ledger_transactions (earning_id) select unnest(:ids::bigint[])`;

const ENTER = `
  insert into payments.ledger_entries (transaction_id, account_id, currency, amount)
  select posted.id, account.id, earning.currency, side.sign * earning.amount
  from payments.earnings earning
  join payments.ledger_transactions posted on posted.earning_id = earning.id
  cross join lateral (values ('practitioner_payable', earning.practitioner_id, -1), ('earnings_clearing', 0, 1))
    as side (kind, owner, sign)
  join payments.ledger_accounts account on account.kind = side.kind and account.currency = earning.currency
    and coalesce(account.practitioner_id, 0) = side.owner
  where earning.id = any(:ids::bigint[])`;
