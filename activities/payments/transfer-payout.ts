import { markPaid, readPayout } from '../../database/payments/payouts.ts';
import type { TransferPayout } from '../../generated/activities/payments/transfer-payout.ts';
import { choosePaymentProvider } from '../../providers/payments/choose.ts';
import type { TransferAnswer } from '../../providers/payments/provider.ts';
import { assertSameMoney } from '../../providers/payments/same-money.ts';

const transferPayout: TransferPayout = async ({ payout_id, method }, context) => {
  const payout = await readPayout(context.database, payout_id, method);
  if (payout.status === 'paid') return { transfer_id: payout.transferId!, amount: payout.amount };
  // A run that was reset comes here again: what was refused then is refused now.
  if (payout.status === 'held' && payout.holdReason === 'AccountClosed') {
    throw context.error('AccountClosed', `payout '${payout_id}' is held, its account was closed`);
  }
  if (payout.status === 'held' && payout.holdReason === 'InsufficientFunds') {
    throw context.error(
      'InsufficientFunds',
      `payout '${payout_id}' is held, the balance did not cover it`,
      {},
    );
  }
  if (payout.status !== 'reserved')
    throw new Error(`payout '${payout_id}' is ${payout.status} and cannot be paid`);

  const provider = choosePaymentProvider(process.env, context.database);
  // An earlier attempt may have moved the money: what the provider knows comes before asking it again.
  const made = context.outcomeUnknown ? await provider.findTransfer(payout_id) : undefined;
  if (!made && payout.providerAccount === null) {
    throw context.error('AccountClosed', `the practitioner has no account for ${method}`);
  }
  const answer: TransferAnswer = made
    ? { outcome: 'transferred', transfer: made }
    : await provider.transfer({
        // The payout's own name, not the step's: whoever pays this payout, in whatever run, pays it once.
        idempotencyKey: payout_id,
        account: payout.providerAccount!,
        ...payout.amount,
        metadata: { payout_id, workflow_id: context.workflow.id },
      });

  switch (answer.outcome) {
    case 'account_closed':
      throw context.error(
        'AccountClosed',
        `${provider.name}: account '${payout.providerAccount}' takes no transfers`,
      );
    case 'insufficient_funds':
      throw context.error(
        'InsufficientFunds',
        `${provider.name}: the balance does not cover the payout`,
        answer.available === undefined
          ? {}
          : { available: { amount: answer.available, currency: payout.amount.currency } },
      );
    case 'transferred':
      assertSameMoney(answer.transfer, payout.amount);
      if (answer.transfer.reversed > 0)
        throw new Error(`transfer '${answer.transfer.id}' for payout '${payout_id}' has been reversed`);
      await markPaid(context.database, { payoutId: payout_id, method, transferId: answer.transfer.id });
      return { transfer_id: answer.transfer.id, amount: payout.amount };
  }
};

export default transferPayout;
