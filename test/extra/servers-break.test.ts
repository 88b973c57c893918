/** The servers themselves are killed in the middle of a batch: nobody is paid twice, nobody is forgotten. */
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEstuary } from '../cli/estuary.ts';
import { countPaid, readBooks } from '../real/payouts-project.ts';
import { OwnServers } from './own-servers.ts';

const servers = new OwnServers(
  join(import.meta.dirname, '..', '..', '.estuary', 'test-servers-break'),
  17_000,
);

beforeAll(() => servers.start(), 120_000);
afterAll(() => servers.stop());

test.each([
  // Who follows a run gives up after some attempts, as many as there is time for.
  ['Temporal', 'temporal', 500, ['completed', 'cannot-reach-temporal']],
  ['PostgreSQL', 'database', 1000, ['completed']],
] as const)(
  '%s is killed in the middle of a batch and started again',
  { timeout: 180_000 },
  async (_, server, size, endings) => {
    const before = await servers.seedDue(size);
    const following = startEstuary(
      `wf run payments/batch-payout --id ${server} --input min_amount=10 --json`.split(' '),
      { env: servers.environment },
    );
    await expect
      .poll(() => servers.withDatabase(countPaid), { timeout: 60_000, interval: 20 })
      .toBeGreaterThan(before + 50);
    process.kill(await servers.pidOf(server), 'SIGKILL');
    expect((await servers.startAgain()).started[server]).toBe(true);
    expect(await servers.withDatabase(countPaid)).toBeLessThan(size - 3);

    expect(await servers.outcome(server)).toMatchObject({ status: 'completed' });
    expect(await servers.withDatabase(readBooks)).toMatchObject({
      paid: size - 3,
      held: 3,
      open: 0,
      twice: 0,
      transfers: size - 3,
      audit: [],
    });
    const { stdout } = await following.ended;
    const last = JSON.parse(stdout.trimEnd().split('\n').at(-1)!);
    expect(last.event ?? last.error.code).toBeOneOf([...endings]);
  },
);
