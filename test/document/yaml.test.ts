import { describe, expect, test } from 'vitest';
import { renderText } from '../../src/diagnostics/render-text.ts';
import { toJson } from '../../src/document/json.ts';
import { parseYaml } from '../../src/document/yaml.ts';

const refused: readonly (readonly [what: string, text: string, codes: readonly string[]])[] = [
  ['a tag', 'a: !!str x', ['yaml-not-json']],
  ['a local tag', 'a: !foo x', ['yaml-not-json']],
  ['the non-specific tag', 'a: ! x', ['yaml-not-json']],
  ['a tagged mapping', 'a: !!map {b: 1}', ['yaml-not-json']],
  ['an anchor and its alias', 'a: &x 1\nb: *x', ['yaml-not-json', 'yaml-not-json']],
  ['an unknown alias', 'a: *nope', ['yaml-not-json']],
  ['a merge key', 'a:\n  <<: {b: 1}', ['yaml-not-json']],
  ['a directive', '%YAML 1.1\n---\na: yes', ['yaml-not-json']],
  ['two documents', 'a: 1\n---\nb: 2', ['yaml-not-json']],
  ['a list as a key', '? [a]\n: 1', ['yaml-not-json']],
  ['a number as a key', '1: 2', ['yaml-not-json']],
  ['null as a key', 'null: 2', ['yaml-not-json']],
  ['not a number', 'a: .nan', ['yaml-number']],
  ['infinity', 'a: -.inf', ['yaml-number']],
  ['a number past the largest double', 'a: 1e400', ['yaml-number']],
  ['an integer that a double cannot hold', 'a: 99999999999999999999', ['yaml-number']],
  ['a leading zero', 'a: 017', ['yaml-number']],
  ['a key twice', 'a: 1\n"a": 2', ['duplicate-key']],
  ['the prototype', 'a: {__proto__: 1}', ['reserved-key']],
  ['nothing', '', ['yaml-empty']],
  ['a comment alone', '# hello', ['yaml-empty']],
  ['a tab', 'a:\n\tb: 1', ['yaml-syntax']],
  ['an open quote', 'a: "x', ['yaml-syntax']],
  ['an open list', 'a: 1\r\nb: [\r\nc: 2', ['yaml-syntax']],
  ['an expression with a colon', 'a: ${{ x ? b : c }}', ['unquoted-expression']],
  ['an expression with a colon in a list', '- ${{ x ? b : c }}', ['unquoted-expression']],
  ['an expression with a comment sign', 'a: ${{ x # y }}', ['unquoted-expression']],
  ['an expression in a flow mapping', 'a: { b: ${{ x }} }', ['unquoted-expression']],
  ['an expression in a flow list', 'a: [${{ x }}, 1]', ['unquoted-expression']],
  ['an expression as a key', '${{ x }}: 1', ['unquoted-expression']],
  ['70 open brackets', '['.repeat(70), ['yaml-too-deep']],
  ['half a million open brackets', '['.repeat(500_000), ['yaml-too-deep']],
  ['a hundred thousand dashes', '- '.repeat(100_000), ['yaml-too-deep']],
  ['a file of more than 512 KB', `a: ${'x'.repeat(600_000)}`, ['yaml-too-large']],
];

test.each(refused)('refuses %s', (_what, text, codes) => {
  const { findings } = parseYaml(text, 'f.yaml');
  expect(findings.map(({ code }) => code)).toEqual(codes);
  expect(renderText(findings, new Map([['f.yaml', text]]))).toContain('f.yaml:');
  for (const { range } of findings) {
    expect(range.start).toBeLessThanOrEqual(range.end);
    expect(range.end).toBeLessThanOrEqual(Math.max(text.length, 1));
  }
});

const read: readonly (readonly [text: string, json: unknown])[] = [
  ['a: 1\nb: [x, "y", null, ~, true]', { a: 1, b: ['x', 'y', null, null, true] }],
  ['yes: no\non: off', { yes: 'no', on: 'off' }],
  ['a: -1.5e3\nb: 0x1F\nc: 0', { a: -1500, b: 31, c: 0 }],
  ['a: 9007199254740991', { a: Number.MAX_SAFE_INTEGER }],
  ["a: '017'\nb: 2024-01-31\nc: 1_000", { a: '017', b: '2024-01-31', c: '1_000' }],
  ['a:\nb: ""', { a: null, b: '' }],
  ['a: [b: 1, c]', { a: [{ b: 1 }, 'c'] }],
  ['constructor: 1\ntoString: 2', { constructor: 1, toString: 2 }],
  ['\ufeffa: 1', { a: 1 }],
  [`a: ${'['.repeat(60)}${']'.repeat(60)}`, { a: JSON.parse('['.repeat(60) + ']'.repeat(60)) }],
  ['a: "${{ x ? b : c }}" # fine', { a: '${{ x ? b : c }}' }],
];

test.each(read)('reads %j', (text, json) => {
  const { tree, findings } = parseYaml(text, 'f.yaml');
  expect(findings).toEqual([]);
  expect(toJson(tree!)).toEqual(json);
});

describe('offsets of a scalar', () => {
  const scalars: readonly string[] = [
    'a: ${{ q }} plain',
    'a: plain ${{ q }}\n  folded ${{ r }}',
    'a: "x\\n\\u0041 b\\tc ${{ q }}"',
    'a: "\\U0001F600 \\xe9 ${{ q }}"',
    'a: "esc \\\n   cont ${{ q }}\n\n  x ${{ r }}"',
    "a: 'it''s ${{ q }}, ''so'' ${{ r }}'",
    'a: |\n    line one\n      ${{ q }} z\n\n    ${{ r }}\n',
    'a: |2 # a comment\n   x ${{ q }}',
    'a: >-\n  fold ${{ q }}\n  more ${{ r }}\n\n  para ${{ s }}\nb: 1',
  ];
  test.each(scalars.flatMap((text) => [text, text.replaceAll('\n', '\r\n')]))('%j', (text) => {
    const { tree } = parseYaml(text, 'f.yaml');
    const node = tree?.kind === 'mapping' ? tree.entries[0]?.value : undefined;
    if (node?.kind !== 'scalar' || typeof node.value !== 'string') throw new Error('a string was expected');
    const expressions = [...node.value.matchAll(/\$\{\{ . \}\}/g)];
    expect(expressions.length).toBe(text.split('${{').length - 1);
    for (const { 0: expression, index } of expressions) {
      const start = node.offsets!(index);
      expect(text.slice(start, node.offsets!(index + expression.length - 1) + 1)).toBe(expression);
    }
  });
});
