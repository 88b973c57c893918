import { expect, test } from 'vitest';
import { readTime } from '../../src/cli/schedule-times.ts';

test.each([
  ['2026-03-01', '2026-03-01T00:00:00.000Z'],
  ['2026-03-01T02:03Z', '2026-03-01T02:03:00.000Z'],
  ['2026-03-01T02:03:04.5+01:00', '2026-03-01T01:03:04.500Z'],
  ['2028-02-29', '2028-02-29T00:00:00.000Z'],
])('%s is %s', (text, expected) => {
  expect(readTime('--from', text).toISOString()).toBe(expected);
});

test.each([
  ['', 'nothing'],
  ['2026-03-01T02:03:04', 'no zone'],
  ['2026-02-30', 'no such day'],
  ['2026-02-30T00:00:00Z', 'no such day'],
  ['2026-13-01', 'no such month'],
  ['2026-03-01T25:00Z', 'no such hour'],
  ['1.3.2026', 'not ISO'],
  ['now', 'a word'],
  ['20260301', 'a number'],
])("'%s' is refused: %s", (text) => {
  expect(() => readTime('--to', text)).toThrow(`--to: '${text}' is no time`);
});
