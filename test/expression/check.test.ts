import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkExpression, type TypeScope } from '../../src/expression/check.ts';
import { evaluate, newBudget } from '../../src/expression/evaluate.ts';
import { FUNCTIONS, METHODS } from '../../src/expression/functions.ts';
import { FUNCTION_SIGNATURES, METHOD_SIGNATURES } from '../../src/expression/signatures.ts';
import {
  describe as inWords,
  listType,
  objectType,
  STRING,
  typeOfSchema,
} from '../../src/expression/types.ts';

interface Case {
  readonly expression: string;
  readonly condition?: true;
  /** The type in words, where nothing is wrong. */
  readonly type?: string;
  readonly findings?: readonly string[];
}

const file = new URL('cases/check.yaml', import.meta.url);
const { cases, ...scope } = parse(readFileSync(file, 'utf8')) as TypeScope & { cases: Case[] };

describe('checkExpression', () => {
  test.each(cases)('$expression', ({ expression, condition, type, findings = [] }) => {
    const result = checkExpression(expression, scope, condition ? 'condition' : 'value');
    const shown = result.findings.map(({ code, start, end, message, hint }) => {
      return `${code} @ ${expression.slice(start, end)}: ${message}${hint === undefined ? '' : `; ${hint}`}`;
    });
    expect(shown).toEqual(findings);
    if (type !== undefined) expect(inWords(result.type)).toBe(type);
  });

  test('takes types that were made before, so that results can be passed on', () => {
    const person = objectType([['name', STRING]]);
    const steps = { list: objectType([['output', listType(person)]]) };
    const { type, findings } = checkExpression('steps.list.output[0].name', { variables: {}, steps });
    expect([inWords(type), findings]).toEqual(['a string', []]);
  });

  test('a schema that refers to itself alone is anything', () => {
    const schema = {
      $ref: '#/$defs/a',
      $defs: { a: { anyOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/a' }] } },
    };
    expect(inWords(typeOfSchema(schema))).toBe('anything');
  });

  test('tells the references of an expression', () => {
    const source = 'steps.find.output.people[0].id + input.tags.map(t, t + input.name)[0]';
    const paths = checkExpression(source, scope).references.map(({ path, start, end }) => [
      path,
      source.slice(start, end),
    ]);
    expect(paths).toEqual([
      [['steps', 'find', 'output', 'people'], 'steps.find.output.people'],
      [['input', 'tags'], 'input.tags'],
      [['input', 'name'], 'input.name'],
    ]);
  });
});

test('the checker and the evaluator know the same functions', () => {
  const arities = (signatures: typeof FUNCTION_SIGNATURES) =>
    [...signatures].map(([name, { args, required = args.length }]) => {
      return [name, Array.from({ length: args.length - required + 1 }, (_, i) => required + i)];
    });
  expect(arities(FUNCTION_SIGNATURES)).toEqual([...FUNCTIONS].map(([name, { arity }]) => [name, arity]));
  const methods = arities(METHOD_SIGNATURES).filter(([name]) => name !== 'matches');
  expect(methods).toEqual([...METHODS].map(([name, { arity }]) => [name, arity]));
});

test('what the checker finds right, evaluates', () => {
  const input = {
    min_amount: 12.5,
    name: 'Ada',
    count: 2,
    method: 'stripe',
    tags: ['a', 'b'],
    note: null,
    due: '2026-01-01T00:00:00Z',
    labels: { team: 'core' },
    open: { whatever: { it: { is: 1 } } },
    price: { amount: 100, currency: 'EUR' },
    pair: { kind: 'x', a: 'b' },
  };
  const people = [{ id: 'a', balance: 7, boss: null }];
  const values = {
    input,
    anything: { x: [1] },
    steps: { find: { status: 'completed', output: { people } } },
  };
  const right = cases.filter(({ findings }) => findings === undefined);
  expect(right.length).toBeGreaterThan(30);
  for (const { expression } of right) {
    const result = evaluate(expression, values, newBudget());
    expect([expression, result.ok ? 'fine' : result.error.message]).toEqual([expression, 'fine']);
  }
});
