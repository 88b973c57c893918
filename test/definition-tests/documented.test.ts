/** The tests that docs/definition-tests.md shows pass, and the failure that it shows looks like that. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderFile } from '../../src/definition-tests/render-text.ts';
import { renderText } from '../../src/diagnostics/render-text.ts';
import { loadProject } from '../../src/project/project.ts';
import { ROOT } from '../cli/estuary.ts';
import { blocksOf } from '../docs/pages.ts';
import { runTexts } from './report.ts';

const PAGE = 'docs/definition-tests.md';
const { catalogue } = loadProject(ROOT);
const [definition = '', ...tests] = blocksOf(PAGE)
  .filter(({ language }) => language === 'yaml')
  .map(({ text }) => text);

function run(text: string) {
  return runTexts('payments/approved-payout', { definition, tests: text }, catalogue);
}

test.each(tests.map((text, index) => [index + 1, text] as const))('test file %i passes', (_, text) => {
  const { findings, result, sources } = run(text);
  expect(renderText(findings, sources)).toBe('');
  expect(renderFile(result!, sources)).not.toContain('✗');
});

test('a failure looks as it is shown', () => {
  const shown = blocksOf(PAGE).find(({ language }) => language === 'text')!.text;
  const text = `start: 2026-03-02T09:00:00Z
input: { payout_id: aaaaaaaa-0000-4000-8000-000000000001 }
activities:
  payments/transfer-payout:
    output: { transfer_id: tr_1, amount: { amount: 5000, currency: EUR } }

cases:
  - name: pays at once
    events:
      - { at: 3h, update: approve, with: { by: ann } }
    expect:
      calls:
        - activity: payments/transfer-payout
          at: 0s
          with: { method: stripe }
`;
  const { result, sources } = run(text);
  expect(renderFile(result!, sources).trimEnd()).toBe(shown.trimEnd());
});

test('the page has every key of the grammar', () => {
  const page = readFileSync(new URL(`../../${PAGE}`, import.meta.url), 'utf8');
  const grammar = JSON.parse(
    readFileSync(new URL('../../schemas/definition-test.schema.json', import.meta.url), 'utf8'),
  );
  const { $defs } = grammar;
  const keys = [
    grammar,
    $defs.script.anyOf[0],
    $defs.expect,
    $defs.state,
    $defs.call.anyOf[1],
    $defs.events.items,
  ].flatMap(({ properties }) => Object.keys(properties));
  expect(keys.filter((key) => !new RegExp(`\\b${key}\\b`).test(page))).toEqual([]);
});
