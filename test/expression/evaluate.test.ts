import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { evaluate, evaluateText, newBudget } from '../../src/expression/evaluate.ts';
import type { Json } from '../../src/plan/plan.ts';

interface Case {
  readonly expression: string;
  readonly value?: Json;
  /** The value is an empty optional. */
  readonly absent?: true;
  readonly error?: string;
  readonly offset?: number;
}

const folder = new URL('cases/evaluate/', import.meta.url);

describe.each(readdirSync(folder))('%s', (file) => {
  const { scope, cases } = parse(readFileSync(new URL(file, folder), 'utf8')) as {
    scope: Record<string, Json>;
    cases: Case[];
  };
  test.each(cases)('$expression', ({ expression, value, absent, error, offset }) => {
    const result = evaluate(expression, scope, newBudget());
    if (error !== undefined) {
      expect(result).toEqual({ ok: false, error: { message: error, ...offsetOf(result) } });
      if (offset !== undefined) expect(offsetOf(result)).toEqual({ offset });
    } else {
      expect(result).toEqual({ ok: true, value: absent ? undefined : value });
    }
  });
});

function offsetOf(result: ReturnType<typeof evaluate>): { offset?: number } {
  return !result.ok && result.error.offset !== undefined ? { offset: result.error.offset } : {};
}

describe('hostile expressions end quickly', () => {
  const many = Array.from({ length: 400 }, (_, i) => i);
  const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`k${i}`, i]));
  const nest = (levels: number, leaf: string) =>
    Array.from({ length: levels }, (_, i) => i).reduceRight((inner, i) => `xs.map(v${i}, ${inner})`, leaf);
  const double = (start: string, by: (name: string) => string) =>
    Array.from({ length: 24 })
      .reduceRight<string>((inner, _, i) => `cel.bind(v${i + 1}, ${by(`v${i}`)}, ${inner})`, 'v24')
      .replace(/^/, `cel.bind(v0, ${start}, `)
      .concat(')');
  const HOSTILE: readonly (readonly [name: string, source: string])[] = [
    ['nested loops', nest(8, '1')],
    ['nested loops whose errors a quantifier would forgive', `xs.exists(a, ${nest(8, '1')} == 1)`],
    ['nested loops behind ||', `(${nest(8, '1')} == 1) || (${nest(8, '1')} == 2)`],
    ['a doubled text', double('"xxxxxxxxxx"', (v) => `${v} + ${v}`)],
    ['a doubled list', double('[1, 2]', (v) => `${v} + ${v}`)],
    ['shared structure that is exponential as JSON', double('[1]', (v) => `[${v}, ${v}]`)],
    [
      'shared structure compared',
      `${double('[1]', (v) => `[${v}, ${v}]`)} == ${double('[1]', (v) => `[${v}, ${v}]`)}`,
    ],
    ['a large value many times', 'xs.map(a, text)'],
    ['growth by replace', 'text.replace("a", text)'],
    ['growth by join', 'xs.map(a, "").join(text)'],
    ['a backtracking pattern', 'xs.all(a, !text.matches("^a*a*a*b$"))'],
    ['a slow search', 'xs.all(a, !text.matches("a*b"))'],
    ['faults that would list a large object', 'xs.exists(a, xs.exists(b, wide.missing == 1))'],
    ['keys of a large object', 'xs.exists(a, size(wide) == 0)'],
    ['a search from the end', 'xs.exists(a, text.lastIndexOf(text.substring(50000) + "b") == 1)'],
    ['many parentheses', `${'('.repeat(1_900)}1${')'.repeat(1_900)}`],
    ['many negations', `${'!'.repeat(3_900)}true`],
    ['a long sum', `1${'+1'.repeat(1_900)}`],
    ['a long path', `xs${'.a'.repeat(1_900)}`],
    ['a long source', `"${'a'.repeat(5_000)}"`],
    ['many lists', '['.repeat(3_900)],
  ];
  test.each(HOSTILE)('%s', (_name, source) => {
    const started = performance.now();
    const result = evaluate(source, { xs: many, wide, text: 'a'.repeat(100_000) }, newBudget());
    expect(result).toMatchObject({ ok: false, error: { message: expect.stringMatching(/./) } });
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  test('deep values of the scope are refused, not overflowed', () => {
    const deep = (): Json => Array.from({ length: 5_000 }).reduce<Json>((inner) => [inner], 1);
    expect(evaluate('a == b', { a: deep(), b: deep() }, newBudget())).toMatchObject({ ok: false });
    expect(evaluate('[a]', { a: deep() }, newBudget())).toMatchObject({ ok: false });
  });
});

describe('the budget', () => {
  test('is drawn on by several evaluations', () => {
    const budget = newBudget(10);
    expect(evaluate('1 + 1', {}, budget).ok).toBe(true);
    expect(budget.remaining).toBeLessThan(10);
    expect(evaluate('[1, 2, 3, 4].map(x, x)', {}, budget)).toEqual({
      ok: false,
      error: { message: 'the expression takes too long or makes too large a value' },
    });
  });

  test('is enough for a filter over 50,000 items', () => {
    const items = Array.from({ length: 50_000 }, (_, id) => ({ id, due: id % 2 === 0 }));
    const result = evaluate('items.filter(i, i.due && i.id > 10).size()', { items }, newBudget());
    expect(result).toEqual({ ok: true, value: 24_994 });
  });
});

test('values of the scope are passed on, not copied', () => {
  const scope = { input: { list: [{ a: 1 }] } };
  const result = evaluate('input.list', scope, newBudget());
  expect(result.ok && result.value).toBe(scope.input.list);
});

test('a scope with properties named like those of JavaScript', () => {
  const scope = JSON.parse('{"constructor": {"toString": 1, "a": null}, "toString": "x"}') as Record<
    string,
    Json
  >;
  expect(evaluate('constructor.toString', scope, newBudget())).toEqual({ ok: true, value: 1 });
  expect(evaluate('constructor == {"a": null, "toString": 1} ? toString : ""', scope, newBudget())).toEqual({
    ok: true,
    value: 'x',
  });
});

test('any source gives a value or an error, and the same one twice', () => {
  const scope = { input: { a: 1, s: 'x', l: [1, 'x', null] } };
  const word = fc.constantFrom(
    ...'input .a .s .l [0] [?1] .? + - * / % == != < in && || ! ? : ( ) [ ] { } , "x" 1 2.5 null true .map(x, .all(x, x .size() string( has( duration( "1h" .orValue( matches('.split(
      ' ',
    ),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), (words) => {
      const source = words.join(' ');
      const result = evaluate(source, scope, newBudget(10_000));
      if (result.ok && result.value !== undefined)
        expect(JSON.parse(JSON.stringify(result.value))).toEqual(result.value);
      expect(evaluate(source, scope, newBudget(10_000))).toEqual(result);
    }),
    { numRuns: 2_000 },
  );
});

test('sums and comparisons agree with JavaScript', () => {
  const number = fc.double({ noNaN: true, min: -1e100, max: 1e100 });
  fc.assert(
    fc.property(number, number, (a, b) => {
      expect(evaluate('[a + b, a - b, a * b]', { a, b }, newBudget())).toEqual({
        ok: true,
        value: [a + b, a - b, a * b],
      });
      expect(evaluate('[a < b, a == b, a >= b]', { a, b }, newBudget())).toEqual({
        ok: true,
        value: [a < b, a === b, a >= b],
      });
    }),
  );
});

describe('evaluateText', () => {
  const scope = { n: 5, name: 'Ada', yes: true, list: [1], note: null };
  test('embeds strings, numbers and booleans', () => {
    const parts = ['n=', { expression: 'n / 2' }, ' ', { expression: 'name' }, ' ', { expression: 'yes' }];
    expect(evaluateText(parts, scope, newBudget())).toEqual({ ok: true, value: 'n=2.5 Ada true' });
  });
  test.each([
    ['list', 'only strings, numbers and booleans stand in a text: list is a list'],
    ['note', 'only strings, numbers and booleans stand in a text: note is null'],
    ['{"a": n}.?b', 'only strings, numbers and booleans stand in a text: {"a": n}.?b is an empty optional'],
    ['nope', "unknown variable 'nope' (in scope: n, name, yes, list, note)"],
  ])('refuses %s', (expression, message) => {
    const result = evaluateText(['x ', { expression }], scope, newBudget());
    expect(result).toMatchObject({ ok: false, error: { message } });
  });
});
