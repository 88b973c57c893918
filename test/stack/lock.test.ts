import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from '../../src/stack/lock.ts';
import { identityOf } from '../../src/stack/processes.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'estuary-lock-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** Larger than any pid that the systems give. */
const NOBODY = 2 ** 30;

test('lets one in at a time, and all in the end', async () => {
  let inside = 0;
  let most = 0;
  const enter = () =>
    withLock(directory, { timeoutMs: 15_000 }, async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise(setImmediate);
      inside -= 1;
    });
  await Promise.all(Array.from({ length: 20 }, enter));
  expect({ most, inside }).toEqual({ most: 1, inside: 0 });
  expect(readdirSync(directory)).toHaveLength(1);
});

test.each<[what: string, content: () => Promise<string>]>([
  ['whose owner is gone', async () => JSON.stringify({ pid: NOBODY, identity: 'boot/1' })],
  [
    "whose owner's pid was given to another",
    async () => JSON.stringify({ pid: process.pid, identity: 'boot/1' }),
  ],
  ['that was released', async () => ''],
  ['that is damaged', async () => '{"pid":'],
])('takes over a lock %s', async (_, content) => {
  writeFileSync(join(directory, 'lock.41'), await content());
  expect(await withLock(directory, { timeoutMs: 0 }, async () => readdirSync(directory))).toEqual([
    'lock.42',
  ]);
});

test('is free again after a failure', async () => {
  const fail = () => withLock(directory, { timeoutMs: 0 }, () => Promise.reject(new Error('inside')));
  await expect(fail()).rejects.toThrow('inside');
  await expect(fail()).rejects.toThrow('inside');
});

test('gives up, naming who has it', async () => {
  const owner = { pid: process.pid, identity: await identityOf(process.pid) };
  writeFileSync(join(directory, 'lock.3'), JSON.stringify(owner));
  const waits: number[] = [];
  const options = { timeoutMs: 50, onWait: (pid: number) => waits.push(pid) };
  await expect(withLock(directory, options, async () => 'in')).rejects.toMatchObject({
    code: 'locked',
    message: expect.stringContaining(`pid ${process.pid}`),
  });
  expect(waits).toEqual([process.pid]);
  expect(readdirSync(directory)).toEqual(['lock.3']);
});
