import type { Knex } from 'knex';

/** Something that must not be. */
export interface AuditFinding {
  readonly check: AuditCheck;
  /** What it is about: an id, or a currency. */
  readonly subject: string;
  readonly message: string;
}

export type AuditCheck =
  | 'transaction-off-balance'
  | 'currency-off-balance'
  | 'payable-mismatch'
  | 'earning-not-posted'
  | 'payout-not-posted'
  | 'payout-amount-mismatch'
  | 'payout-without-transfer'
  | 'transfer-without-payout'
  | 'transfer-repeated'
  | 'reserved-in-closed-batch';

/**
 * Audits payments at rest, with no batch under way: every earning is paid at most once, the ledger balances in each
 * transaction and currency, what it owes each practitioner is what the earnings say, and the provider's transfers
 * and the paid payouts match one to one. Reads one snapshot, also of the sandbox provider's ledger;
 * what other providers' transfers are is not in the database.
 *
 * Returns every finding, in the order of the checks and subjects; none means that all is well.
 */
export async function auditPayments(knex: Knex): Promise<AuditFinding[]> {
  return knex.transaction(
    async (transaction) => {
      const findings: AuditFinding[] = [];
      for (const [check, sql] of CHECKS) {
        const { rows } = await transaction.raw<{ rows: { subject: string; message: string }[] }>(
          `select subject, message from (${sql}) as finding order by subject, message`,
        );
        findings.push(...rows.map(({ subject, message }) => ({ check, subject, message })));
      }
      return findings;
    },
    { isolationLevel: 'repeatable read', readOnly: true },
  );
}

/** Each gives a row, subject and message, for every finding. */
const CHECKS: readonly (readonly [check: AuditCheck, sql: string])[] = [
  [
    'transaction-off-balance',
    `select transaction.id::text as subject, coalesce(sum(entry.amount), 0) || ' ' || coalesce(entry.currency, '(no entries)') as message
     from payments.ledger_transactions transaction
     left join payments.ledger_entries entry on entry.transaction_id = transaction.id
     group by transaction.id, entry.currency
     having count(entry.id) = 0 or sum(entry.amount) <> 0`,
  ],
  [
    'currency-off-balance',
    `select currency::text as subject, 'the ledger is off by ' || sum(amount) as message
     from payments.ledger_entries group by currency having sum(amount) <> 0`,
  ],
  [
    'payable-mismatch',
    `select practitioner_id || ' ' || currency as subject,
       'the ledger owes ' || coalesce(owed, 0) || ', the unpaid earnings are ' || coalesce(earned, 0) as message
     from (
       select account.practitioner_id, account.currency, -sum(entry.amount) as owed
       from payments.ledger_accounts account
       join payments.ledger_entries entry on entry.account_id = account.id
       where account.kind = 'practitioner_payable'
       group by account.practitioner_id, account.currency
     ) ledger
     full join (
       select earning.practitioner_id, earning.currency,
         coalesce(sum(earning.amount) filter (where payout.status is distinct from 'paid'), 0) as earned
       from payments.earnings earning left join payments.payouts payout on payout.id = earning.payout_id
       group by earning.practitioner_id, earning.currency
     ) unpaid using (practitioner_id, currency)
     where coalesce(owed, 0) <> coalesce(earned, 0)`,
  ],
  [
    'earning-not-posted',
    `select earning.id::text as subject, 'has no ledger transaction' as message
     from payments.earnings earning
     where not exists (select from payments.ledger_transactions where earning_id = earning.id)`,
  ],
  [
    'payout-not-posted',
    `select payout.id::text as subject,
       'is ' || payout.status || ' with ' || payout.amount || ', the ledger has ' || coalesce(posted.amount, 0) as message
     from payments.payouts payout
     left join (
       select coalesce(transaction.payout_id, transaction.reversed_payout_id) as payout_id, -sum(entry.amount) as amount
       from payments.ledger_transactions transaction
       join payments.ledger_entries entry on entry.transaction_id = transaction.id
       join payments.ledger_accounts account on account.id = entry.account_id and account.kind = 'provider_cash'
       where transaction.earning_id is null
       group by 1
     ) posted on posted.payout_id = payout.id
     where coalesce(posted.amount, 0) <> case payout.status when 'paid' then payout.amount else 0 end`,
  ],
  [
    'payout-amount-mismatch',
    `select payout.id::text as subject, 'is over ' || payout.amount || ', its earnings are ' || coalesce(sum(earning.amount), 0) as message
     from payments.payouts payout left join payments.earnings earning on earning.payout_id = payout.id
     where payout.status not in ('released', 'reversed')
     group by payout.id
     having coalesce(sum(earning.amount), 0) <> payout.amount`,
  ],
  [
    'payout-without-transfer',
    `select payout.id::text as subject, 'transfer ' || payout.transfer_id || ' is not at the provider with this payout, amount and reversal' as message
     from payments.payouts payout
     where starts_with(payout.transfer_id, 'sbx_tr_') and not exists (
       select from sandbox_provider.transfers transfer
       where transfer.id = payout.transfer_id and transfer.amount = payout.amount
         and transfer.currency = payout.currency and transfer.metadata ->> 'payout_id' = payout.id::text
         and transfer.reversal_id is not distinct from payout.reversal_id)`,
  ],
  [
    'transfer-without-payout',
    `select transfer.id as subject, transfer.amount || ' ' || transfer.currency || ' moved for no paid payout' as message
     from sandbox_provider.transfers transfer
     where not exists (
       select from payments.payouts payout where payout.transfer_id = transfer.id and payout.status in ('paid', 'reversed'))`,
  ],
  [
    'transfer-repeated',
    `select coalesce(metadata ->> 'payout_id', '(none)') as subject, count(*) || ' transfers were made for one payout' as message
     from sandbox_provider.transfers group by metadata ->> 'payout_id' having count(*) > 1`,
  ],
  [
    'reserved-in-closed-batch',
    `select payout.id::text as subject, 'is neither paid nor held, but its batch is closed' as message
     from payments.payouts payout join payments.payout_batches batch on batch.id = payout.batch_id
     where payout.status = 'reserved' and batch.closed_at is not null`,
  ],
];
