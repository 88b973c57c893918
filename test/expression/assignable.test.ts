import { expect, test } from 'vitest';
import { checkAssignable } from '../../src/expression/assignable.ts';
import { checkExpression } from '../../src/expression/check.ts';
import { mayBeAbsent } from '../../src/expression/types.ts';
import type { JsonSchema } from '../../src/plan/plan.ts';

const input: JsonSchema = {
  type: 'object',
  required: ['n', 'i', 's', 'list', 'price'],
  properties: {
    n: { type: 'number' },
    i: { type: 'integer' },
    s: { type: 'string' },
    method: { enum: ['stripe', 'cash'], default: 'cash' },
    maybe: { type: 'integer' },
    nullable: { type: ['string', 'null'], default: null },
    list: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id'],
        properties: { id: { type: 'string' }, extra: { type: 'string' } },
      },
    },
    price: {
      type: 'object',
      required: ['amount', 'currency'],
      properties: { amount: { type: 'integer' }, currency: { type: 'string' } },
    },
  },
};

const money: JsonSchema = {
  ...(input.properties as { price: { [k: string]: never } }).price,
  additionalProperties: false,
};
const tree: JsonSchema = {
  $ref: '#/$defs/t',
  $defs: {
    t: {
      type: 'object',
      required: ['v'],
      properties: { v: { type: 'string' }, next: { $ref: '#/$defs/t' } },
    },
  },
};

const CASES: readonly (readonly [expression: string, target: JsonSchema, problem: string | undefined])[] = [
  ['input.s', { type: 'string' }, undefined],
  ['input.s', true, undefined],
  ['input.s', { enum: ['a', 'b'] }, undefined],
  ['input.s', { type: ['null', 'string'] }, undefined],
  ['input.i', { type: 'number' }, undefined],
  ['input.?maybe', { type: 'integer' }, undefined],
  ['timestamp(input.s)', { type: 'string', format: 'date-time' }, undefined],
  ['duration("1h")', { type: 'string' }, undefined],
  ['input.list', { type: 'array' }, undefined],
  ['[]', { type: 'array', items: { type: 'number' } }, undefined],
  ['input.price', money, undefined],
  ['{"amount": 1, "currency": "EUR"}', money, undefined],
  ['{"v": "a", "next": {"v": "b"}}', tree, undefined],
  ['input.i == 1 ? 1 : null', { type: ['integer', 'null'] }, undefined],
  ['input.s', { type: 'number' }, 'expected a number, found a string'],
  ['input.list', { type: 'object' }, 'expected an object, found a list'],
  ['input.n', { type: 'integer' }, 'expected a whole number, found a number: int() cuts off its fraction'],
  [
    'input.i / 2',
    { type: 'integer' },
    'expected a whole number, found a number: int() cuts off its fraction',
  ],
  ['int(input.n)', { type: 'integer' }, undefined],
  ['input.nullable', { type: 'string' }, 'expected a string, found a string or null'],
  ['"strip"', { enum: ['stripe', 'cash'] }, "'strip' is not one of stripe, cash, did you mean 'stripe'?"],
  ['input.method', { enum: ['stripe'] }, "'cash' is not one of stripe"],
  [
    'input.list.map(x, x.id)',
    { type: 'array', items: { type: 'number' } },
    '[]: expected a number, found a string',
  ],
  [
    'input.list',
    { type: 'array', items: { type: 'object', required: ['extra'], properties: { extra: {} } } },
    "[]: 'extra' may be missing",
  ],
  ['{"amount": 1}', money, "'currency' is missing"],
  ['{"amount": 1, "currency": "EUR", "x": 1}', money, "unknown property 'x', known: amount, currency"],
  ['{"amount": 1, "curency": "EUR"}', money, "unknown property 'curency', did you mean 'currency'?"],
  [
    '{"a": {"price": {"amount": "1", "currency": "EUR"}}}',
    { type: 'object', properties: { a: { type: 'object', properties: { price: money } } } },
    'a.price.amount: expected a whole number, found a string',
  ],
  ['{"v": "a", "next": {"v": 1}}', tree, 'next.v: expected a string, found a whole number'],
  [
    '{"a": input.?maybe}',
    { type: 'object', required: ['a'], properties: { a: { type: 'integer' } } },
    "'a' may be missing",
  ],
];

test.each(CASES)('%s for %j: %s', (expression, target, problem) => {
  const { type, findings } = checkExpression(expression, { variables: { input }, steps: {} });
  expect(findings).toEqual([]);
  expect(checkAssignable(type, target)).toBe(problem);
});

test('an optional is told apart, for keys that may not be left out', () => {
  const typeOf = (source: string) => checkExpression(source, { variables: { input }, steps: {} }).type;
  expect(mayBeAbsent(typeOf('input.?maybe'))).toBe(true);
  expect(mayBeAbsent(typeOf('input.?maybe.orValue(1)'))).toBe(false);
});
