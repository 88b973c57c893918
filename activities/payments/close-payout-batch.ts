import { closeBatch, type ListedPayout } from '../../database/payments/close-batch.ts';
import type { ClosePayoutBatch } from '../../generated/activities/payments/close-payout-batch.ts';
import { paymentProviderName } from '../../providers/payments/choose.ts';

const closePayoutBatch: ClosePayoutBatch = async ({ batch_id }, context) => {
  const summary = await closeBatch(context.database, batch_id);
  return {
    batch_id,
    provider: paymentProviderName(process.env),
    counts: { ...summary.counts },
    totals: summary.totals.map((total) => ({ ...total })),
    held: summary.held.map((payout) => ({ ...listed(payout), reason: payout.reason })),
    paid: summary.paid.map((payout) => ({ ...listed(payout), transfer_id: payout.transferId })),
  };
};

export default closePayoutBatch;

function listed({ practitionerId, practitioner, amount }: ListedPayout) {
  return { practitioner_id: practitionerId, practitioner, amount };
}
