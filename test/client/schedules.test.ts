import { describe, expect, test } from 'vitest';
import { fromTemporal, readMark, toTemporal, whenOf } from '../../src/client/schedule-content.ts';
import {
  type FoundSchedule,
  planSchedules,
  SCHEDULE_OVERLAPS,
  type ScheduleChange,
  type ScheduleContent,
  type WantedSchedule,
  wantedSchedule,
} from '../../src/client/schedules.ts';
import type { SchedulePlan } from '../../src/plan/schedule.ts';

const NIGHTLY: SchedulePlan = {
  name: 'nightly',
  when: { cron: '0 2 * * *', timeZone: 'Europe/Prague' },
  overlap: 'skip',
  input: { day: 'now', deep: { list: [1, { a: null }] } },
};
const NAME = 'shop/report';
const WANTED = wantedSchedule(NAME, 'default', NIGHTLY);
const OURS = { project: 'shop', definition: NAME };

/** The schedule as the server has it, with what somebody has changed there. */
function found(
  change: Partial<ScheduleContent> = {},
  owner: FoundSchedule['owner'] | null = OURS,
): FoundSchedule {
  return {
    id: WANTED.id,
    ...(owner && { owner }),
    content: { ...structuredClone(WANTED.content), ...change },
  };
}

function plan(
  wanted: readonly WantedSchedule[],
  there: readonly FoundSchedule[],
  broken: readonly string[] = [],
): ScheduleChange[] {
  return planSchedules(wanted, there, { project: 'shop', broken: new Set(broken) });
}

describe('what is to be done', () => {
  const foreign = { project: 'elsewhere', definition: NAME };
  test.each<
    [what: string, wanted: WantedSchedule[], there: FoundSchedule[], broken: string[], expected: object[]]
  >([
    ['nothing wanted, nothing there', [], [], [], []],
    ['wanted, not there', [WANTED], [], [], [{ action: 'create' }]],
    ['wanted, there as it is wanted', [WANTED], [found()], [], [{ action: 'unchanged' }]],
    ['there, wanted no more', [], [found()], [], [{ action: 'remove' }]],
    ['there, of a definition with errors', [], [found()], [NAME], [{ action: 'kept' }]],
    ['there, another definition has errors', [], [found()], ['shop/other'], [{ action: 'remove' }]],
    ['of nobody, not wanted', [], [found({}, null)], [], []],
    ['of another project, not wanted', [], [found({}, foreign)], [], []],
    ['of nobody, wanted', [WANTED], [found({}, null)], [], [{ action: 'taken' }]],
    [
      'of another project, wanted',
      [WANTED],
      [found({}, foreign)],
      [],
      [{ action: 'taken', takenBy: foreign }],
    ],
  ])('%s', (_, wanted, there, broken, expected) => {
    expect(plan(wanted, there, broken)).toEqual(
      expected.map((one) => ({ id: 'shop/report.nightly', definition: NAME, ...one })),
    );
  });

  test.each<[keyof ScheduleContent, ScheduleContent[keyof ScheduleContent]]>([
    ['when', { cron: '0 3 * * *', timeZone: 'Europe/Prague' }],
    ['when', { cron: '0 2 * * *', timeZone: 'UTC' }],
    ['when', { everyMs: 3_600_000 }],
    ['when', undefined],
    ['overlap', 'allow_all'],
    ['catchup_ms', 60_000],
    ['workflow', 'shop/other'],
    ['workflow_id', 'report'],
    ['input', []],
    ['input', [{ day: 'now', deep: { list: [1, { a: 1 }] } }]],
    ['task_queue', 'slow'],
  ])('%s changed there to %j: it is put right', (key, value) => {
    const [change] = plan([WANTED], [found({ [key]: value })]);
    expect(change).toMatchObject({ action: 'update', changes: [key] });
  });

  test('the order of keys in an input is no difference', () => {
    const there = found({ input: [{ deep: { list: [1, { a: null }] }, day: 'now' }] });
    expect(plan([WANTED], [there])).toMatchObject([{ action: 'unchanged' }]);
  });

  test('all at once is told by id', () => {
    const one = (definition: string) => wantedSchedule(definition, 'default', NIGHTLY);
    const there = { ...found(), id: 'shop/b.nightly' };
    expect(plan([one('shop/c'), one('shop/a')], [there]).map(({ id, action }) => [id, action])).toEqual([
      ['shop/a.nightly', 'create'],
      ['shop/b.nightly', 'remove'],
      ['shop/c.nightly', 'create'],
    ]);
  });
});

describe('catchup is as long as Temporal makes it', () => {
  test.each([
    [undefined, 365 * 86_400_000],
    [0, 10_000],
    [9999, 10_000],
    [3_600_000, 3_600_000],
  ])('%s is %d', (given, expected) => {
    const schedule = wantedSchedule(NAME, 'q', {
      ...NIGHTLY,
      ...(given !== undefined && { catchupMs: given }),
    });
    expect(schedule.content.catchup_ms).toBe(expected);
  });
});

describe('to Temporal', () => {
  test('the whole of it', () => {
    expect(toTemporal({ ...WANTED.content, when: NIGHTLY.when })).toEqual({
      spec: { cronExpressions: ['0 2 * * * # 0 2 * * *'], timezone: 'Europe/Prague' },
      action: {
        type: 'startWorkflow',
        workflowType: NAME,
        workflowId: 'shop/report.nightly',
        args: [NIGHTLY.input],
        taskQueue: 'default',
      },
      policies: { overlap: 'SKIP', catchupWindow: 365 * 86_400_000 },
    });
  });

  test('every overlap has its policy', () => {
    const policies = SCHEDULE_OVERLAPS.map(
      (overlap) => toTemporal({ ...WANTED.content, when: NIGHTLY.when, overlap }).policies.overlap,
    );
    expect(policies).toEqual([
      'SKIP',
      'BUFFER_ONE',
      'BUFFER_ALL',
      'CANCEL_OTHER',
      'TERMINATE_OTHER',
      'ALLOW_ALL',
    ]);
  });
});

describe('the mark in a memo', () => {
  const mark = { project: 'shop', definition: NAME };
  test.each<[text: string, expected: unknown]>([
    [JSON.stringify(mark), mark],
    [JSON.stringify({ ...mark, more: 1 }), mark],
    ['{"project":"shop"}', undefined],
    ['{"project":1,"definition":"x"}', undefined],
    ['null', undefined],
    ['"shop"', undefined],
    ['\u0000\u0001', undefined],
    ['', undefined],
  ])('%j', (text, expected) => {
    expect(readMark(Buffer.from(text))).toEqual(expected);
  });

  test('what cannot be read has none, so that its id is taken', () => {
    expect(readMark(undefined)).toBeUndefined();
    expect(plan([WANTED], [fromTemporal(WANTED.id, 'unreadable')])).toEqual([
      { id: WANTED.id, definition: NAME, action: 'taken' },
    ]);
  });
});

describe('the times of a schedule on the server', () => {
  const calendar = (comment?: string) => ({
    second: [],
    minute: [],
    hour: [],
    dayOfMonth: [],
    month: [],
    year: [],
    dayOfWeek: [],
    ...(comment !== undefined && { comment }),
  });
  const hourly = { every: 3_600_000, offset: 0 };
  test.each<[what: string, spec: Parameters<typeof whenOf>[0], expected: SchedulePlan['when'] | undefined]>([
    ['cron', { calendars: [calendar('@daily')], timezone: 'UTC' }, { cron: '@daily', timeZone: 'UTC' }],
    ['cron without a zone', { calendars: [calendar('@daily')] }, { cron: '@daily', timeZone: 'UTC' }],
    ['an interval', { intervals: [hourly], timezone: '' }, { everyMs: 3_600_000 }],
    ['nothing', {}, undefined],
    ['an interval with an offset', { intervals: [{ ...hourly, offset: 60_000 }] }, undefined],
    ['two', { intervals: [hourly, hourly] }, undefined],
    ['a calendar that somebody wrote', { calendars: [calendar()] }, undefined],
    ['a jitter', { intervals: [hourly], jitter: 1000 }, undefined],
    ['an end', { intervals: [hourly], endAt: new Date(0) }, undefined],
    ['a beginning', { intervals: [hourly], startAt: new Date(0) }, undefined],
    ['an exception', { intervals: [hourly], skip: [calendar()] }, undefined],
  ])('%s', (_, spec, expected) => {
    expect(whenOf(spec)).toEqual(expected);
  });
});
