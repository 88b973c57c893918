import pc from 'picocolors';
import { expect, test } from 'vitest';
import { formatText } from '../../src/cli/log-lines.ts';
import type { LogLine } from '../../src/worker/log.ts';

const plain = pc.createColors(false);
const time = '2026-03-01T09:00:02.713Z';

test.each<[LogLine, string]>([
  [
    { time, level: 'info', event: 'run_began', message: 'run began', workflow_id: 'march' },
    '09:00:02.713 INFO  run began            workflow_id=march',
  ],
  [
    {
      time,
      level: 'warn',
      event: 'activity_failed',
      message: 'activity failed',
      step: 'pay[4 2]/transfer',
      attempt: 2,
      stack: 'at one (a.js:1:2)\nat two (a.js:3:4)',
    },
    '09:00:02.713 WARN  activity failed      step="pay[4 2]/transfer" attempt=2\n  at one (a.js:1:2)\n  at two (a.js:3:4)',
  ],
  [
    { time, level: 'error', event: 'temporal', message: 'two\nlines\u001b[31m "quoted"' },
    '09:00:02.713 ERROR two\\nlines\\u001b[31m "quoted"',
  ],
  [
    { time, level: 'debug', event: 'activity', message: 'on it', fields: { items: 3, name: 'a\nb' } },
    '09:00:02.713 DEBUG on it                fields={"items":3,"name":"a\\nb"}',
  ],
])('%j is a line of text', (line, text) => {
  expect(formatText(line, plain)).toBe(text);
});

test('colours are those of whoever writes', () => {
  const line: LogLine = { time, level: 'warn', event: 'run_failed', message: 'run failed', attempt: 1 };
  expect(formatText(line, pc.createColors(true))).toContain('\u001b[33mWARN \u001b[39m');
});
