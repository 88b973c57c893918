import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type AuditCheck, auditPayments } from '../../database/payments/audit.ts';
import { seed } from '../../database/seed/seed.ts';
import { createFreshDatabase, type FreshDatabase } from './fresh-database.ts';
import { runBatch } from './payments-run-batch.ts';

let database: FreshDatabase;
beforeAll(async () => {
  database = await createFreshDatabase(inject('stack').databaseUrl);
  await seed(database.knex, { size: 20 });
  await runBatch(database.knex, 'batch', { min_amount: 10 });
});
afterAll(() => database.drop());

const PAID = `(select id from payments.payouts where status = 'paid' order by practitioner_id limit 1)`;
const HELD = `(select id from payments.payouts where status = 'held' limit 1)`;

/** What each of these breaks needs the tables' own guards switched off: the audit is the second line. */
const BREAKS: readonly (readonly [what: string, sql: string, found: readonly AuditCheck[]])[] = [
  [
    'an entry whose counterpart is missing',
    `delete from payments.ledger_entries where id = (select max(id) from payments.ledger_entries)`,
    ['currency-off-balance', 'payout-not-posted', 'transaction-off-balance'],
  ],
  [
    'a ledger transaction without entries',
    `delete from payments.ledger_entries where transaction_id = (select max(id) from payments.ledger_transactions)`,
    ['payable-mismatch', 'payout-not-posted', 'transaction-off-balance'],
  ],
  [
    'an earning that nobody posted',
    `insert into payments.earnings (practitioner_id, currency, amount, kind, earned_at) values (101, 'EUR', 1, 'session', now())`,
    ['earning-not-posted', 'payable-mismatch'],
  ],
  [
    'a paid earning that is free to be paid again',
    `update payments.earnings set payout_id = null where payout_id = ${PAID}`,
    ['payable-mismatch', 'payout-amount-mismatch'],
  ],
  [
    'a held payout that says it was paid',
    `update payments.payouts set status = 'paid', transfer_id = 'sbx_tr_none', method = 'stripe', paid_at = now(),
       hold_reason = null, held_at = null where id = ${HELD}`,
    ['payable-mismatch', 'payout-not-posted', 'payout-without-transfer'],
  ],
  [
    'a paid payout that went back to reserved',
    `update payments.payouts set status = 'reserved', transfer_id = null, method = null, paid_at = null where id = ${PAID}`,
    ['payable-mismatch', 'payout-not-posted', 'reserved-in-closed-batch', 'transfer-without-payout'],
  ],
  [
    'a payout of another amount than was transferred',
    `update payments.payouts set amount = amount + 1 where id = ${PAID}`,
    ['payout-amount-mismatch', 'payout-not-posted', 'payout-without-transfer'],
  ],
  [
    'a transfer made twice',
    `insert into sandbox_provider.transfers (account_id, currency, amount, metadata)
     select account_id, currency, amount, metadata from sandbox_provider.transfers limit 1`,
    ['transfer-repeated', 'transfer-without-payout'],
  ],
  [
    'a transfer that was brought back behind our back',
    `update sandbox_provider.transfers set reversal_id = 'sbx_trr_none', reversed_at = now()
     where id = (select transfer_id from payments.payouts where id = ${PAID})`,
    ['payout-without-transfer'],
  ],
  [
    'a payout that says its transfer was brought back',
    `update payments.payouts set status = 'reversed', reversal_id = 'sbx_trr_none', reversed_at = now() where id = ${PAID}`,
    ['payable-mismatch', 'payout-not-posted', 'payout-without-transfer'],
  ],
  [
    'a transfer for somebody else’s payout',
    `update sandbox_provider.transfers set metadata = '{"payout_id": "another"}'
     where id = (select transfer_id from payments.payouts where id = ${PAID})`,
    ['payout-without-transfer'],
  ],
];

describe('the audit', () => {
  test('finds nothing in sound books', async () => {
    expect(await auditPayments(database.knex)).toEqual([]);
  });

  test.each(BREAKS)('finds %s', async (_, sql, found) => {
    const undo = new Error('undo');
    const breaking = database.knex.transaction(async (transaction) => {
      await transaction.raw('set local session_replication_role = replica');
      await transaction.raw(sql);
      const findings = await auditPayments(transaction);
      expect([...new Set(findings.map(({ check }) => check))].sort()).toEqual(found);
      for (const { subject, message } of findings) expect(`${subject}: ${message}`).toMatch(/^\S.*: \S/);
      throw undo;
    });
    await expect(breaking).rejects.toBe(undo);
  });
});
