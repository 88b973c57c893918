/**
 * Golden fixtures. `ok/*.yaml` have no finding; what is found in `err/*.yaml`, `warn/*.yaml` (which run all the
 * same) and `signatures-err/*.yaml` stands beside each as text. A first line `# file: …` names the path that a file pretends to have. Write the texts anew with
 * UPDATE_FIXTURES=1, and read the difference.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkDefinition } from '../../src/check/check-definition.ts';
import { checkSignature } from '../../src/check/check-signature.ts';
import { CODES } from '../../src/diagnostics/catalogue.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { renderText, summarize } from '../../src/diagnostics/render-text.ts';
import { catalogue, fixture, fixtures, readFixture } from './shop.ts';

const met = new Set<string>();

describe('nothing is found in', () => {
  test.each(namesIn('ok'))('%s', (name) => {
    const text = fixture(`ok/${name}.yaml`);
    const file = `definitions/shop/${name}.yaml`;
    const { findings, checked } = checkDefinition(text, file, catalogue);
    expect(renderText(findings, new Map([[file, text]]))).toBe('');
    expect(checked?.definition.name).toBe(`shop/${name}`);
  });
});

describe('a definition with', () => {
  test.each(namesIn('err'))('%s', (name) => {
    const text = fixture(`err/${name}.yaml`);
    const file = pretendedFile(text) ?? `definitions/shop/${name}.yaml`;
    const { findings, checked } = checkDefinition(text, file, catalogue);
    expect(checked).toBeUndefined();
    expectGolden(`err/${name}.out`, findings, file, text);
  });
});

describe('a definition, with a warning, of', () => {
  test.each(namesIn('warn'))('%s', (name) => {
    const text = fixture(`warn/${name}.yaml`);
    const file = `definitions/shop/${name}.yaml`;
    const { findings, checked } = checkDefinition(text, file, catalogue);
    expect(checked?.definition.name).toBe(`shop/${name}`);
    expectGolden(`warn/${name}.out`, findings, file, text);
  });
});

describe('a signature with', () => {
  test.each(namesIn('signatures-err'))('%s', (name) => {
    const text = fixture(`signatures-err/${name}.yaml`);
    const file = pretendedFile(text) ?? `schemas/activities/shop/${name}.yaml`;
    const { findings, signature } = checkSignature(text, file, readFixture);
    expect(signature).toBeUndefined();
    expectGolden(`signatures-err/${name}.out`, findings, file, text);
  });
});

test('every code has a fixture, and none is made up', () => {
  // Too large to keep, limits.test.ts makes them; not to be read at all, test/bad-input.
  const elsewhere = ['yaml-too-large', 'definition-too-large', 'file-unreadable'];
  expect([...met, ...elsewhere].sort()).toEqual(Object.keys(CODES).sort());
});

function namesIn(folder: string): readonly string[] {
  const names = readdirSync(new URL(folder, fixtures)).filter((file) => file.endsWith('.yaml'));
  return names.map((file) => file.replace(/\.yaml$/, ''));
}

function pretendedFile(text: string): string | undefined {
  return /^# file: (.+)$/m.exec(text)?.[1];
}

function expectGolden(path: string, findings: readonly Diagnostic[], file: string, text: string): void {
  for (const { code, range } of findings) {
    met.add(code);
    expect(range.start).toBeLessThanOrEqual(range.end);
    expect(range.end).toBeLessThanOrEqual(text.length);
  }
  const rendered = `${renderText(findings, new Map([[file, text]]))}\n${summarize(findings)}\n`;
  const golden = new URL(path, fixtures);
  if (process.env.UPDATE_FIXTURES === '1') {
    writeFileSync(golden, rendered);
  }
  expect(rendered).toBe(readFileSync(golden, 'utf8'));
}
