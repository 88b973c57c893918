import { MAX_BATCH_PAYOUTS, openBatch, practitionerExists } from '../../database/payments/open-batch.ts';
import type { OpenPayoutBatch } from '../../generated/activities/payments/open-payout-batch.ts';
import { paymentMethods, paymentProviderName } from '../../providers/payments/choose.ts';

const openPayoutBatch: OpenPayoutBatch = async ({ min_amount, practitioner_id, method }, context) => {
  // Before anything is reserved: a worker that cannot pay must not hold the money back.
  const methods = paymentMethods(process.env);
  if (method !== undefined && !methods.includes(method)) {
    const provider = paymentProviderName(process.env);
    throw context.error(
      'MethodNotSupported',
      `${provider} does not pay by ${method}, only by ${methods.join(', ')}`,
    );
  }
  if (practitioner_id !== undefined && !(await practitionerExists(context.database, practitioner_id))) {
    throw context.error('PractitionerNotFound', `there is no practitioner ${practitioner_id}`);
  }
  const { batchId, payoutIds } = await openBatch(context.database, {
    minAmount: min_amount,
    ...(practitioner_id === undefined ? {} : { practitionerId: practitioner_id }),
  });
  context.logger.info('payout batch opened', { batch_id: batchId, payouts: payoutIds.length });
  if (payoutIds.length === MAX_BATCH_PAYOUTS) {
    context.logger.warn('the batch is full; what else is due is left to the next one', { batch_id: batchId });
  }
  return { batch_id: batchId, payouts: payoutIds.map((id) => ({ id })) };
};

export default openPayoutBatch;
