import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { chooseLauncher } from '../../src/stack/postgres-launcher.ts';
import { endProcess, identityOf } from '../../src/stack/processes.ts';

test('a process that does not heed its signals is not ended, and that is said', async () => {
  const deaf = `process.on('SIGTERM', () => {}); console.log('ready'); setInterval(() => {}, 1000)`;
  const child = spawn(process.execPath, ['-e', deaf], { stdio: ['ignore', 'pipe', 'inherit'] });
  try {
    await once(child.stdout, 'data');
    await expect(endProcess(child.pid!, ['SIGTERM'], 50)).rejects.toMatchObject({
      code: 'not-ours-to-stop',
      message: expect.stringContaining(`pid ${child.pid} does not end; it was sent SIGTERM`),
    });
    await endProcess(child.pid!, ['SIGTERM', 'SIGKILL'], 2000);
    expect(await identityOf(child.pid!)).toBeUndefined();
  } finally {
    child.kill('SIGKILL');
  }
});

test.skipIf(process.getuid?.() !== 0)(
  'root is told why PostgreSQL cannot be run as somebody else',
  async () => {
    const folder = '/no/such/folder';
    const binaries = { folder, initdb: `${folder}/initdb`, postgres: `${folder}/postgres` };
    await expect(chooseLauncher(binaries, '/tmp')).rejects.toMatchObject({
      code: 'postgres-as-root',
      message: expect.stringMatching(
        /user-namespace .*\n.*capability .*\n.*copy: .*\nRun Estuary as an ordinary user/,
      ),
    });
  },
);
