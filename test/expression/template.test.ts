import { describe, expect, test } from 'vitest';
import { parseTemplate } from '../../src/expression/template.ts';

const CASES: readonly (readonly [
  text: string,
  parts: readonly (string | [source: string, offset: number])[],
])[] = [
  ['', ['']],
  ['plain', ['plain']],
  ['${{ a }}', [['a', 4]]],
  ['${{a}}', [['a', 3]]],
  [' ${{ a }}', [' ', ['a', 5]]],
  ['x ${{ a }} y ${{ b }}', ['x ', ['a', 6], ' y ', ['b', 17]]],
  [
    '${{ a }}${{ b }}',
    [
      ['a', 4],
      ['b', 12],
    ],
  ],
  ['${{ {"a": {"b": 1}} }}', [['{"a": {"b": 1}}', 4]]],
  ['${{ {"a":{}}}}', [['{"a":{}}', 4]]],
  ['${{ "}}" + a }}', [['"}}" + a', 4]]],
  ["${{ '}}' }}", [["'}}'", 4]]],
  ['${{ "a\\"}}" }}', [['"a\\"}}"', 4]]],
  ['${{ r"\\d}}" }}', [['r"\\d}}"', 4]]],
  ['${{ """a"}}""" }}', [['"""a"}}"""', 4]]],
  ["${{ a // it's }}", [["a // it's", 4]]],
  ['${{ a // {\n + b }}', [['a // {\n + b', 4]]],
  ['${{\n  a\n}}', [['a', 6]]],
  ['$${{ raw }}', ['${{ raw }}']],
  ['a $${{ b }} ${{ c }}', ['a ${{ b }} ', ['c', 16]]],
  ['costs $5, {{ no }}', ['costs $5, {{ no }}']],
];

describe('parseTemplate', () => {
  test.each(CASES)('%j', (text, expected) => {
    const result = parseTemplate(text);
    if (!result.ok) throw new Error(result.error.message);
    const { template } = result;
    const parts =
      template.kind === 'literal'
        ? [template.text]
        : template.kind === 'expression'
          ? [template.expression]
          : template.parts;
    expect(parts.map((part) => (typeof part === 'string' ? part : [part.source, part.offset]))).toEqual(
      expected,
    );
    for (const part of parts) {
      if (typeof part !== 'string')
        expect(text.slice(part.offset, part.offset + part.source.length)).toBe(part.source);
    }
  });

  test.each([
    ['a ${{ b', 'expression-not-closed', 2, 7],
    ['${{ "b }}', 'expression-not-closed', 0, 9],
    ['${{ {"a": 1 }}', 'expression-not-closed', 0, 14],
    ['${{ a }', 'expression-not-closed', 0, 7],
    ['a ${{ }}', 'expression-empty', 2, 8],
    ['${{}}', 'expression-empty', 0, 5],
  ])('%j is %s', (text, code, start, end) => {
    expect(parseTemplate(text)).toMatchObject({ ok: false, error: { code, start, end } });
  });
});
