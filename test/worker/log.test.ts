import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LogEntry } from '@temporalio/worker';
import { describe, expect, test } from 'vitest';
import { SETTINGS } from '../../src/config/settings.ts';
import {
  LOG_EVENTS,
  LOG_FIELDS,
  LOG_LEVELS,
  type LogLine,
  toLogLine,
  workerLogger,
} from '../../src/worker/log.ts';
import { activityLogger } from '../../src/worker/log-activity.ts';

const entry = (level: LogEntry['level'], message: string, meta: object): LogEntry => ({
  level,
  message,
  meta: meta as NonNullable<LogEntry['meta']>,
  timestampNanos: 1_772_355_602_713_000_000n,
});
const failure = Object.assign(new Error('pay 4242'), { type: 'AccountClosed' });
const bug = Object.assign(new Error('pay 4242'), { type: 'TypeError', cause: new TypeError('pay 4242') });

describe('an entry of the SDK', () => {
  test.each<[string, LogEntry, Partial<LogLine> | undefined]>([
    [
      'of an activity that failed as declared',
      entry('DEBUG', 'Activity failed', {
        sdkComponent: 'worker',
        attempt: 2,
        durationMs: 7,
        error: failure,
      }),
      {
        time: '2026-03-01T09:00:02.713Z',
        level: 'info',
        event: 'activity_failed',
        message: 'activity failed',
        attempt: 2,
        duration_ms: 7,
        error_type: 'AccountClosed',
      },
    ],
    [
      'of a bug in an activity',
      entry('WARN', 'Activity failed', { sdkComponent: 'worker', error: bug }),
      { level: 'warn', error_type: 'TypeError', stack: expect.stringMatching(/^at .*log\.test\.ts/) },
    ],
    [
      'of an activity that threw nothing',
      entry('WARN', 'Activity failed', { sdkComponent: 'worker', error: undefined }),
      { level: 'warn', event: 'activity_failed' },
    ],
    [
      'of a worker that runs',
      entry('INFO', 'Worker state changed', { sdkComponent: 'worker', state: 'RUNNING', taskQueue: 'q' }),
      { level: 'info', event: 'worker_started', task_queue: 'q' },
    ],
    [
      'of a state between',
      entry('INFO', 'Worker state changed', { sdkComponent: 'worker', state: 'DRAINING' }),
      { level: 'debug', event: 'temporal', message: 'Worker state changed' },
    ],
    [
      'of trouble in the core',
      entry('WARN', 'gRPC call failed', {
        sdkComponent: 'core',
        payload: 'pay 4242',
        error: new Error('gone'),
      }),
      { level: 'warn', event: 'temporal', message: 'gRPC call failed', error: 'gone' },
    ],
    [
      'of a task that the core fails',
      entry('WARN', 'Failing workflow task', {
        sdkComponent: 'core',
        runId: 'r',
        failure: 'Failure { failure: Some(Failure { message: "no \\"lab/x\\" here", source: "" }) }',
      }),
      { level: 'warn', event: 'task_failed', run_id: 'r', error: 'no "lab/x" here' },
    ],
    [
      'of an activity that says it is another',
      entry('INFO', 'Activity failed', { sdkComponent: 'activity', event: 'run_failed' }),
      { level: 'info', event: 'activity', message: 'Activity failed' },
    ],
    [
      'that the workflow writes better',
      entry('WARN', 'Workflow failed', { sdkComponent: 'worker', error: failure }),
      undefined,
    ],
  ])('%s', (_, given, line) => {
    const actual = toLogLine(given);
    if (line === undefined) expect(actual).toBeUndefined();
    else expect(actual).toMatchObject(line);
    expect(JSON.stringify(actual) ?? '').not.toContain('4242');
  });
});

test.each(LOG_LEVELS)('at %s nothing below it is written', (level) => {
  const written: string[] = [];
  const logger = workerLogger(level, (line) => written.push(line.level));
  for (const own of ['trace', ...LOG_LEVELS] as const) logger[own]('said', { sdkComponent: 'activity' });
  expect(written).toEqual(LOG_LEVELS.slice(LOG_LEVELS.indexOf(level)));
});

test('a task that fails is told once, by the core alone while the workflow replays', () => {
  const written: LogLine[] = [];
  const logger = workerLogger('info', (line) => written.push(line));
  const workflow = {
    sdkComponent: 'workflow',
    event: 'task_failed',
    workflowId: 'w',
    runId: 'r',
    error: 'bug',
  };
  const core = { sdkComponent: 'core', runId: 'r', failure: 'message: "bug"' };
  logger.warn('workflow task failed', workflow);
  logger.warn('Failing workflow task', core);
  logger.warn('Failing workflow task', core);
  expect(written).toMatchObject([
    { event: 'task_failed', workflow_id: 'w', error: 'bug' },
    { event: 'task_failed', run_id: 'r', error: 'bug' },
  ]);
});

test("an activity's own fields hide nothing, and no secret is in them", () => {
  const said: unknown[] = [];
  const say = (message: string, meta?: object): void => void said.push([message, meta]);
  const logger = activityLogger({ debug: say, info: say, warn: say, error: say });
  logger.info('paid', { attempt: 7, client_secret: 'x', apiKey: 'x', Authorization: 'x', token: 'x' });
  logger.warn('alone');
  const hidden = '***';
  expect(said).toEqual([
    [
      'paid',
      { fields: { attempt: 7, client_secret: hidden, apiKey: hidden, Authorization: hidden, token: hidden } },
    ],
    ['alone', {}],
  ]);
});

describe('docs/logs.md', () => {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'logs.md'), 'utf8');
  const rows = (section: string): string[][] =>
    section
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) =>
        line
          .slice(1, -1)
          .split('|')
          .map((cell) => cell.replaceAll('`', '').trim()),
      );
  const [settings, events, fields] = page.split(/^## /m).map(rows);

  test('has the events with their levels', () => {
    expect(events!.map(([event, level]) => [event, level])).toEqual(
      Object.entries(LOG_EVENTS).map(([event, level]) => [event, level ?? 'its own']),
    );
  });

  test('has the fields', () => {
    expect(fields!.map(([field]) => field)).toEqual(Object.keys(LOG_FIELDS));
  });

  test('has the settings', () => {
    const own = SETTINGS.filter(({ name }) => name.startsWith('log.'));
    expect(settings!.map(([name, variable]) => [name, variable])).toEqual(
      own.map(({ name, env }) => [name, env.join(', ')]),
    );
  });

  test('shows a line with fields that there are', () => {
    const line = JSON.parse(/```json\n(.*)\n```/.exec(page)![1]!) as LogLine;
    const names = Object.keys(LOG_FIELDS);
    expect(Object.keys(line)).toEqual(names.filter((name) => name in line));
    expect(line.event in LOG_EVENTS).toBe(true);
  });
});
