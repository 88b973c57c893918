import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, type ExpectStatic, test } from 'vitest';
import { seed } from '../../database/seed/seed.ts';
import { outcomeOf } from '../../src/client/runs.ts';
import { type Lab, openLab, type RunHandle } from '../real/engine-lab.ts';
import { copyProject, type TestProject } from '../real/engine-project.ts';
import { countPaid, readBooks } from '../real/payouts-project.ts';

const BATCH = 'payments/batch-payout';

/** 1,000 who can be paid, two whose account is closed, one in a currency that the platform has too little of. */
const DUE = 1003;
const ALL_DONE = { paid: 1000, held: 3, open: 0, twice: 0, transfers: 1000, audit: [] };

const cleanUp: (() => unknown)[] = [];
afterAll(async () => {
  for (const each of cleanUp.reverse()) await each();
});

async function openPayouts(): Promise<{ readonly lab: Lab; readonly project: TestProject }> {
  const project = copyProject();
  cleanUp.push(() => project.destroy());
  const lab = await openLab();
  cleanUp.push(() => lab.close());
  await seed(lab.database.knex, { size: DUE });
  return { lab, project };
}

async function expectCounts(
  expect: ExpectStatic,
  runs: readonly RunHandle[],
  counts: { readonly paid: number; readonly held: number },
): Promise<void> {
  const sum = { paid: 0, held: 0 };
  for (const outcome of await Promise.all(runs.map(outcomeOf))) {
    expect(outcome).toMatchObject({ status: 'completed', output: { provider: 'sandbox', counts: {} } });
    const { output } = outcome as unknown as { output: { counts: typeof sum } };
    sum.paid += output.counts.paid;
    sum.held += output.counts.held;
  }
  expect(sum).toEqual(counts);
}

// Each has its own database and task queue; while one waits for a timeout, another has the processor.
describe.concurrent('1,000 practitioners who are due', { timeout: 240_000 }, () => {
  test('are paid once each, and the ledger balances', async ({ expect }) => {
    const { lab, project } = await openPayouts();
    await lab.worker(project);
    const run = await lab.start(BATCH, { min_amount: 10 });
    await expectCounts(expect, [run], { paid: 1000, held: 3 });
    expect(await readBooks(lab.database.knex)).toEqual(ALL_DONE);
    // What a payout costs in history bounds how many a run can take.
    const { historyLength } = await run.describe();
    expect(historyLength / DUE).toBeLessThan(6);
  });

  test('are paid once each by two batches that start at once', async ({ expect }) => {
    const { lab, project } = await openPayouts();
    await lab.worker(project);
    const input = { min_amount: 10 };
    const runs = await Promise.all([lab.start(BATCH, input), lab.start(BATCH, input)]);
    await expectCounts(expect, runs, { paid: 1000, held: 3 });
    expect(await readBooks(lab.database.knex)).toEqual(ALL_DONE);
  });

  test('are paid once each though the worker is killed three times, and the definition changes', async ({
    expect,
  }) => {
    const { lab, project } = await openPayouts();
    const { knex } = lab.database;
    const file = join(project.root, 'definitions', `${BATCH}.yaml`);
    // A transfer that died with its worker is tried again after its timeout: 30 s unless it says otherwise.
    const original = readFileSync(file, 'utf8').replace(/( +)retry:/, '$1timeout: 3s\n$1retry:');
    project.define(BATCH, original);
    let worker = await lab.worker(project);
    const run = await lab.start(BATCH, { min_amount: 10 });

    const deploys = [
      () => project.define(BATCH, original.replaceAll('transfer-payout', 'hold-payout')),
      () => project.define(BATCH, original.replace('for_each:', 'for_eech:')),
      () => project.remove(BATCH),
    ];
    for (const [index, deploy] of deploys.entries()) {
      const enough = 200 + 250 * index;
      await expect.poll(() => countPaid(knex), { timeout: 90_000, interval: 20 }).toBeGreaterThan(enough);
      await worker.kill();
      expect(await countPaid(knex)).toBeLessThan(1000);
      deploy();
      worker = await lab.worker(project);
    }
    await expectCounts(expect, [run], { paid: 1000, held: 3 });
    expect(await readBooks(knex)).toEqual(ALL_DONE);
    // The kills did hit transfers under way: without that, this would prove little.
    const { events } = await run.fetchHistory();
    const attempts = (events ?? []).map(({ activityTaskStartedEventAttributes: s }) => s?.attempt ?? 0);
    expect(Math.max(...attempts)).toBeGreaterThan(1);
  });
});
