import type { Knex } from 'knex';

/**
 * The sandbox payment provider's own ledger, in the schema `sandbox_provider`. It stands for a company outside:
 * nothing in it refers to the application's tables, and nothing of theirs to it.
 */
export const name = '0002_sandbox_provider';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    create schema sandbox_provider;

    -- The platform's own money at the provider.
    create table sandbox_provider.balances (
      currency  char(3) primary key check (currency ~ '^[A-Z]{3}$'),
      available bigint not null check (available >= 0)
    );

    create table sandbox_provider.accounts (
      id     text primary key,
      status text not null default 'open' check (status in ('open', 'closed'))
    );

    create table sandbox_provider.transfers (
      id         text primary key default 'sbx_tr_' || replace(gen_random_uuid()::text, '-', ''),
      account_id text not null references sandbox_provider.accounts,
      currency   char(3) not null references sandbox_provider.balances,
      amount     bigint not null check (amount > 0),
      -- What the caller knows the transfer by.
      metadata   jsonb not null,
      created_at timestamptz not null default now()
    );
    create index transfers_payout on sandbox_provider.transfers ((metadata ->> 'payout_id'));

    -- One row a key: what was asked, and the answer that every repetition gets.
    create table sandbox_provider.requests (
      idempotency_key text primary key,
      parameters      jsonb not null,
      transfer_id     text unique references sandbox_provider.transfers,
      refusal         jsonb,
      created_at      timestamptz not null default now(),
      check (num_nonnulls(transfer_id, refusal) <= 1)
    );
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw('drop schema sandbox_provider cascade');
}
