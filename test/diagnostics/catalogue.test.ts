import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CODES } from '../../src/diagnostics/catalogue.ts';

test('docs/diagnostics.md has a paragraph for every code, under its title, in the order of the catalogue', () => {
  const text = readFileSync(new URL('../../docs/diagnostics.md', import.meta.url), 'utf8');
  const sections = [...text.matchAll(/^### ([a-z-]+)\n\*\*(.+?)\.\*\* (\S.{20,})$/gm)];
  expect(sections.map(([, code, title]) => [code, title])).toEqual(Object.entries(CODES));
  expect(text.match(/^### /gm)).toHaveLength(sections.length);
});
