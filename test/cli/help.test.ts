import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { estuary, ROOT } from './estuary.ts';
import { expectGolden } from './golden.ts';

const commands = (readdirSync(join(ROOT, 'src', 'commands'), { recursive: true }) as string[])
  .filter((path) => path.endsWith('.ts'))
  .map((path) => path.replace(/(\/index)?\.ts$/, '').split('/'))
  .sort();

test.each(commands.map((words) => [words.join(' '), words] as const))(
  'estuary %s --help',
  async (name, words) => {
    const { code, stdout, stderr } = await estuary([...words, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`EXAMPLES\n  $ estuary ${name}`);
    await expectGolden(`help/${words.join('-')}.txt`, stdout);
  },
);

test('estuary --help', async () => {
  const { code, stdout } = await estuary(['--help']);
  expect(code).toBe(0);
  await expectGolden('help/estuary.txt', stdout.replace(/(estuary-workflows\/)\S+ .*/, '$1…'));
});
