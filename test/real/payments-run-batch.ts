import type { Knex } from 'knex';
import closePayoutBatch from '../../activities/payments/close-payout-batch.ts';
import holdPayout from '../../activities/payments/hold-payout.ts';
import openPayoutBatch from '../../activities/payments/open-payout-batch.ts';
import transferPayout from '../../activities/payments/transfer-payout.ts';
import type { ClosePayoutBatchOutput } from '../../generated/activities/payments/close-payout-batch.ts';
import type { OpenPayoutBatchInput } from '../../generated/activities/payments/open-payout-batch.ts';
import { DeclaredError, runActivity } from './payments-run-activity.ts';

/** The steps of payments/batch-payout by hand, without an engine: for tests of the activities. */
export async function runBatch(
  knex: Knex,
  run: string,
  input: OpenPayoutBatchInput,
): Promise<ClosePayoutBatchOutput> {
  const opened = await runActivity(knex, openPayoutBatch, input, { effect: 'write', work: `${run}/open` });
  const waiting = opened.payouts.map(({ id }) => id);
  const payNext = async (): Promise<void> => {
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) await pay(knex, run, id);
  };
  await Promise.all(Array.from({ length: 8 }, payNext));
  const close = { batch_id: opened.batch_id };
  return runActivity(knex, closePayoutBatch, close, { effect: 'write', work: `${run}/close` });
}

async function pay(knex: Knex, run: string, payout_id: string): Promise<void> {
  try {
    const input = { payout_id, method: 'stripe' } as const;
    await runActivity(knex, transferPayout, input, {
      effect: 'external',
      work: `${run}/pay[${payout_id}]/transfer`,
    });
  } catch (error) {
    if (!(error instanceof DeclaredError)) throw error;
    const input = { payout_id, reason: error.type };
    await runActivity(knex, holdPayout, input, { effect: 'write', work: `${run}/pay[${payout_id}]/hold` });
  }
}
