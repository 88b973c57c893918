import type { Knex } from 'knex';
import { recordEarnings } from '../payments/earnings.ts';
import { PROVIDER_BALANCES, type SeedPractitioner, seedPractitioners } from './practitioners.ts';

export interface SeedOptions {
  /** How many practitioners are due at a minimum of 10. Default 145. */
  readonly size?: number;
}

/** How many rows were added. */
export interface SeedResult {
  readonly practitioners: number;
  readonly earnings: number;
}

/**
 * Fills a migrated database with the sample platform: practitioners, their accounts with the sandbox provider, and
 * what they have earned. The same size gives the same rows; who is already there is left alone, so seeding twice
 * adds nothing and seeding a larger size adds the difference. A transaction for every 1,000 practitioners: what an
 * interruption leaves out, the next call adds.
 */
export async function seed(knex: Knex, { size = 145 }: SeedOptions = {}): Promise<SeedResult> {
  await knex.raw(
    `insert into sandbox_provider.balances (currency, available)
     select currency, available from jsonb_to_recordset(:balances::jsonb) as balance (currency char(3), available bigint)
     on conflict do nothing`,
    { balances: JSON.stringify(PROVIDER_BALANCES) },
  );
  const result = { practitioners: 0, earnings: 0 };
  for (const chunk of chunksOf(1_000, seedPractitioners(size))) {
    await knex.transaction(async (transaction) => {
      const added = await addPractitioners(transaction, chunk);
      const earnings = added.flatMap(({ id, earnings }) =>
        earnings.map((earning) => ({ practitioner_id: id, ...earning })),
      );
      await recordEarnings(transaction, earnings);
      result.practitioners += added.length;
      result.earnings += earnings.length;
    });
  }
  // So that the next practitioner who signs up gets an id that is free.
  await knex.raw(
    `select setval(pg_get_serial_sequence('payments.practitioners', 'id'), max(id)) from payments.practitioners`,
  );
  return result;
}

/**
 * Adds what the next sessions bring: one earning for each of `count` practitioners who are due at times, another
 * set with every call. Returns how many were added; none before `seed`. One transaction.
 */
export async function seedMoreEarnings(knex: Knex, count: number): Promise<number> {
  return knex.transaction(async (transaction) => {
    const { rows } = await transaction.raw<{ rows: { practitioner_id: number; currency: string }[] }>(
      `select practitioner_id, min(currency) as currency
       from payments.earnings
       where kind = 'session'
       group by practitioner_id
       order by count(*), practitioner_id
       limit :count`,
      { count },
    );
    const earned_at = new Date(Date.UTC(2026, 5, 1, 9)).toISOString();
    const added = await recordEarnings(
      transaction,
      rows.map(({ practitioner_id, currency }) => ({
        practitioner_id,
        currency,
        amount: 6_500,
        kind: 'session',
        earned_at,
      })),
    );
    return added.length;
  });
}

/** Adds those who are not there yet, with their accounts on both sides, and returns them. */
async function addPractitioners(
  transaction: Knex,
  chunk: readonly SeedPractitioner[],
): Promise<SeedPractitioner[]> {
  const { rows } = await transaction.raw<{ rows: { id: number }[] }>(
    `with added as (
       insert into payments.practitioners (id, name)
       select id, name from jsonb_to_recordset(:practitioners::jsonb) as practitioner (id integer, name text)
       on conflict do nothing returning id
     ), accounts as (
       insert into payments.payout_accounts (practitioner_id, method, provider_account)
       select id, method, prefix || id
       from added, (values ('stripe', 'acct_sbx_'), ('bank_transfer', 'ba_sbx_')) as account (method, prefix)
     ), provider_accounts as (
       insert into sandbox_provider.accounts (id, status)
       select prefix || id, case when prefix = 'acct_sbx_' and "accountClosed" then 'closed' else 'open' end
       from added
       join jsonb_to_recordset(:practitioners::jsonb) as practitioner (id integer, "accountClosed" boolean) using (id),
         (values ('acct_sbx_'), ('ba_sbx_')) as account (prefix)
       on conflict do nothing
     )
     select id from added`,
    {
      practitioners: JSON.stringify(
        chunk.map(({ id, name, accountClosed }) => ({ id, name, accountClosed })),
      ),
    },
  );
  const ids = new Set(rows.map(({ id }) => id));
  return chunk.filter(({ id }) => ids.has(id));
}

function* chunksOf<T>(size: number, items: readonly T[]): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size);
}
