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
    const { rows } = await transaction.raw<{ rows: { id: string }[] }>(RECORD, bindings);
    return rows.map(({ id }) => id);
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

const RECORD = `
  with added as (
    insert into payments.earnings (practitioner_id, currency, amount, kind, earned_at)
    select practitioner_id, currency, amount, kind, earned_at
    from rows from (
      jsonb_to_recordset(:earnings::jsonb)
        as (practitioner_id integer, currency char(3), amount bigint, kind text, earned_at timestamptz)
    ) with ordinality as earning (practitioner_id, currency, amount, kind, earned_at, position)
    order by position
    returning id, practitioner_id, currency, amount
  ), posted as (
    insert into payments.ledger_transactions (earning_id) select id from added order by id returning id, earning_id
  ), entered as (
    insert into payments.ledger_entries (transaction_id, account_id, currency, amount)
    select posted.id, account.id, added.currency,
      case account.kind when 'practitioner_payable' then -added.amount else added.amount end
    from added
    join posted on posted.earning_id = added.id
    join payments.ledger_accounts account on account.currency = added.currency
      and (account.kind = 'earnings_clearing'
           or (account.kind = 'practitioner_payable' and account.practitioner_id = added.practitioner_id))
  )
  select id from added order by id`;
