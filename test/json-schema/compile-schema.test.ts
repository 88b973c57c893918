import { describe, expect, test } from 'vitest';
import { compileSchema } from '../../src/json-schema/compile-schema.ts';
import { formatProblem } from '../../src/json-schema/schema-problem.ts';
import { expandShortForm } from '../../src/json-schema/short-form.ts';
import type { Json, JsonSchema } from '../../src/plan/plan.ts';

const payout = {
  type: 'object',
  properties: { id: { type: 'string', format: 'uuid' }, amount: { type: 'integer', minimum: 1 } },
  required: ['id', 'amount'],
  additionalProperties: false,
};
const batch = expandShortForm({
  min_amount: { type: 'number', exclusiveMinimum: 0, default: 50 },
  method: { enum: ['stripe', 'bank_transfer'], default: 'stripe' },
  payouts: { type: 'array', items: payout, maxItems: 3, optional: true },
  note: {
    anyOf: [
      { type: 'null' },
      { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
    ],
    optional: true,
  },
  code: { type: 'string', pattern: '^[A-Z]+$', minLength: 1, maxLength: 4, optional: true },
  practitioner: { type: 'integer' },
});
const id = '6f1c9d3e-3b0c-4c53-9a6b-0a7d8a3f1c11';

const wrong: readonly (readonly [value: Json, problems: readonly string[]])[] = [
  [{}, ["'practitioner' is missing (whole number)"]],
  ['text', ["'text' is not {min_amount, method, payouts, note, code, practitioner}"]],
  [{ practitioner: 1.5 }, ['practitioner: 1.5 is not a whole number']],
  [{ practitioner: '1' }, ["practitioner: '1' is not a whole number"]],
  [{ practitioner: 1, min_amount: 0 }, ['min_amount: 0 is not > 0']],
  [{ practitioner: 1, min_amout: 3 }, ["unknown key 'min_amout'; did you mean 'min_amount'?"]],
  [
    { practitioner: 1, x: 3 },
    ["unknown key 'x'; known: min_amount, method, payouts, note, code, practitioner"],
  ],
  [
    { practitioner: 1, method: 'strpe' },
    ["method: 'strpe' is not one of stripe, bank_transfer; did you mean 'stripe'?"],
  ],
  [{ practitioner: 1, method: 'cash' }, ["method: 'cash' is not one of stripe, bank_transfer"]],
  [
    { practitioner: 1, payouts: [{ id, amount: 1 }, { id: 'x', amount: 0 }, {}] },
    [
      "payouts[1].id: 'x' is not a uuid",
      'payouts[1].amount: 0 is not ≥ 1',
      "payouts[2]: 'id' is missing (uuid)",
      "payouts[2]: 'amount' is missing (whole number ≥ 1)",
    ],
  ],
  [
    { practitioner: 1, payouts: Array(4).fill({ id, amount: 1 }) },
    ['payouts: a list of 4 is too long; at most 3'],
  ],
  [{ practitioner: 1, note: 'text' }, ["note: 'text' is not null or {text}"]],
  [{ practitioner: 1, note: {} }, ["note: 'text' is missing (string)"]],
  [{ practitioner: 1, note: { text: 3 } }, ['note.text: 3 is not a string']],
  [
    { practitioner: 1, code: '' },
    ['code: an empty string is not allowed', "code: '' does not match ^[A-Z]+$"],
  ],
  [{ practitioner: 1, code: 'ABCDE' }, ["code: 'ABCDE' is longer than 4 characters"]],
  [
    JSON.parse('{"practitioner": 1, "__proto__": {}}') as Json,
    ["unknown key '__proto__'; known: min_amount, method, payouts, note, code, practitioner"],
  ],
  [
    { practitioner: 1, toString: 1 },
    ["unknown key 'toString'; known: min_amount, method, payouts, note, code, practitioner"],
  ],
];

describe('says what is wrong', () => {
  test.each(wrong)('with %j', (value, problems) => {
    const result = compileSchema(batch)(value);
    expect(result.ok ? [] : result.problems.map(formatProblem)).toEqual(problems);
  });
});

test('fills in defaults in a copy', () => {
  const value = { practitioner: 7, payouts: [{ id, amount: 3 }] };
  const before = structuredClone(value);
  const result = compileSchema(batch)(value);
  expect(result).toEqual({ ok: true, value: { ...value, min_amount: 50, method: 'stripe' } });
  expect(value).toEqual(before);
});

test('a required name of Object.prototype is not there by itself', () => {
  const schema: JsonSchema = { type: 'object', properties: {}, required: ['toString'] };
  expect(compileSchema(schema)({}).ok).toBe(false);
});

test('follows references within the schema, and keeps schemas apart', () => {
  const schema = (minimum: number): JsonSchema => ({
    type: 'object',
    properties: { amount: { $ref: '#/$defs/amount' } },
    $defs: { amount: { type: 'integer', minimum } },
  });
  expect(compileSchema(schema(1))({ amount: 5 }).ok).toBe(true);
  const result = compileSchema(schema(9))({ amount: 5 });
  expect(result.ok ? [] : result.problems.map(formatProblem)).toEqual(['amount: 5 is not ≥ 9']);
});

test('true takes anything, false nothing', () => {
  expect(compileSchema(true)({ a: 1 })).toEqual({ ok: true, value: { a: 1 } });
  expect(compileSchema(false)(1).ok).toBe(false);
});

test('compiles a schema once', () => {
  expect(compileSchema(batch)).toBe(compileSchema(batch));
});

test('the short form makes properties required unless they have a default or are optional', () => {
  const schema = expandShortForm({
    a: { type: 'string' },
    b: { default: 1 },
    c: { optional: true },
    d: { optional: false },
  });
  expect(schema).toEqual({
    type: 'object',
    properties: { a: { type: 'string' }, b: { default: 1 }, c: {}, d: {} },
    required: ['a', 'd'],
    additionalProperties: false,
  });
});
