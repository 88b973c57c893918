import { describe, expect, test } from 'vitest';
import { coerceInput } from '../../src/json-schema/coerce-input.ts';
import { describeSchema } from '../../src/json-schema/describe-schema.ts';
import { findSchemaProblems } from '../../src/json-schema/find-schema-problems.ts';
import { formatProblem } from '../../src/json-schema/schema-problem.ts';
import { didYouMean } from '../../src/json-schema/suggest.ts';
import type { Json, JsonSchema } from '../../src/plan/plan.ts';

const described: readonly (readonly [schema: JsonSchema, words: string])[] = [
  [true, 'anything'],
  [{}, 'anything'],
  [false, 'nothing'],
  [{ type: 'number', exclusiveMinimum: 0 }, 'number > 0'],
  [{ type: 'integer', minimum: 1, maximum: 9 }, 'whole number ≥ 1 and ≤ 9'],
  [{ enum: ['stripe', 'bank_transfer'] }, 'one of stripe, bank_transfer'],
  [{ const: 1 }, '1'],
  [{ type: 'string' }, 'string'],
  [{ type: 'string', minLength: 1 }, 'non-empty string'],
  [{ type: 'string', format: 'uuid' }, 'uuid'],
  [{ type: ['string', 'null'] }, 'string or null'],
  [{ anyOf: [{ type: 'number' }, { type: 'string' }] }, 'number or string'],
  [{ type: 'array' }, 'list'],
  [{ type: 'array', items: { type: 'integer' } }, 'list of whole numbers'],
  [{ type: 'array', items: { type: 'object', properties: { id: {}, amount: {} } } }, 'list of {id, amount}'],
  [{ type: 'object' }, 'object'],
  [{ $ref: '#/$defs/a', $defs: { a: { type: 'boolean' } } }, 'boolean'],
  [{ $ref: '#/$defs/a', $defs: { a: { $ref: '#/$defs/a' } } }, 'anything'],
  [{ type: 'array', items: { $ref: '#' } }, 'list of list of list of list of list of …'],
];

test.each(described)('describes %j', (schema, words) => {
  expect(describeSchema(schema)).toBe(words);
});

describe('from the command line', () => {
  const read: readonly (readonly [text: string, schema: JsonSchema, value: Json])[] = [
    ['10', { type: 'number' }, 10],
    ['10.0', { type: 'integer' }, 10],
    ['-1e3', { type: 'number' }, -1000],
    ['10', { type: 'string' }, '10'],
    ['true', { type: 'boolean' }, true],
    ['true', { type: 'string' }, 'true'],
    ['null', { type: ['string', 'null'] }, null],
    ['7', { type: ['integer', 'string'] }, 7],
    ['x', { type: ['integer', 'string'] }, 'x'],
    ['[1, 2]', { type: 'array', items: { type: 'integer' } }, [1, 2]],
    ['{"a": 1}', { type: 'object' }, { a: 1 }],
    ['stripe', { enum: ['stripe', 'bank'] }, 'stripe'],
    ['2', { enum: [1, 2] }, 2],
    ['3', { anyOf: [{ type: 'null' }, { type: 'number' }] }, 3],
    ['10', {}, 10],
    ['hello', {}, 'hello'],
    ['10', { $ref: '#/$defs/n', $defs: { n: { type: 'number' } } }, 10],
    ['', { type: 'string' }, ''],
  ];
  test.each(read)('reads %j for %j', (text, schema, value) => {
    expect(coerceInput(text, schema)).toEqual({ ok: true, value });
  });

  const refused: readonly (readonly [text: string, schema: JsonSchema, problem: string])[] = [
    ['abc', { type: 'number', exclusiveMinimum: 0 }, "'abc' is not a number > 0"],
    ['', { type: 'number' }, "'' is not a number"],
    ['0x10', { type: 'integer' }, "'0x10' is not a whole number"],
    ['Infinity', { type: 'number' }, "'Infinity' is not a number"],
    ['yes', { type: 'boolean' }, "'yes' is not a boolean"],
    [
      '1, 2',
      { type: 'array', items: { type: 'integer' } },
      "'1, 2' is not a list of whole numbers, written as JSON",
    ],
    ['[1]', { type: 'object', properties: { a: {} } }, "'[1]' is not {a}, written as JSON"],
  ];
  test.each(refused)('refuses %j for %j', (text, schema, problem) => {
    expect(coerceInput(text, schema)).toEqual({ ok: false, problem });
  });
});

const broken: readonly (readonly [schema: JsonSchema, problems: readonly string[]])[] = [
  [{ type: 'strin' }, ["type: 'strin' is not a type of JSON Schema; did you mean 'string'?"]],
  [{ minLenght: 1 }, ["unknown JSON Schema keyword 'minLenght'; did you mean 'minLength'?"]],
  [{ $id: 'https://example.com' }, ["unknown JSON Schema keyword '$id'"]],
  [
    { properties: { a: { format: 'uuidd' } } },
    ["properties.a.format: unknown format 'uuidd'; did you mean 'uuid'?"],
  ],
  [{ items: { $ref: '#/$defs/a' } }, ["items.$ref: the reference '#/$defs/a' leads nowhere"]],
  [{ type: 'string', pattern: '(' }, ["pattern: '(' is not a regular expression"]],
  [{ type: 'string', pattern: '\\-' }, ["pattern: '\\-' is not a regular expression"]],
  [{ patternProperties: { '(': {} } }, [expect.stringContaining('does not compile')]],
  [
    { properties: { a: { type: 'integer', default: 'x' } } },
    ["properties.a.default: the default does not fit: 'x' is not a whole number"],
  ],
  [
    { default: {}, $ref: '#/$defs/a', $defs: { a: { type: 'string' } } },
    ['default: the default does not fit: an object is not a string'],
  ],
  [{ enum: ['strin'], default: 'strin', examples: [{ anything: 1 }], const: 'strin' }, []],
  [{ type: 'object', properties: { optional: true, $id: { type: 'string' } } }, []],
];

test.each(broken)('looks through the schema %j', (schema, problems) => {
  expect(findSchemaProblems(schema).map(formatProblem)).toEqual(problems);
});

test.each([
  ['nmae', ['name', 'number'], "did you mean 'name'?"],
  ['started', ['id', 'started_at'], "did you mean 'started_at'?"],
  ['switch', ['with', 'set'], 'known: with, set'],
  ['x', [], undefined],
])('suggests for %j out of %j', (word, known, hint) => {
  expect(didYouMean(word, known)).toBe(hint);
});
