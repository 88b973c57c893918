/** What people see of a run that goes on: in a terminal, in a file. */
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { describeStep, describeTime } from '../../src/cli/describe-progress.ts';
import { eventView, lineView, liveView } from '../../src/cli/run-view.ts';
import type { Retry } from '../../src/client/runs.ts';
import type { Progress, StepProgress } from '../../src/interpreter/progress.ts';

const RESUME = 'estuary wf resume x';
const startedAt = new Date(0).toISOString();
const pay = (
  items: Partial<NonNullable<StepProgress['items']>>,
  status: StepProgress['status'] = 'running',
) =>
  ({
    id: 'pay',
    kind: 'for_each',
    status,
    startedAt,
    items: { total: 100, running: 20, succeeded: 0, failed: 0, ...items },
  }) satisfies StepProgress;
const progressOf = (...steps: StepProgress[]): Progress => ({
  definition: 'shop/sell',
  planHash: 'a',
  steps,
});
const RETRY: Retry = {
  activity: 'shop/pay',
  attempt: 2,
  pending: 3,
  message: 'connection\u001b refused\nat x',
};

test.each<[step: StepProgress, now: number, line: string]>([
  [{ id: 'open', kind: 'activity', status: 'pending' }, 0, '· open'],
  [{ id: 'open', kind: 'activity', status: 'running', startedAt }, 1500, '▸ open  running  1.5 s'],
  [pay({}), 500, '▸ pay  0/100  20 under way  running  0.5 s'],
  [pay({ succeeded: 40 }), 2000, '▸ pay  40/100  20 under way  20/s  about 3.0 s left  running  2.0 s'],
  [
    pay({ succeeded: 8, failed: 2 }),
    60_000,
    '▸ pay  10/100  2 failed  20 under way  10/min  about 9 min 0 s left  running  1 min 0 s',
  ],
  [
    pay({ succeeded: 1, total: 2 }),
    7_200_000,
    '▸ pay  1/2  20 under way  0.5/h  about 2 h 0 min left  running  2 h 0 min',
  ],
  [
    { ...pay({ running: 0, succeeded: 100 }, 'completed'), finishedAt: new Date(8000).toISOString() },
    9e9,
    '✓ pay  100/100  13/s  8.0 s',
  ],
])('%j at %i', (step, now, line) => expect(stripVTControlCharacters(describeStep(step, now))).toBe(line));

test.each<[step: Partial<StepProgress>, line: string]>([
  [{ kind: 'group', phase: 'undoing' }, '▸ work  undoing  1.0 s'],
  [{ kind: 'activity', phase: 'catching' }, '▸ work  catching  1.0 s'],
  [{ kind: 'activity', phase: 'finally' }, '▸ work  finally  1.0 s'],
  [{ kind: 'repeat', round: 3 }, '▸ work  round 3  running  1.0 s'],
  [{ kind: 'race', winner: 'paid' }, '▸ work  won by paid  running  1.0 s'],
  [{ kind: 'race', winner: 'paid', status: 'completed' }, '✓ work  won by paid  1.0 s'],
])('%j', (step, line) =>
  expect(
    stripVTControlCharacters(
      describeStep({ id: 'work', kind: 'set', status: 'running', startedAt, ...step }, 1000),
    ),
  ).toBe(line),
);

const PARKED = { step: 'charge', type: 'Refused', message: 'no\nmoney' };
const REFUSED = { name: 'approved', problem: "by: 'by' is missing", at: startedAt };

test('a run that is parked says so, with the command that makes it go on, and what it has refused', () => {
  let written = '';
  const view = liveView(
    (text) => (written += text),
    () => 0,
    RESUME,
  );
  const progress = { ...progressOf({ id: 'a', kind: 'set', status: 'running' }), parked: [PARKED] };
  view.update({ ...progress, refused: Array.from({ length: 7 }, () => REFUSED) }, []);
  expect(stripVTControlCharacters(written).trimEnd().split('\n')).toEqual([
    '▸ a  running',
    'parked at charge: Refused: no',
    `  once that is dealt with: ${RESUME}`,
    ...Array.from({ length: 5 }, () => "refused approved: by: 'by' is missing"),
    '… 2 more messages were refused before',
  ]);
});

test('a file and a program are told once that a run is parked, that it goes on, and of what it refuses', () => {
  const lines: string[] = [];
  const events: object[] = [];
  const views = [
    lineView(
      (text) => lines.push(stripVTControlCharacters(text).trimEnd()),
      () => 0,
      RESUME,
    ),
    eventView(
      (event) => events.push(event),
      () => 0,
    ),
  ];
  const told = (more: Partial<Progress>): unknown[] => {
    lines.length = 0;
    events.length = 0;
    for (const view of views) view.update({ ...progressOf(), ...more }, []);
    return [[...lines], [...events]];
  };
  const parked = ['parked at charge: Refused: no', `  once that is dealt with: ${RESUME}`];
  expect(told({})).toEqual([[], []]);
  expect(told({ parked: [PARKED] })).toEqual([parked, [{ event: 'parked', ...PARKED }]]);
  expect(told({ parked: [PARKED] })).toEqual([[], []]);
  expect(told({})).toEqual([[], [{ event: 'resumed' }]]);
  expect(told({ parked: [PARKED] })).toEqual([parked, [{ event: 'parked', ...PARKED }]]);
  expect(told({ parked: [PARKED], refused: [REFUSED] })).toEqual([
    ["refused approved: by: 'by' is missing"],
    [{ event: 'refused', ...REFUSED }],
  ]);
});

test('a program is told of each phase, and of the winner', () => {
  const events: object[] = [];
  const view = eventView(
    (event) => events.push(event),
    () => 0,
  );
  const step = { id: 'a', kind: 'race', status: 'running' } satisfies StepProgress;
  for (const more of [{}, { winner: 'b' }, { winner: 'b' }, { winner: 'b', phase: 'undoing' } as const])
    view.update(progressOf({ ...step, ...more }), []);
  const event = { event: 'step', step: 'a', kind: 'race', status: 'running' };
  expect(events).toEqual([event, { ...event, winner: 'b' }, { ...event, winner: 'b', phase: 'undoing' }]);
});

test.each([
  [0, '0.0 s'],
  [59_900, '59.9 s'],
  [250_000, '4 min 10 s'],
  [3_600_000 * 3 + 300_000, '3 h 5 min'],
  [86_400_000 * 12 + 3_600_000 * 4, '12 d 4 h'],
])('%i ms is %s', (milliseconds, text) => expect(describeTime(milliseconds)).toBe(text));

test('a terminal is redrawn in place, below whatever else was written, and never beyond its rows', () => {
  let written = '';
  const view = liveView(
    (text) => (written += text),
    () => 0,
    RESUME,
    () => 7,
  );
  const drawn = (...update: Parameters<typeof view.update>): string => {
    written = '';
    view.update(...update);
    return written;
  };
  const steps = Array.from(
    { length: 50 },
    (_, n): StepProgress => ({
      id: `s${n}`,
      kind: 'set',
      status: n < 30 ? 'completed' : 'pending',
    }),
  );
  expect(drawn(undefined, [])).toBe('');
  expect(drawn(progressOf(steps[0]!), [])).not.toContain('A');
  expect(drawn(progressOf(...steps), [RETRY])).toContain('\u001b[1A');
  expect(stripVTControlCharacters(written).split('\n')).toEqual([
    '✓ s29',
    '· s30',
    '· s31',
    '… 47 other steps',
    '↻ shop/pay  attempt 2  3 of them  connection\ufffd refused',
    '',
  ]);
  expect(drawn(progressOf(...steps), [])).toContain('\u001b[5A');
  view.restart();
  expect(drawn(progressOf(...steps), [])).not.toMatch(/\[\d+A/);
});

test('a file has a line for each end, now and then one for what takes long, and each new trouble once', () => {
  let lines: string[] = [];
  let now = 0;
  const view = lineView(
    (text) => lines.push(stripVTControlCharacters(text).trimEnd()),
    () => now,
    RESUME,
  );
  const told = (ms: number, step: StepProgress, ...retries: Retry[]): string[] => {
    [now, lines] = [ms, []];
    view.update(progressOf(step), retries);
    return lines;
  };
  expect(told(100, pay({}))).toEqual([]);
  expect(told(200, pay({}), RETRY)).toEqual(['↻ shop/pay  attempt 2  3 of them  connection\ufffd refused']);
  expect(told(300, pay({}), { ...RETRY, attempt: 3 })).toEqual([]);
  expect(told(400, pay({}), { ...RETRY, attempt: 4 })).toHaveLength(1);
  expect(told(500, pay({}), { ...RETRY, message: 'other' })).toHaveLength(1);
  expect(told(2000, pay({ succeeded: 50 }))).toEqual([expect.stringContaining('50/100')]);
  expect(told(2100, pay({ succeeded: 51 }))).toEqual([]);
  expect(told(2200, pay({ succeeded: 100 }, 'completed'))).toEqual([
    expect.stringContaining('✓ pay  100/100'),
  ]);
  expect(told(9000, pay({ succeeded: 100 }, 'completed'))).toEqual([]);
});

test('a program is told of what is tried again', () => {
  const events: object[] = [];
  const view = eventView(
    (event) => events.push(event),
    () => 0,
  );
  view.update(undefined, [RETRY]);
  view.update(undefined, [RETRY]);
  expect(events).toEqual([{ event: 'retrying', ...RETRY }]);
});
