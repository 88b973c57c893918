import { expect, test } from 'vitest';
import { describeChanges, describeSchedules } from '../../src/cli/schedule-view.ts';
import type { ScheduleResult } from '../../src/client/apply-schedules.ts';
import type { ScheduleStatus } from '../../src/client/schedule-acts.ts';

const one = (
  schedule: string,
  more: Pick<ScheduleResult, 'action'> & Partial<ScheduleResult>,
): ScheduleResult => ({
  id: `shop/${schedule}`,
  definition: 'shop/report',
  ...more,
});
const RESULTS = [
  one('a', { action: 'create' }),
  one('bb', { action: 'update', changes: ['when', 'catchup_ms', 'task_queue'] }),
  one('c', { action: 'remove' }),
  one('d', { action: 'unchanged' }),
  one('e', { action: 'kept' }),
  one('f', { action: 'taken' }),
  one('g', { action: 'taken', takenBy: { project: 'mail\u001b[1m', definition: 'x/y' } }),
  one('h', { action: 'create', refused: 'interval is too small' }),
];
const SAME = [
  '= shop/d   unchanged',
  '! shop/e   left as it is: shop/report has errors',
  '✗ shop/f   the id is taken: somebody else has made a schedule with it',
  "✗ shop/g   the id is taken: the project 'mail\ufffd[1m' has made a schedule with it",
  '✗ shop/h   refused: interval is too small',
];

test('what was done', () => {
  expect(describeChanges(RESULTS, true)).toEqual([
    '+ shop/a   created',
    '~ shop/bb  updated: when, catchup, task queue',
    '- shop/c   removed',
    ...SAME,
    '1 created, 1 updated, 1 removed, 1 unchanged, 1 left as it is, 2 not ours, 1 refused',
  ]);
});

test('what is to be done', () => {
  expect(describeChanges(RESULTS, false)).toEqual([
    '+ shop/a   to create',
    '~ shop/bb  to update: when, catchup, task queue',
    '- shop/c   to remove',
    ...SAME,
    '1 to create, 1 to update, 1 to remove, 1 unchanged, 1 left as it is, 2 not ours, 1 refused',
  ]);
});

test('nothing', () => {
  const nothing = ['no definition has schedules, and none is there'];
  expect(describeChanges([], true)).toEqual(nothing);
  expect(describeSchedules([])).toEqual(nothing);
});

test('how schedules stand', () => {
  const status = (more: Partial<ScheduleStatus>): ScheduleStatus => ({
    id: '',
    definition: '',
    paused: false,
    ...more,
  });
  const lastRun = { workflowId: 'x', scheduledAt: '2026-03-01T02:00:00.000Z', outcome: 'timed_out' };
  const nextRun = '2026-03-02T02:00:00.000Z';
  const rows: [string, boolean, ScheduleStatus | undefined][] = [
    ['a/b.active', true, status({ when: { everyMs: 5_400_000 }, nextRun, lastRun, note: 'old' })],
    ['a/b.paused', true, status({ when: { cron: '@daily', timeZone: 'UTC' }, paused: true, note: 'a\nb' })],
    ['a/b.zone', true, status({ when: { cron: '@daily', timeZone: 'Asia/Tokyo' }, paused: true })],
    ['a/b.new', true, undefined],
    ['a/b.old', false, status({ paused: true, note: 'why' })],
  ];
  const listed = rows.map(([id, defined, found]) => ({
    id,
    definition: 'a/b',
    defined,
    ...(found && { status: found }),
  }));
  expect(describeSchedules(listed)).toEqual([
    'schedule    definition  when               next run           last run                     state',
    'a/b.active  a/b         every 90m          2026-03-02 02:00Z  2026-03-01 02:00Z timed out  active',
    'a/b.paused  a/b         @daily             –                  –                            paused: a\ufffdb',
    'a/b.zone    a/b         @daily Asia/Tokyo  –                  –                            paused',
    'a/b.new     a/b         –                  –                  –                            not applied',
    'a/b.old     a/b         changed elsewhere  –                  –                            not defined, paused: why',
  ]);
});
