/** Whatever is done to a definition, the checker answers with findings that point into the file. */
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkDefinition } from '../../src/check/check-definition.ts';
import { checkSignature } from '../../src/check/check-signature.ts';
import { CODES } from '../../src/diagnostics/catalogue.ts';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { renderText } from '../../src/diagnostics/render-text.ts';
import { catalogue, fixture, fixtures, readFixture } from './shop.ts';

const definitions = readdirSync(new URL('ok', fixtures)).map((name) => fixture(`ok/${name}`));
const signatures = readdirSync(new URL('schemas/activities/shop', fixtures)).map((name) =>
  fixture(`schemas/activities/shop/${name}`),
);

const pieces = fc.constantFrom(
  ...[
    '',
    '${{',
    '}}',
    '"',
    "'",
    ': ',
    ' #',
    '\n',
    '\t',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '&a ',
    '*a',
    '!!set ',
    '<<: ',
    '|\n',
    'null',
    '017',
  ],
  ...[
    'steps',
    '__proto__',
    'constructor',
    'for_each: 1',
    'needs: [a]',
    '[]',
    '~',
    '\u0000',
    '\ud83d',
    '\ufeff',
    '...',
    '---\n',
    '%YAML 1.1\n',
  ],
);
const edits = fc.array(
  fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), drop: fc.nat({ max: 30 }), put: pieces }),
  {
    minLength: 1,
    maxLength: 4,
  },
);

type Edit = { readonly at: number; readonly drop: number; readonly put: string };

function mutate(text: string, changes: readonly Edit[]): string {
  return changes.reduce((changed, { at, drop, put }) => {
    const start = Math.floor(at * changed.length);
    return changed.slice(0, start) + put + changed.slice(start + drop);
  }, text);
}

function expectSound(findings: readonly Diagnostic[], file: string, text: string): void {
  for (const { code, range, message } of findings) {
    expect(Object.keys(CODES)).toContain(code);
    expect(message).not.toBe('');
    expect(range.start).toBeGreaterThanOrEqual(0);
    expect(range.start).toBeLessThanOrEqual(range.end);
    expect(range.end).toBeLessThanOrEqual(text.length);
  }
  expect(renderText(findings, new Map([[file, text]])).length > 0).toBe(findings.length > 0);
}

test('mutated definitions', () => {
  const file = 'definitions/shop/mutated.yaml';
  fc.assert(
    fc.property(fc.constantFrom(...definitions), edits, (definition, changes) => {
      const text = mutate(definition, changes);
      const { findings, checked } = checkDefinition(text, file, catalogue);
      expectSound(findings, file, text);
      expect(checked === undefined).toBe(findings.some(({ severity }) => severity === 'error'));
    }),
    { seed: 20_240_131, numRuns: 600 },
  );
});

test('mutated signatures', () => {
  const file = 'schemas/activities/shop/mutated.yaml';
  fc.assert(
    fc.property(fc.constantFrom(...signatures), edits, (signature, changes) => {
      const text = mutate(signature, changes);
      const result = checkSignature(text, file, readFixture);
      expectSound(result.findings, file, text);
      expect(result.signature === undefined).toBe(result.findings.length > 0);
    }),
    { seed: 20_240_131, numRuns: 300 },
  );
});
