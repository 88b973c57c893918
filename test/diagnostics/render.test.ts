import { describe, expect, test } from 'vitest';
import type { Diagnostic } from '../../src/diagnostics/diagnostic.ts';
import { positionOf } from '../../src/diagnostics/position.ts';
import { renderJson } from '../../src/diagnostics/render-json.ts';
import { type Palette, renderText, summarize } from '../../src/diagnostics/render-text.ts';

const source = 'one: 1\n\ttwo: "zwei"\nthree: 3\n';

function at(needle: string, text = source): Diagnostic {
  const start = text.indexOf(needle);
  const range = { start, end: start + needle.length };
  return { code: 'some-code', severity: 'error', file: 'a.yaml', range, message: `'${needle}' is wrong` };
}

describe('text', () => {
  const shown: readonly (readonly [
    what: string,
    text: string,
    finding: Diagnostic,
    lines: readonly string[],
  ])[] = [
    [
      'a finding with its line',
      source,
      at('3', source.replace('one', 'eno')),
      ["a.yaml:3:8 error some-code: '3' is wrong", '   3 | three: 3', '     |        ^'],
    ],
    [
      'a tab as two spaces',
      source,
      at('"zwei"'),
      ['a.yaml:2:7 error some-code: \'"zwei"\' is wrong', '   2 |   two: "zwei"', '     |        ^^^^^^'],
    ],
    [
      'lines that end in CRLF',
      'a: 1\r\nb: 2\r\n',
      at('2', 'a: 1\r\nb: 2\r\n'),
      ["a.yaml:2:4 error some-code: '2' is wrong", '   2 | b: 2', '     |    ^'],
    ],
    [
      'several lines, but no more than three',
      'a:\n  b:\n  c:\n  d:\n',
      { ...at('x'), range: { start: 0, end: 16 }, message: 'long' },
      [
        'a.yaml:1:1 error some-code: long',
        '   1 | a:',
        '     | ^^',
        '   2 |   b:',
        '     |   ^^',
        '   3 |   c:',
        '     |   ^^',
      ],
    ],
    [
      'a hint, and a related place',
      source,
      {
        ...at('one'),
        severity: 'warning',
        hint: 'do this',
        related: [{ file: 'a.yaml', range: at('two').range, message: 'there' }],
      },
      [
        "a.yaml:1:1 warning some-code: 'one' is wrong",
        '   1 | one: 1',
        '     | ^^^',
        '  hint: do this',
        '  see a.yaml:2:2: there',
        '   2 |   two: "zwei"',
        '     |   ^^^',
      ],
    ],
    [
      'the end of a file',
      'a',
      { ...at('x'), range: { start: 99, end: 120 }, message: 'end' },
      ['a.yaml:1:2 error some-code: end', '   1 | a', '     |  ^'],
    ],
    [
      'control characters made harmless',
      'a: \u001b[31mred\u0007',
      { ...at('a', 'a'), message: 'quotes \u001b[0m' },
      ['a.yaml:1:1 error some-code: quotes \ufffd[0m', '   1 | a: \ufffd[31mred\ufffd', '     | ^'],
    ],
  ];
  test.each(shown)('shows %s', (_what, text, finding, lines) => {
    expect(renderText([finding], new Map([['a.yaml', text]])).split('\n')).toEqual([...lines, '']);
  });

  test('shortens a long line to the part around the carets', () => {
    const text = `a: ${'x'.repeat(500)}HERE${'y'.repeat(500)}`;
    const [, line = '', carets = ''] = renderText([at('HERE', text)], new Map([['a.yaml', text]])).split(
      '\n',
    );
    expect(line.length).toBeLessThan(115);
    expect(line.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('HERE');
  });

  test('leaves out the place and the frame of a file that it does not have', () => {
    expect(renderText([at('one')], new Map())).toBe("a.yaml error some-code: 'one' is wrong\n");
  });

  test('sorts by file and place', () => {
    const findings = [{ ...at('one'), file: 'b.yaml' }, at('three'), at('one')];
    const text = renderText(findings, new Map([['a.yaml', source]]));
    expect(text.match(/^[ab]\.yaml\S*/gm)).toEqual(['a.yaml:1:1', 'a.yaml:3:1', 'b.yaml']);
  });

  test('colours by the palette that it is given', () => {
    const tag = (name: string) => (text: string) => `<${name}>${text}</${name}>`;
    const palette: Palette = {
      bold: tag('b'),
      dim: tag('d'),
      red: tag('r'),
      yellow: tag('y'),
      cyan: tag('c'),
    };
    const [head, , carets] = renderText([at('one')], new Map([['a.yaml', source]]), palette).split('\n');
    expect(head).toBe("<b>a.yaml:1:1</b> <r>error</r> <d>some-code</d>: 'one' is wrong");
    expect(carets).toBe('     <d>|</d> <r>^^^</r>');
  });
});

test('JSON has lines and columns from 1', () => {
  const related = [{ file: 'a.yaml', range: at('two').range, message: 'there' }];
  expect(renderJson([{ ...at('"zwei"'), hint: 'do this', related }], new Map([['a.yaml', source]]))).toEqual([
    {
      file: 'a.yaml',
      start: { line: 2, column: 7 },
      end: { line: 2, column: 13 },
      severity: 'error',
      code: 'some-code',
      message: '\'"zwei"\' is wrong',
      hint: 'do this',
      related: [
        { file: 'a.yaml', start: { line: 2, column: 2 }, end: { line: 2, column: 5 }, message: 'there' },
      ],
    },
  ]);
});

test.each([
  [[], 'no problems'],
  [[at('one')], '1 error in 1 file'],
  [
    [at('one'), at('two'), { ...at('one'), file: 'b.yaml', severity: 'warning' as const }],
    '2 errors, 1 warning in 2 files',
  ],
  [[{ ...at('one'), severity: 'warning' as const }], '1 warning in 1 file'],
])('sums up %#', (findings, summary) => {
  expect(summarize(findings)).toBe(summary);
});

test.each([
  ['', 0, 1, 1],
  ['a\nb', 2, 2, 1],
  ['a\r\nb', 3, 2, 1],
  ['a\rb', 2, 2, 1],
  ['a\n', 2, 2, 1],
  ['ab', 99, 1, 3],
])('the place in %j of offset %i', (text, offset, line, column) => {
  expect(positionOf(text, offset)).toEqual({ line, column });
});
