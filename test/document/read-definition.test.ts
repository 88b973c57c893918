import { expect, test } from 'vitest';
import { toJson } from '../../src/document/json.ts';
import { definitionName, readDefinition } from '../../src/document/read-definition.ts';
import { parseYaml } from '../../src/document/yaml.ts';
import { parseDuration } from '../../src/expression/duration.ts';

function read(text: string) {
  const { tree, findings } = parseYaml(text, 'definitions/shop/a.yaml');
  expect(findings).toEqual([]);
  return readDefinition(tree!, 'definitions/shop/a.yaml', text);
}

test('reads every part with its place', () => {
  const text = [
    'description: All of it.',
    'input: { n: { type: integer } }',
    'steps:',
    '  - { id: a, activity: shop/charge, with: { n: 1 }, retry: { maximum_attempts: 2 }, timeout: 3s, summary: s }',
    '  - { id: b, needs: [a], if: true, set: { m: 2 } }',
    '  - { for_each: [1], as: x, key: k, concurrency: 2, steps: [{ set: {} }], output: o, catch: ignore }',
    '  - { steps: [{ set: {} }], output: p, catch: [{ errors: [E, F], steps: [{ set: {} }] }, { output: q }] }',
    'output: r',
  ].join('\n');
  const definition = read(text);
  expect(definition).toMatchObject({
    name: 'shop/a',
    description: { value: 'All of it.' },
    input: [{ name: { value: 'n' } }],
    root: {
      output: { value: 'r' },
      steps: [
        {
          id: { value: 'a' },
          action: { kind: 'activity', activity: { value: 'shop/charge' } },
          timeout: { value: '3s' },
        },
        {
          id: { value: 'b' },
          needs: { ids: [{ value: 'a' }] },
          if: { value: true },
          action: { kind: 'set' },
        },
        {
          action: {
            kind: 'for_each',
            as: { value: 'x' },
            key: { value: 'k' },
            concurrency: { value: 2 },
            block: { output: { value: 'o' } },
          },
          catch: { kind: 'ignore' },
        },
        {
          action: { kind: 'group', block: { output: { value: 'p' } } },
          catch: {
            kind: 'cases',
            cases: [
              { errors: [{ value: 'E' }, { value: 'F' }] },
              { block: { steps: [], output: { value: 'q' } } },
            ],
          },
        },
      ],
    },
  });
  const { range } = definition.root.steps[0]!.id!;
  expect(text.slice(range.start, range.end)).toBe('a');
});

test.each([
  '[]',
  'text',
  'steps: 3',
  'steps: [3, { id: [] }, { needs: x, catch: 7, set: 1, activity: 2 }]\ninput: []',
])('reads what it can of %j', (text) => {
  expect(read(text).root.steps.every(({ action }) => action === undefined)).toBe(true);
});

test('keeps a key called __proto__ where it is', () => {
  const { tree } = parseYaml('{"__proto__": {"a": 1}}', 'a.yaml');
  const json = toJson(tree!) as object;
  expect(Object.keys(json)).toEqual(['__proto__']);
  expect(Object.getPrototypeOf(json)).toBe(Object.prototype);
});

test.each([
  ['definitions/payments/batch-payout.yaml', 'payments/batch-payout'],
  ['apps/one/definitions/payments/refund.yml', 'payments/refund'],
])('the name of %s is %s', (file, name) => {
  expect(definitionName(file)).toBe(name);
});

test.each([
  ['250ms', 250],
  ['30s', 30_000],
  ['1h30m', 5_400_000],
  ['1.5d', 129_600_000],
  ['2w', 1_209_600_000],
  ['1w2d3h4m5s6ms', 788_645_006],
  ['0s', 0],
  ['3650d', 315_360_000_000],
])('%s are %i ms', (text, ms) => {
  expect(parseDuration(text)).toEqual({ ok: true, ms });
});

test.each(['', '30', 's', '30 s', '-1s', '1y', '30m1h', '1s1s', '1e3s', '3651d', '9'.repeat(70)])(
  '%j is no duration',
  (text) => {
    expect(parseDuration(text)).toEqual({
      ok: false,
      problem: expect.stringContaining(`'${text.slice(0, 60)}`),
    });
  },
);
