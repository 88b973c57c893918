import { expect, test } from 'vitest';
import { toJson } from '../../src/worker/to-json.ts';

const cyclic: Record<string, unknown> = {};
cyclic.self = cyclic;

test.each<[string, unknown, unknown]>([
  ['nothing', undefined, { json: {} }],
  ['null', null, { json: null }],
  ['a text', 'text', { json: 'text' }],
  ['a date', { at: new Date(0) }, { json: { at: '1970-01-01T00:00:00.000Z' } }],
  ['undefined members and functions', { a: undefined, b: () => 1, c: 1 }, { json: { c: 1 } }],
  ['a function', () => 1, { problem: 'a function' }],
  ['a symbol', Symbol('x'), { problem: 'a symbol' }],
  ['a BigInt', { amount: 1n }, { problem: "a BigInt at 'amount'" }],
  ['NaN', { amount: Number.NaN }, { problem: "NaN at 'amount'" }],
  ['an infinity', [1, -Infinity], { problem: "-Infinity at '1'" }],
  ['a cycle', cyclic, { problem: expect.stringContaining('circular') }],
  [
    'what throws when it is read',
    {
      get x(): never {
        throw new Error('not today');
      },
    },
    { problem: 'not today' },
  ],
  ['what turns into nothing', { toJSON: () => undefined }, { problem: expect.any(String) }],
])('%s', (_, value, result) => {
  expect(toJson(value)).toEqual(result);
});
