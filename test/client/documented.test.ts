import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT } from '../cli/estuary.ts';
import { type Application, documentedPrograms, openApplication } from './documented.ts';

let application: Application;
beforeAll(() => {
  application = openApplication();
});
afterAll(() => application.remove());

test('every program of docs/client.md compiles where the package is installed', () => {
  const programs = documentedPrograms();
  expect(programs).toHaveLength(4);
  expect(application.compile(Object.fromEntries(programs.map((text, n) => [`program${n}`, text])))).toBe('');
});

test('and would not with a wrong name, input or signal', () => {
  const [program] = documentedPrograms();
  const said = application.compile({
    name: program!.replace("Workflow('payments/batch-payout'", "Workflow('payments/batch'"),
    input: program!.replace('min_amount', 'min_amont'),
    signal: `${program}await run.signal('approve', {});\n`,
  });
  for (const file of ['name', 'input', 'signal'])
    expect(said).toMatch(new RegExp(`^${file}\\.ts.* error TS`, 'm'));
});

test('the package ships what it exports', () => {
  const { exports, files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  for (const path of Object.values<string>(exports['.'])) {
    expect(files.some((folder: string) => path.startsWith(`./${folder}/`))).toBe(true);
    expect(readFileSync(join(ROOT, path), 'utf8')).toContain('openWorkflows');
  }
});
