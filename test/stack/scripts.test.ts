import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';

type Counts = { passed: number; failed: number; skipped: number };
const {
  countTests,
  summaryLine,
}: { countTests: (results: unknown, code: number) => Counts; summaryLine: (c: Counts) => string } =
  await import(new URL('../../scripts/count-tests.mjs', import.meta.url).href);
const { scrub }: { scrub: (env: object) => object } = await import(
  new URL('../../scripts/environment.mjs', import.meta.url).href
);
const { missingParts }: { missingParts: (path: string) => string[] } = await import(
  new URL('../../scripts/lock-file.mjs', import.meta.url).href
);

describe('the last line of npm test', () => {
  const file = (status: string, ...tests: string[]) => ({
    status,
    assertionResults: tests.map((one) => ({ status: one })),
  });
  type Row = [what: string, files: object[] | undefined, code: number, line: string];
  const rows: Row[] = [
    ['all well', [file('passed', 'passed', 'passed'), file('passed', 'passed')], 0, '3 passed, 0 failed'],
    ['a failure', [file('failed', 'passed', 'failed')], 1, '1 passed, 1 failed'],
    ['skipped and to do', [file('passed', 'passed', 'skipped', 'todo')], 0, '1 passed, 0 failed, 2 skipped'],
    ['a file that does not load', [file('passed', 'passed'), file('failed')], 1, '1 passed, 1 failed'],
    ['a failing hook after passed tests', [file('failed', 'passed')], 1, '1 passed, 1 failed'],
    ['an unhandled error beside passed tests', [file('passed', 'passed')], 1, '1 passed, 1 failed'],
    ['no results at all', undefined, 1, '0 passed, 1 failed'],
    ['no test', [], 0, '0 passed, 0 failed'],
  ];
  test.each(rows)('%s', (_, files, code, line) => {
    expect(summaryLine(countTests(files && { testResults: files }, code))).toBe(line);
  });
});

test('demo and tests see nothing of the outside world', () => {
  const outside = [
    ...[
      'DATABASE_URL',
      'TEMPORAL_HOST',
      'TEMPORAL_API_KEY',
      'STRIPE_API_KEY',
      'PGHOST',
      'PGPASSWORD',
      'SMTP_URL',
    ],
    ...['S3_BUCKET', 'AWS_PROFILE', 'ESTUARY_EMBEDDED', 'NODE_ENV', 'NODE_OPTIONS'],
  ];
  const kept = {
    PATH: 'x',
    HOME: 'x',
    npm_config_registry: 'x',
    PAGER: 'x',
    MY_DATABASE_URL_HINT: 'x',
    NODE_PATH: 'x',
  };
  expect(scrub({ ...Object.fromEntries(outside.map((name) => [name, 'x'])), ...kept })).toEqual(kept);
});

describe('the lock file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'estuary-lock-file-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const missing = (packages: object) => {
    const path = join(folder, 'package-lock.json');
    writeFileSync(path, JSON.stringify({ packages }));
    return missingParts(path);
  };

  test('of this repository holds each part', () => {
    expect(missingParts(new URL('../../package-lock.json', import.meta.url).pathname)).toEqual([]);
  });

  test.each<[what: string, packages: object, missing: string[]]>([
    ['beside', { 'node_modules/a': { optionalDependencies: { b: '1' } }, 'node_modules/b': {} }, []],
    [
      'within',
      { 'node_modules/a': { optionalDependencies: { b: '1' } }, 'node_modules/a/node_modules/b': {} },
      [],
    ],
    [
      'above',
      {
        'node_modules/x/node_modules/a': { optionalDependencies: { b: '1' } },
        'node_modules/x/node_modules/b': {},
      },
      [],
    ],
    ['missing', { 'node_modules/a': { optionalDependencies: { b: '1' } } }, ['node_modules/a → b']],
    [
      "in another's",
      { 'node_modules/a': { optionalDependencies: { '@p/b': '1' } }, 'node_modules/c/node_modules/@p/b': {} },
      ['node_modules/a → @p/b'],
    ],
    ["the root's own", { '': { optionalDependencies: { b: '1' } } }, ['package.json → b']],
  ])('a part %s', (_, packages, expected) => {
    expect(missing(packages)).toEqual(expected);
  });
});
