import type { Knex } from 'knex';

/**
 * A transfer can be brought back: a payout moves from `paid` to `reversed`, its posting is posted the other way
 * round, and its earnings are free again.
 *
 * What the tables themselves hold beside what they held before:
 *  - a reversed payout keeps its transfer, and has the reversal's id and time;
 *  - a payout is posted back at most once;
 *  - the sandbox provider brings a transfer back at most once, and all of it.
 */
export const name = '0003_reversals';

export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table payments.payouts
      add column reversal_id text unique,
      add column reversed_at timestamptz,
      drop constraint payouts_status_check,
      drop constraint payouts_check,
      drop constraint payouts_check1,
      drop constraint payouts_check2,
      add check (status in ('reserved', 'paid', 'held', 'released', 'reversed')),
      add constraint payouts_transfer check ((status in ('paid', 'reversed')) = (transfer_id is not null)),
      add constraint payouts_method check ((status in ('paid', 'reversed')) = (method is not null)),
      add constraint payouts_paid_at check ((status in ('paid', 'reversed')) = (paid_at is not null)),
      add constraint payouts_reversal check ((status = 'reversed') = (reversal_id is not null)),
      add constraint payouts_reversed_at check ((status = 'reversed') = (reversed_at is not null));

    alter table payments.ledger_transactions
      add column reversed_payout_id uuid unique references payments.payouts,
      drop constraint ledger_transactions_check,
      add constraint ledger_transactions_check check (num_nonnulls(earning_id, payout_id, reversed_payout_id) = 1);

    alter table sandbox_provider.transfers
      add column reversal_id text unique,
      add column reversed_at timestamptz,
      add constraint transfers_reversed_at check ((reversal_id is null) = (reversed_at is null));
  `);
  await knex.raw(guards({ moves: `, ('paid', 'reversed')`, freeing: `'released', 'reversed'` }));
}

/** Refused by the tables' own checks while a payout is reversed. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    alter table sandbox_provider.transfers drop column reversal_id, drop column reversed_at;

    alter table payments.ledger_transactions
      drop constraint ledger_transactions_check,
      drop column reversed_payout_id,
      add constraint ledger_transactions_check check (num_nonnulls(earning_id, payout_id) = 1);

    alter table payments.payouts
      drop constraint payouts_status_check,
      drop constraint payouts_transfer,
      drop constraint payouts_method,
      drop constraint payouts_paid_at,
      drop column reversal_id,
      drop column reversed_at,
      add check (status in ('reserved', 'paid', 'held', 'released')),
      add constraint payouts_check check ((status = 'paid') = (transfer_id is not null)),
      add constraint payouts_check1 check ((status = 'paid') = (method is not null)),
      add constraint payouts_check2 check ((status = 'paid') = (paid_at is not null));
  `);
  await knex.raw(guards({ moves: '', freeing: `'released'` }));
}

/** The guards of 0001, with the moves of a payout and the states that free its earnings. */
function guards({ moves, freeing }: { readonly moves: string; readonly freeing: string }): string {
  return `
  create or replace function payments.guard_payout() returns trigger language plpgsql as $$
  begin
    if (new.batch_id, new.practitioner_id, new.currency, new.amount)
       is distinct from (old.batch_id, old.practitioner_id, old.currency, old.amount) then
      raise exception 'payout % cannot be changed, only moved on', old.id using errcode = 'check_violation';
    end if;
    if new.status <> old.status
       and (old.status, new.status) not in
         (('reserved', 'paid'), ('reserved', 'held'), ('held', 'released')${moves}) then
      raise exception 'payout % cannot go from % to %', old.id, old.status, new.status
        using errcode = 'check_violation';
    end if;
    if new.status = old.status and new is distinct from old then
      raise exception 'payout % is already %', old.id, old.status using errcode = 'check_violation';
    end if;
    return new;
  end $$;

  create or replace function payments.guard_earning() returns trigger language plpgsql as $$
  begin
    if (new.id, new.practitioner_id, new.currency, new.amount, new.kind, new.earned_at)
       is distinct from (old.id, old.practitioner_id, old.currency, old.amount, old.kind, old.earned_at) then
      raise exception 'earning % cannot be changed', old.id using errcode = 'check_violation';
    end if;
    if old.payout_id is not null and new.payout_id is distinct from old.payout_id
       and (new.payout_id is not null
            or not exists (select from payments.payouts where id = old.payout_id and status in (${freeing}))) then
      raise exception 'earning % belongs to payout %, which has not been released', old.id, old.payout_id
        using errcode = 'check_violation';
    end if;
    return new;
  end $$;`;
}
