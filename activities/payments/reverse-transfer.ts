import { holdPayout, markPaid, readPayout } from '../../database/payments/payouts.ts';
import { markReversed } from '../../database/payments/reverse.ts';
import type { ReverseTransfer } from '../../generated/activities/payments/reverse-transfer.ts';
import { choosePaymentProvider } from '../../providers/payments/choose.ts';
import { assertSameMoney } from '../../providers/payments/same-money.ts';

const reverseTransfer: ReverseTransfer = async ({ payout_id, method }, context) => {
  const payout = await readPayout(context.database, payout_id, method);
  if (payout.reversalId !== null) return { reversal_id: payout.reversalId };

  // What is not recorded as paid may have been: the provider knows.
  const provider = choosePaymentProvider(process.env, context.database);
  const transfer = await provider.findTransfer(payout_id);
  if (!transfer) {
    if (payout.status === 'paid')
      throw new Error(
        `${provider.name} does not know transfer '${payout.transferId}' of payout '${payout_id}'`,
      );
    // An attempt at the transfer that nobody waits for any more must not pay after this.
    if (payout.status === 'reserved')
      await holdPayout(context.database, { payoutId: payout_id, reason: 'Reversed' });
    return {};
  }
  if (payout.status !== 'paid' && payout.status !== 'reserved')
    throw new Error(`payout '${payout_id}' is ${payout.status}, but '${transfer.id}' was made for it`);
  assertSameMoney(transfer, payout.amount);

  const answer = await provider.reverseTransfer(transfer, payout_id);
  switch (answer.outcome) {
    case 'account_closed':
      throw context.error(
        'AccountClosed',
        `${provider.name}: account '${transfer.account}' gives nothing back`,
      );
    case 'insufficient_funds':
      throw context.error(
        'InsufficientFunds',
        `${provider.name}: account '${transfer.account}' no longer holds what '${transfer.id}' brought`,
      );
    case 'reversed':
      await context.database.transaction(async (transaction) => {
        await markPaid(transaction, { payoutId: payout_id, method, transferId: transfer.id });
        await markReversed(transaction, { payoutId: payout_id, reversalId: answer.reversalId });
      });
      context.logger.info('transfer reversed', { payout_id, reversal_id: answer.reversalId });
      return { reversal_id: answer.reversalId };
  }
};

export default reverseTransfer;
