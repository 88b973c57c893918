import type { Knex } from 'knex';
import {
  IdempotencyKeyReused,
  type PaymentMethod,
  type PaymentProvider,
  type ReversalAnswer,
  type Transfer,
  type TransferAnswer,
  type TransferRequest,
} from './provider.ts';

/** It pays by any method. */
export const SANDBOX_METHODS: readonly PaymentMethod[] = ['stripe', 'bank_transfer'];

/**
 * A payment provider that moves no money: it keeps a ledger of its own in the schema `sandbox_provider`, with
 * accounts that can be closed and a balance a currency that can run out. Its transfers' ids begin with `sbx_tr_`,
 * its reversals' with `sbx_trr_`.
 *
 * It stands for a company outside, so its transactions are its own. Throws when given the application's.
 */
export function createSandboxProvider(pool: Knex): PaymentProvider {
  if (pool.isTransaction)
    throw new Error('the sandbox provider needs the pool, not a transaction of the application');
  return {
    name: 'sandbox',
    transfer: (request) => pool.transaction((transaction) => transfer(transaction, request)),
    findTransfer: (payoutId) => findTransfer(pool, payoutId),
    reverseTransfer: ({ id }) => pool.transaction((transaction) => reverseTransfer(transaction, id)),
  };
}

async function transfer(transaction: Knex.Transaction, request: TransferRequest): Promise<TransferAnswer> {
  const { idempotencyKey, ...parameters } = request;
  const asked = { idempotencyKey, parameters: JSON.stringify(parameters) };
  // A second request with the key waits here until the first has been answered.
  const { rows } = await transaction.raw<{ rows: unknown[] }>(
    `insert into sandbox_provider.requests (idempotency_key, parameters)
     values (:idempotencyKey, :parameters::jsonb)
     on conflict do nothing returning idempotency_key`,
    asked,
  );
  if (rows.length === 0) return repeatAnswer(transaction, asked);
  const answer = await decide(transaction, request);
  await transaction.raw(
    `update sandbox_provider.requests set transfer_id = :transferId, refusal = :refusal::jsonb
     where idempotency_key = :idempotencyKey`,
    answer.outcome === 'transferred'
      ? { idempotencyKey, transferId: answer.transfer.id, refusal: null }
      : { idempotencyKey, transferId: null, refusal: JSON.stringify(answer) },
  );
  return answer;
}

async function repeatAnswer(
  knex: Knex,
  asked: { readonly idempotencyKey: string; readonly parameters: string },
): Promise<TransferAnswer> {
  const { rows } = await knex.raw<{
    rows: { same: boolean; refusal: TransferAnswer | null; transfer_id: string }[];
  }>(
    `select parameters = :parameters::jsonb as same, refusal, transfer_id
     from sandbox_provider.requests where idempotency_key = :idempotencyKey`,
    asked,
  );
  const { same, refusal, transfer_id } = rows[0]!;
  if (!same)
    throw new IdempotencyKeyReused(
      `sandbox: the key ${asked.idempotencyKey} came with other parameters before`,
    );
  if (refusal) return refusal;
  const made = await selectTransfer(knex, 'id = :value', transfer_id);
  return { outcome: 'transferred', transfer: made! };
}

async function decide(knex: Knex, request: TransferRequest): Promise<TransferAnswer> {
  const account = await knex.raw<{ rows: { status: string }[] }>(
    'select status from sandbox_provider.accounts where id = :account for share',
    { account: request.account },
  );
  if (account.rows[0]?.status !== 'open') return { outcome: 'account_closed' };
  const money = { amount: request.amount, currency: request.currency };
  const taken = await knex.raw<{ rows: unknown[] }>(
    `update sandbox_provider.balances set available = available - :amount
     where currency = :currency and available >= :amount returning currency`,
    money,
  );
  if (taken.rows.length === 0) {
    const balance = await knex.raw<{ rows: { available: string }[] }>(
      'select available from sandbox_provider.balances where currency = :currency',
      money,
    );
    return { outcome: 'insufficient_funds', available: Number(balance.rows[0]?.available ?? 0) };
  }
  const made = await knex.raw<{ rows: { id: string }[] }>(
    `insert into sandbox_provider.transfers (account_id, currency, amount, metadata)
     values (:account, :currency, :amount, :metadata::jsonb) returning id`,
    { ...money, account: request.account, metadata: JSON.stringify(request.metadata) },
  );
  const id = made.rows[0]!.id;
  return { outcome: 'transferred', transfer: { id, account: request.account, ...money, reversed: 0 } };
}

function findTransfer(knex: Knex, payoutId: string): Promise<Transfer | undefined> {
  return selectTransfer(knex, `metadata ->> 'payout_id' = :value`, payoutId);
}

async function selectTransfer(knex: Knex, condition: string, value: string): Promise<Transfer | undefined> {
  const { rows } = await knex.raw<{ rows: TransferRow[] }>(
    `select id, account_id, amount, currency, reversal_id from sandbox_provider.transfers
     where ${condition} order by created_at, id limit 1`,
    { value },
  );
  const row = rows[0];
  if (!row) return undefined;
  const amount = Number(row.amount);
  const reversed = row.reversal_id === null ? 0 : amount;
  return { id: row.id, account: row.account_id, amount, currency: row.currency, reversed };
}

interface TransferRow {
  readonly id: string;
  readonly account_id: string;
  readonly amount: string;
  readonly currency: string;
  readonly reversal_id: string | null;
}

async function reverseTransfer(transaction: Knex.Transaction, id: string): Promise<ReversalAnswer> {
  // A second request waits here until the first has been answered.
  const { rows } = await transaction.raw<{ rows: { reversal_id: string | null; status: string }[] }>(
    `select transfer.reversal_id, account.status
     from sandbox_provider.transfers transfer join sandbox_provider.accounts account on account.id = account_id
     where transfer.id = :id for update of transfer`,
    { id },
  );
  const found = rows[0];
  if (!found) throw new Error(`sandbox: there is no transfer '${id}'`);
  if (found.reversal_id !== null) return { outcome: 'reversed', reversalId: found.reversal_id };
  if (found.status !== 'open') return { outcome: 'account_closed' };
  const made = await transaction.raw<{ rows: { reversal_id: string }[] }>(
    `with reversed as (
       update sandbox_provider.transfers
       set reversal_id = 'sbx_trr_' || replace(gen_random_uuid()::text, '-', ''), reversed_at = now()
       where id = :id
       returning reversal_id, currency, amount
     )
     update sandbox_provider.balances balance set available = available + reversed.amount
     from reversed where balance.currency = reversed.currency
     returning reversed.reversal_id`,
    { id },
  );
  return { outcome: 'reversed', reversalId: made.rows[0]!.reversal_id };
}
