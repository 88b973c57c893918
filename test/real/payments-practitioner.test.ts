/** payments/practitioner-payout, run by a worker. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditPayments } from '../../database/payments/audit.ts';
import { recordEarnings } from '../../database/payments/earnings.ts';
import { seed } from '../../database/seed/seed.ts';
import { type Lab, openLab } from './engine-lab.ts';
import { copyProject, type TestProject } from './engine-project.ts';

const PAYOUT = 'payments/practitioner-payout';

let lab: Lab;
let project: TestProject;
beforeAll(async () => {
  project = copyProject();
  lab = await openLab();
  await seed(lab.database.knex, { size: 10 });
  await lab.worker(project);
});
afterAll(async () => {
  await lab?.close();
  project?.destroy();
});

/** Someone who is due and whose account is open. */
async function somebodyDue(): Promise<number> {
  const { rows } = await lab.database.knex.raw(
    `select practitioner_id as id from payments.earnings
     join payments.payout_accounts account using (practitioner_id)
     join sandbox_provider.accounts on accounts.id = account.provider_account and accounts.status = 'open'
     where account.method = 'stripe' and payout_id is null
     group by practitioner_id having sum(amount) > 1000 order by practitioner_id limit 1`,
  );
  return rows[0].id;
}

const earn = (practitioner_id: number, currency: string, amount: number) =>
  recordEarnings(lab.database.knex, [
    { practitioner_id, currency, amount, kind: 'session', earned_at: '2026-03-01T09:00:00Z' },
  ]);

test('pays one practitioner in every currency from the minimum on, and nobody else', async () => {
  const { knex } = lab.database;
  const practitioner_id = await somebodyDue();
  await earn(practitioner_id, 'GBP', 100);
  await earn(practitioner_id, 'JPY', 1);
  const [earned] = await knex('payments.earnings').where({ practitioner_id }).countDistinct('currency');
  const outcome = await lab.run(PAYOUT, { practitioner_id });
  const currencies = Number(earned!.count);
  expect(currencies).toBeGreaterThan(2);
  expect(outcome).toMatchObject({
    status: 'completed',
    output: { provider: 'sandbox', counts: { paid: currencies, held: 0 } },
  });
  const paid = await knex('payments.payouts').distinct('practitioner_id', 'status');
  expect(paid).toEqual([{ practitioner_id, status: 'paid' }]);
  expect(await auditPayments(knex)).toEqual([]);

  await earn(practitioner_id, 'GBP', 99);
  expect(await lab.run(PAYOUT, { practitioner_id })).toMatchObject({
    status: 'completed',
    output: { counts: { paid: 0, held: 0 } },
  });
});

test('says what is wrong with whom it is asked to pay', async () => {
  expect(await lab.run(PAYOUT, {})).toMatchObject({
    status: 'failed',
    failure: { type: 'InvalidInput', message: expect.stringContaining('practitioner_id') },
  });
  expect(await lab.run(PAYOUT, { practitioner_id: 999_999 })).toMatchObject({
    status: 'failed',
    failure: { type: 'PractitionerNotFound' },
  });
});
