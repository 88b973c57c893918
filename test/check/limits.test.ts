import { describe, expect, test } from 'vitest';
import { checkDefinition } from '../../src/check/check-definition.ts';
import { checkSignature } from '../../src/check/check-signature.ts';
import { MAX_STEPS } from '../../src/check/rules/size.ts';
import { renderText } from '../../src/diagnostics/render-text.ts';
import { catalogue } from './shop.ts';

const file = 'definitions/shop/large.yaml';

function codesOf(text: string): readonly string[] {
  return checkDefinition(text, file, catalogue).findings.map(({ code }) => code);
}

describe('size', () => {
  const steps = (count: number) => `steps:\n${'  - set: {}\n'.repeat(count)}`;

  test('as many steps as there may be', () => {
    expect(codesOf(steps(MAX_STEPS))).toEqual([]);
  });

  test('a step too many', () => {
    expect(codesOf(steps(MAX_STEPS + 1))).toEqual(['definition-too-large']);
  });

  test('too much text, but comments are free', () => {
    expect(codesOf(`steps:\n  - set: { text: "${'x'.repeat(70_000)}" }\n`)).toEqual(['definition-too-large']);
    expect(codesOf(`# ${'x'.repeat(70_000)}\nsteps:\n  - set: {}\n    # ${'y'.repeat(70_000)}\n`)).toEqual(
      [],
    );
  });

  test('a file that is not even read', () => {
    expect(codesOf(`steps: "${'x'.repeat(600_000)}"`)).toEqual(['yaml-too-large']);
  });
});

test('a hundred thousand aliases are refused in good time, with a hundred findings at most', () => {
  const text = `steps:\n  - set: { a: &a [1], b: [${'*a, '.repeat(120_000)}] }\n`;
  const started = performance.now();
  const { findings } = checkDefinition(text, file, catalogue);
  expect(renderText(findings, new Map([[file, text]]))).toContain('yaml-not-json');
  expect(findings.filter(({ code }) => code === 'yaml-not-json')).toHaveLength(100);
  expect(performance.now() - started).toBeLessThan(10_000);
});

test('five hundred steps that each read all before them are checked in good time', () => {
  const lines = Array.from({ length: MAX_STEPS }, (_, n) => {
    const read = n === 0 ? '${{ 1 }}' : `\${{ steps.s${n - 1}.output.n + steps.s${n >> 1}.output.n }}`;
    return `  - id: s${n}\n    set: { n: "${read}" }\n`;
  });
  const started = performance.now();
  expect(codesOf(`steps:\n${lines.join('')}`)).toEqual([]);
  expect(performance.now() - started).toBeLessThan(10_000);
});

test('loops in loops, as deep as a file may be, are checked in good time', () => {
  const depth = 25;
  const nested = (level: number): string => {
    const pad = '    '.repeat(level);
    if (level === depth) return `${pad}  - set: { n: 1 }\n`;
    return (
      `${pad}  - repeat: { state: { n: null }, until: "\${{ state.n != null && state.n > 0.5 }}" }\n` +
      `${pad}    output: { n: "\${{ index / 2 }}" }\n${pad}    steps:\n${nested(level + 1)}`
    );
  };
  const started = performance.now();
  expect(codesOf(`steps:\n${nested(0)}`)).toEqual([]);
  expect(performance.now() - started).toBeLessThan(10_000);
});

describe('references of a signature', () => {
  const file = 'schemas/activities/shop/charge.yaml';
  const check = (schema: string, files: { readonly [path: string]: string }) => {
    const asked: string[] = [];
    const text = `description: Charge.\neffect: read\noutput: { value: { $ref: ${schema} } }\n`;
    const result = checkSignature(text, file, (path) => {
      asked.push(path);
      return files[path];
    });
    return { ...result, asked };
  };

  test('each file once, its own references too', () => {
    const { signature, asked } = check('../../price.yaml', {
      'schemas/price.yaml':
        'type: object\nproperties: { a: { $ref: money.yaml }, b: { $ref: "money.yaml#/properties/amount" } }',
      'schemas/money.yaml': 'properties: { amount: { type: integer }, again: { $ref: "#" } }',
    });
    expect(asked).toEqual(['schemas/price.yaml', 'schemas/money.yaml']);
    expect(signature?.output).toMatchObject({
      properties: { value: { $ref: '#/$defs/price' } },
      $defs: {
        price: {
          properties: { a: { $ref: '#/$defs/money' }, b: { $ref: '#/$defs/money/properties/amount' } },
        },
        money: { properties: { again: { $ref: '#/$defs/money' } } },
      },
    });
  });

  test('files that refer to one another', () => {
    const { signature, findings } = check('../../a.yaml', {
      'schemas/a.yaml': 'properties: { b: { $ref: b.yaml } }',
      'schemas/b.yaml': 'properties: { a: { $ref: a.yaml } }',
    });
    expect(findings).toEqual([]);
    expect(Object.keys((signature!.output as { $defs: object }).$defs)).toEqual(['a', 'b']);
  });

  test('a chain without end stops', () => {
    const files = new Proxy(
      {},
      { get: (_, path: string) => `{ $ref: ${path.replace(/^schemas\//, '').replace('.yaml', 'x.yaml')} }` },
    );
    expect(check('../../x.yaml', files).findings.map(({ message }) => message)).toEqual([
      expect.stringContaining('one file too many'),
    ]);
  });

  test.each([
    '/etc/passwd.yaml',
    '../../../x.yaml',
    'file:///x.yaml',
    '//host/x.yaml',
    '../../..\\x.yaml',
    '../../x.txt',
  ])('never %s', (reference) => {
    const { findings, asked } = check(`'${reference}'`, {});
    expect(findings.map(({ code }) => code)).toEqual(['bad-reference']);
    expect(asked).toEqual([]);
  });

  test('a file that is no schema', () => {
    const { findings } = check('../../a.yaml', { 'schemas/a.yaml': '[1' });
    expect(findings.map(({ message }) => message)).toEqual([
      expect.stringContaining('schemas/a.yaml is not a JSON Schema'),
    ]);
  });
});
