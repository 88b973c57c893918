/** Activities that run in the worker that has the run. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outcomeOf } from '../../src/client/runs.ts';
import { PROGRESS_QUERY } from '../../src/plan/worker-contract.ts';
import { fromJson, replay, toJson } from '../replay/history.ts';
import { type Lab, labProject, openLab, type RunHandle } from './engine-lab.ts';
import type { TestProject } from './engine-project.ts';

const DEFINITIONS = {
  'lab/many': `
input: { items: { type: array, items: { type: integer } }, bytes: { type: integer, default: 3 } }
defaults: { local: true }
steps:
  - id: many
    for_each: \${{ input.items }}
    as: n
    key: \${{ n }}
    concurrency: 1000
    steps: [{ id: say, activity: lab/inflate, with: { bytes: '\${{ input.bytes }}' } }]
    output: \${{ size(steps.say.output.text) }}
output: \${{ size(steps.many.output) }}
`,
  'lab/watched': `
steps:
  - for_each: [${Array.from({ length: 190 }, (_, n) => n).join(', ')}]
    as: n
    key: \${{ n }}
    steps: [{ activity: lab/slow, with: { milliseconds: 17 }, local: true }]
`,
  'lab/slow': `
steps:
  - id: slow
    activity: lab/slow
    with: { milliseconds: 2500 }
    local: true
  - id: bounded
    activity: lab/slow
    with: { milliseconds: 2500 }
    timeout: 500ms
    retry: { maximum_attempts: 1 }
    local: true
    catch: [{ errors: [Timeout], output: { attempt: 7 } }]
output: ['\${{ steps.slow.output.attempt }}', '\${{ steps.bounded.output.attempt }}']
`,
  'lab/fallback': `
input: { until_attempt: { type: integer } }
steps:
  - id: work
    activity: lab/fail
    with: { how: busy, until_attempt: '\${{ input.until_attempt }}' }
    retry: { initial_interval: 10ms, maximum_attempts: 2 }
    local: true
output: \${{ steps.work.output.attempt }}
`,
};

let lab: Lab;
let project: TestProject;

beforeAll(async () => {
  project = labProject(DEFINITIONS);
  lab = await openLab();
  await lab.worker(project);
});
afterAll(async () => {
  await lab?.close();
  project?.destroy();
});

/** How many events of each kind that matters here a run has. */
async function eventsOf(run: RunHandle) {
  const history = await run.fetchHistory();
  await replay(fromJson(toJson(history)));
  const events = history.events!;
  return {
    // One of the markers is the pin.
    local: events.filter((event) => event.markerRecordedEventAttributes).length - 1,
    ordinary: events.filter((event) => event.activityTaskScheduledEventAttributes).length,
    timers: events.filter((event) => event.timerStartedEventAttributes).length,
    failedTasks: events.filter((event) => event.workflowTaskFailedEventAttributes).length,
  };
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

describe.concurrent('local activities', () => {
  test('1,000 of them need no task of their own, and a timer each 200', async () => {
    const run = await lab.start('lab/many', { items: numbers(1000) });
    expect(await outcomeOf(run)).toEqual({ status: 'completed', output: 1000 });
    const { timers, ...events } = await eventsOf(run);
    expect(events).toEqual({ local: 1000, ordinary: 0, failedTasks: 0 });
    // More where they were slow.
    expect(timers).toBeGreaterThanOrEqual(4);
  });

  test('large results are kept within what a task may send', async () => {
    const run = await lab.start('lab/many', { items: numbers(12), bytes: 600_000 });
    expect(await outcomeOf(run)).toEqual({ status: 'completed', output: 12 });
    const { timers, ...events } = await eventsOf(run);
    expect(events).toEqual({ local: 12, ordinary: 0, failedTasks: 0 });
    expect(timers).toBeGreaterThanOrEqual(5);
  });

  test('what fails is called again as an ordinary one, with the attempts that are left', async () => {
    // An ordinary activity counts its attempts anew.
    const run = await lab.start('lab/fallback', { until_attempt: 2 });
    expect(await outcomeOf(run)).toMatchObject({ status: 'failed', failure: { type: 'Busy' } });
    expect(await eventsOf(run)).toEqual({ local: 1, ordinary: 1, timers: 0, failedTasks: 0 });
  });

  test('what takes long goes on as an ordinary one, unless its own timeout is up', async () => {
    const run = await lab.start('lab/slow');
    expect(await outcomeOf(run)).toEqual({ status: 'completed', output: [1, 7] });
    expect(await eventsOf(run)).toMatchObject({ local: 2, ordinary: 1, failedTasks: 0 });
  });
});

test('a run that is asked all the time rests at the same places in its replay', async () => {
  const run = await lab.start('lab/watched');
  let isOver = false;
  const asking = (async () => {
    while (!isOver) await run.query(PROGRESS_QUERY).catch(() => {});
  })();
  expect(await outcomeOf(run)).toMatchObject({ status: 'completed' });
  isOver = true;
  await asking;
  // More than two seconds of work, so there is a rest.
  expect((await run.fetchHistory()).events!.some((event) => event.timerStartedEventAttributes)).toBe(true);
  await eventsOf(run);
});
