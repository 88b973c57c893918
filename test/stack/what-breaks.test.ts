/** docs/what-breaks.md names what there is. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DATABASE_ERROR_CODES } from '../../src/cli/database-failure.ts';
import { STACK_ERROR_CODES } from '../../src/stack/errors.ts';
import { SEARCH_ATTRIBUTE_ERROR_CODES } from '../../src/worker/search-attributes.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'what-breaks.md'), 'utf8');

test('it has a paragraph for each code', () => {
  const paragraphs = [...page.matchAll(/^### ([a-z-]+)\n\*\*.+/gm)].map(([, code]) => code);
  const ofCommands = ['cannot-reach-temporal', 'no-servers', 'no-worker', 'pending-migrations'];
  expect(paragraphs).toEqual([
    ...ofCommands,
    ...SEARCH_ATTRIBUTE_ERROR_CODES,
    ...DATABASE_ERROR_CODES,
    ...STACK_ERROR_CODES,
  ]);
});

test('each row says that nothing is lost, and which test tried it', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| --- '));
  const cells = rows.map((row) => row.slice(1, -1).split('|'));
  const tried = cells.filter(([what]) => what?.trim() !== 'what breaks');
  expect(tried.length).toBeGreaterThan(20);
  for (const [what, seen, then, lost, ...tests] of tried) {
    expect(lost, what).toBe(' nothing ');
    expect(tests.join(), what).toMatch(/^ \[[a-z-]+\]\(\.\.\/test\/[a-z/-]+\.test\.ts\)/);
    expect([seen, then].every((cell) => cell!.trim() !== '')).toBe(true);
  }
});
