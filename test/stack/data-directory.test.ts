/** What people see where the folder of the embedded servers cannot be written; nothing is started. */
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { copyProject, type Ended, estuary, ROOT } from '../cli/estuary.ts';

let project: ReturnType<typeof copyProject>;
let folder: string;

beforeEach(() => {
  project = copyProject();
  folder = join(project.root, '.estuary');
});

afterEach(() => {
  chmodSync(folder, 0o755);
  project.remove();
});

const COMMANDS = ['dev', 'wf run payments/batch-payout', 'db status'];

describe('a file stands in its place', () => {
  beforeEach(() => {
    rmSync(folder, { recursive: true });
    writeFileSync(folder, '');
  });

  test.each(COMMANDS)('%s', async (command) => {
    expect(await estuary(command.split(' '), { cwd: project.root })).toEqual(
      refusal(`'${folder}/dev' cannot be written: a file stands where a folder has to be (ENOTDIR)`),
    );
  });
});

describe('it may not be written', () => {
  beforeEach(() => {
    chmodSync(folder, 0o500);
  });

  test.each(COMMANDS)('%s', async (command) => {
    expect(await withoutPrivileges(command)).toEqual(
      refusal(`'${folder}/dev' cannot be written: this user may not write it (EACCES)`),
    );
    expect(readdirSync(folder)).toEqual([]);
  });

  test('with --json', async () => {
    const { code, stdout } = await withoutPrivileges('wf run payments/batch-payout --json');
    expect({ code, ...JSON.parse(stdout) }).toEqual({
      code: 4,
      error: { code: 'data-directory-unusable', message: expect.stringContaining('make it writable') },
    });
  });

  test('what is in it neither', async () => {
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'dev'), { mode: 0o500 });
    const { stderr } = await withoutPrivileges('dev');
    expect(stderr).toMatch(/^error: '.*\/\.estuary\/dev\/.*' cannot be written: this user may not write it/);
  });
});

function refusal(what: string): Ended {
  const where = `The embedded stack keeps its data in '${folder}/dev'; make it writable.`;
  return { code: 4, stdout: '', stderr: `error: ${what}. ${where}\n` };
}

/** As an ordinary user: permissions do not hold for root, unless it gives up the right to pass them by. */
function withoutPrivileges(command: string): Promise<Ended> {
  const args = command.split(' ');
  if (process.getuid?.() !== 0) return estuary(args, { cwd: project.root });
  const rights = '-dac_override,-dac_read_search';
  const node = [process.execPath, join(ROOT, 'bin', 'estuary.js'), ...args];
  const { PATH, HOME } = process.env;
  return new Promise((resolve) => {
    const options = { cwd: project.root, env: { PATH, HOME, TZ: 'UTC' } };
    execFile('setpriv', [`--bounding-set=${rights}`, '--', ...node], options, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}
