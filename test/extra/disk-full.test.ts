/** The disk of the embedded servers is full: at their start, and in the middle of a batch. */
import { execFileSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findProcesses } from '../../src/stack/processes.ts';
import { startStack, stopStack } from '../../src/stack/stack.ts';
import { copyProject, estuary } from '../cli/estuary.ts';
import { countPaid, readBooks } from '../real/payouts-project.ts';
import { OwnServers } from './own-servers.ts';

const SIZE = 1000;
const HELD = 3;

let project: ReturnType<typeof copyProject>;
let disk: string;
let dataDirectory: string;

beforeEach(() => {
  project = copyProject();
  disk = join(project.root, '.estuary');
  dataDirectory = join(disk, 'dev');
});

afterEach(async () => {
  // Stopping takes the folder's lock, which is a file.
  if (mayMount) mountDisk(400, 'remount');
  await stopStack(dataDirectory);
  if (mayMount) execFileSync('umount', ['--lazy', disk]);
  project.remove();
});

/** A small disk of our own is for root alone, where root may mount at all. */
const mayMount = ((): boolean => {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
})();

describe.skipIf(!mayMount)('the disk is full', () => {
  test.each([
    ['PostgreSQL and Temporal', 1],
    ['the cluster', 16],
  ])(
    'and has no room for %s: nothing is started, until there is some',
    { timeout: 120_000 },
    async (_, megabytes) => {
      mountDisk(megabytes);
      await expect(startStack({ dataDirectory, ports: ANY_PORTS })).rejects.toMatchObject({
        code: 'disk-full',
        message: expect.stringMatching(/disk is full.*free some space/is),
      });
      expect(await serversOnOurData()).toEqual([]);

      mountDisk(400, 'remount');
      const { started } = await startStack({ dataDirectory, ports: ANY_PORTS });
      expect(started).toEqual({ temporal: true, database: true });
    },
  );

  test('in the middle of a batch: it goes on once there is room', { timeout: 240_000 }, async () => {
    mountDisk(400);
    const servers = new OwnServers(dataDirectory, 17200);
    await servers.start();
    try {
      await servers.seedDue(SIZE);
      const run = await servers.startBatch();
      await expect
        .poll(() => servers.withDatabase(countPaid), { timeout: 60_000, interval: 20 })
        .toBeGreaterThan(50);
      fillDisk();
      await expect.poll(logs, { timeout: 60_000 }).toMatch(/no space left|disk is full/i);

      const { code, stdout } = await estuary(['wf', 'run', 'payments/batch-payout', '--json'], {
        cwd: project.root,
      });
      expect({ code, ...JSON.parse(stdout) }).toEqual({
        code: 4,
        error: { code: 'disk-full', message: expect.stringMatching(/^The disk is full.*Free some space/) },
      });

      rmSync(join(disk, 'filling'));
      await servers.startAgain();
      expect(await servers.outcome(run)).toMatchObject({ status: 'completed' });
      expect(await servers.withDatabase(readBooks)).toMatchObject({
        paid: SIZE - HELD,
        held: HELD,
        open: 0,
        twice: 0,
        transfers: SIZE - HELD,
        audit: [],
      });
    } finally {
      await servers.stop();
    }
  });
});

const ANY_PORTS = { temporal: 0, ui: 0, database: 0 };

function mountDisk(megabytes: number, remount?: 'remount'): void {
  const options = [remount, `size=${megabytes}m`, 'mode=0755'].filter((option) => option !== undefined);
  execFileSync('mount', ['-t', 'tmpfs', '-o', options.join(','), 'estuary-test', disk]);
}

function fillDisk(): void {
  const file = openSync(join(disk, 'filling'), 'w');
  try {
    // To the last page.
    for (const chunk of [Buffer.alloc(1 << 20), Buffer.alloc(4096)]) {
      try {
        for (;;) writeSync(file, chunk);
      } catch (error) {
        expect(error).toMatchObject({ code: 'ENOSPC' });
      }
    }
  } finally {
    closeSync(file);
  }
}

/** What both servers have written to their logs. */
function logs(): string {
  return [join(dataDirectory, 'postgres.log'), join(dataDirectory, 'temporal', 'server.log')]
    .map((log) => readFileSync(log, 'utf8'))
    .join('');
}

async function serversOnOurData(): Promise<number[]> {
  const temporal = await findProcesses(['start-dev', join(dataDirectory, 'temporal', 'temporal.db')]);
  return [...temporal, ...(await findProcesses(['-D', join(dataDirectory, 'postgres', 'data'), '-p']))];
}
