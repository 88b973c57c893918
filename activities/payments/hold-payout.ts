import { holdPayout as hold } from '../../database/payments/payouts.ts';
import type { HoldPayout } from '../../generated/activities/payments/hold-payout.ts';

const holdPayout: HoldPayout = async ({ payout_id, reason }, context) => {
  const amount = await hold(context.database, { payoutId: payout_id, reason });
  context.logger.info('payout held', { payout_id, reason });
  return { amount };
};

export default holdPayout;
