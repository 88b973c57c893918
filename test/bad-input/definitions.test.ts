/**
 * Files that nobody should write, each read as a project's definition: it ends in findings, in bounded time, and the
 * definition beside it still runs. The grammar of YAML and of expressions has its own cases in test/document and
 * test/expression, what is only slow to evaluate in test/expression/evaluate.test.ts.
 */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { positionOf } from '../../src/diagnostics/position.ts';
import { renderText } from '../../src/diagnostics/render-text.ts';
import { findingsOf, loadProject } from '../../src/project/project.ts';

const MOST_MS = 10_000;
const BAD = 'definitions/shop/bad.yaml';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'estuary-bad-'));
  write('definitions/shop/good.yaml', 'steps:\n  - set: { n: 1 }\n');
});
afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, content: string | Buffer): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** The findings as `code line:column`, after a look at what else must hold of a project with a bad file. */
function findingsIn(): string[] {
  const started = performance.now();
  const project = loadProject(root);
  const findings = findingsOf(project);
  const shown = renderText(findings, project.sources);
  expect(performance.now() - started).toBeLessThan(MOST_MS);
  expect(project.definitions.get('shop/good')?.runnable).toBeDefined();
  expect(shown.length).toBeLessThan(200_000);
  for (const { file } of findings) expect(file).toBe(BAD);
  return findings.map(({ code, range }) => {
    const { line, column } = positionOf(project.sources.get(BAD)!, range.start);
    return `${code} ${line}:${column}`;
  });
}

const STEPS = 'steps:\n  - set: { n: 1 }\n';
const inExpression = (source: string): string =>
  `steps:\n  - set: { x: ${JSON.stringify(`\${{ ${source} }}`)} }\n`;
/** Nine lists of nine of the one before: a billion items where aliases are followed. */
const BOMB = Array.from({ length: 9 }, (_, n) =>
  n === 0 ? 'a0: &a0 [x, x]\n' : `a${n}: &a${n} [${`*a${n - 1}, `.repeat(9)}]\n`,
).join('');
const NESTED_LISTS = Array.from({ length: 1000 }, (_, n) => `${' '.repeat(n)}-`).join('\n');
const NESTED_KEYS = Array.from({ length: 700 }, (_, n) => `${' '.repeat(n)}k:`).join('\n');

const BAD_FILES: readonly (readonly [what: string, content: string | Buffer, finding: RegExp])[] = [
  ['10 MB of text', Buffer.alloc(10 * 1024 * 1024, 'a: b\n'), /^yaml-too-large 1:1$/],
  ['10 MB without a line end', Buffer.alloc(10 * 1024 * 1024, '['), /^yaml-too-large 1:1$/],
  ['1,000 levels of brackets', `a: ${'['.repeat(1000)}${']'.repeat(1000)}`, /^yaml-too-deep 1:\d+$/],
  ['1,000 levels of braces', `a: ${'{a: '.repeat(1000)}${'}'.repeat(1000)}`, /^yaml-too-deep 1:\d+$/],
  ['1,000 levels of lists', NESTED_LISTS, /^yaml-too-deep \d+:\d+$/],
  ['700 levels of mappings', NESTED_KEYS, /^yaml-too-deep \d+:\d+$/],
  ['1,000 levels of groups', `${'steps: [ { '.repeat(1000)}`, /^yaml-too-deep 1:\d+$/],
  ['a bomb of aliases', BOMB, /^yaml-not-json \d+:\d+$/],
  ['an alias to itself', 'steps: &a [*a]\n', /^yaml-not-json 1:\d+$/],
  ['the prototype as a key', `__proto__: { polluted: true }\n${STEPS}`, /^reserved-key 1:1$/],
  ['the prototype as an input', `input: { __proto__: { type: string } }\n${STEPS}`, /^reserved-key 1:10$/],
  [
    'every byte there is',
    Buffer.from(Array.from({ length: 4096 }, (_, n) => n % 256)),
    /^yaml-encoding 1:1$/,
  ],
  ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), /^yaml-encoding 1:1$/],
  ['UTF-16, little end first', Buffer.from(`\ufeff${STEPS}`, 'utf16le'), /^yaml-encoding \d+:\d+$/],
  ['UTF-16, big end first', Buffer.from(`\ufeff${STEPS}`, 'utf16le').swap16(), /^yaml-encoding \d+:\d+$/],
  ['Latin-1', Buffer.from(`# caf\u00e9\n${STEPS}`, 'latin1'), /^yaml-encoding 1:6$/],
  ['nothing', '', /^yaml-empty 1:1$/],
  ['a byte order mark alone', '\ufeff', /^yaml-empty 1:1$/],
  [
    '10,000 parentheses',
    inExpression(`${'('.repeat(10_000)}1${')'.repeat(10_000)}`),
    /^expression-syntax 2:\d+$/,
  ],
  ['1,900 parentheses', inExpression(`${'('.repeat(1900)}1${')'.repeat(1900)}`), /^expression-syntax 2:\d+$/],
  [
    'an expression of 100 KB',
    inExpression(`"${'a'.repeat(100 * 1024)}"`),
    /^(expression-syntax|definition-too-large) \d+:\d+$/,
  ],
  ['a pattern that backtracks', inExpression('"aaaa".matches("^(a+)+$")'), /^regex-unsafe 2:\d+$/],
  ['1,900 of an operator', inExpression(`${'!'.repeat(1900)}true`), /^expression-syntax 2:\d+$/],
];

test.each(BAD_FILES)('%s ends in a finding', (_, content, finding) => {
  write(BAD, content);
  const findings = findingsIn();
  expect(findings).not.toEqual([]);
  expect(
    findings.some((one) => finding.test(one)),
    findings.join('\n'),
  ).toBe(true);
  expect(({} as { polluted?: true }).polluted).toBeUndefined();
});

test.each([
  ['a link to nowhere', 'nowhere.yaml'],
  ['a link in a circle', 'bad.yaml'],
])('%s is a finding, and no crash', (_, target) => {
  symlinkSync(target, join(root, BAD));
  expect(findingsIn()).toEqual(['file-unreadable 1:1']);
});

test.each(['schemas/activities/shop/send.yaml', 'schemas/activities/shop/x/y.yaml'])(
  'a signature that is a link to nowhere, %s, is a finding',
  (path) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    symlinkSync('nowhere.yaml', join(root, path));
    const project = loadProject(root);
    expect(findingsOf(project).map(({ code, file }) => `${file} ${code}`)).toEqual([
      `${path} file-unreadable`,
    ]);
  },
);

test('a folder that is called like a file is none', () => {
  mkdirSync(join(root, BAD));
  write(`${BAD}/inner.txt`, 'nothing of ours');
  expect(findingsIn()).toEqual([]);
});

test.each([
  ['CRLF', (text: string) => text.replaceAll('\n', '\r\n')],
  ['a byte order mark', (text: string) => `\ufeff${text}`],
  ['both', (text: string) => `\ufeff${text.replaceAll('\n', '\r\n')}`],
])('%s is no trouble, and what else is wrong is shown where it is', (_, change) => {
  write(BAD, change(`${STEPS}  - set: { m: "\${{ nope }}" }\n`));
  expect(findingsIn()).toEqual(['unknown-variable 3:20']);
  write(BAD, change(STEPS));
  expect(findingsIn()).toEqual([]);
});
