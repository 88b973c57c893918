/** The worker's log: what happened, where, and never what with. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outcomeOf } from '../../src/client/runs.ts';
import { LOG_FIELDS, type LogLine } from '../../src/worker/log.ts';
import { ACTIVITIES } from './engine-activities.ts';
import { eventually, type Lab, openLab, type RunHandle } from './engine-lab.ts';
import { createProject, type TestProject } from './engine-project.ts';
import type { WorkerProcess } from './engine-worker.ts';

/** Stands for whatever must not be told: it is in inputs, outputs, errors' messages, signals and keys of secrets. */
const PRIVATE = 'sk_live_4eC39HqLyjWDarjtT1zdp7dc';

const BABBLER = {
  signature: `
description: Say something and give back what it got.
effect: pure
input: { text: { type: string }, fails: { type: boolean, default: false } }
output: { text: { type: string } }
`,
  code: `
export default async ({ text, fails }, context) => {
  context.logger.info('on it', { items: 3, attempt: 99, api_key: text, apiToken: text });
  if (fails) throw new RangeError('cannot do ' + text);
  return { text };
};`,
};

const DEFINITIONS = {
  'lab/babble': `
input: { text: { type: string }, fails: { type: boolean, default: false } }
steps:
  - id: talk
    for_each: [one]
    as: name
    key: \${{ name }}
    steps:
      - id: say
        activity: lab/babble
        with: { text: '\${{ input.text }}', fails: '\${{ input.fails }}' }
        retry: { initial_interval: 10ms, maximum_attempts: 2 }
output: { text: '\${{ input.text }}' }
`,
  'lab/fail': `
input: { how: { type: string } }
steps:
  - id: work
    activity: lab/fail
    with: { how: '\${{ input.how }}' }
`,
  'lab/wait': `
steps:
  - id: wait
    activity: lab/gate
    with: { name: logs }
    timeout: { start_to_close: 60s, heartbeat: 1s }
`,
};

let lab: Lab;
let project: TestProject;
let loud: WorkerProcess;
let quiet: WorkerProcess;

beforeAll(async () => {
  project = createProject(DEFINITIONS, { ...ACTIVITIES, 'lab/babble': BABBLER });
  lab = await openLab();
  const env = { STRIPE_API_KEY: PRIVATE, TEMPORAL_API_KEY: '' };
  loud = await lab.worker(project, { env: { ...env, LOG_LEVEL: 'debug' } });
  quiet = await lab.worker(project, { taskQueue: `${lab.taskQueue}-info`, env });
});
afterAll(async () => {
  await lab?.close();
  project?.destroy();
});

const linesOf = (worker: WorkerProcess): LogLine[] =>
  worker
    .log()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine);

/** The lines of a run up to its end, once that is written. */
async function linesOfRun(worker: WorkerProcess, run: RunHandle): Promise<LogLine[]> {
  const own = (): LogLine[] => linesOf(worker).filter((line) => line.workflow_id === run.workflowId);
  // On a busy machine a workflow task may run into its timeout, and what it said is said again.
  const isFirst = ({ event }: LogLine, index: number, lines: LogLine[]): boolean =>
    !event.startsWith('run_') || lines.findIndex((line) => line.event === event) === index;
  await eventually(async () =>
    expect(own().map(({ event }) => event)).toContainEqual(
      expect.stringMatching(/run_(completed|failed|cancelled)/),
    ),
  );
  return own().filter(isFirst);
}

const say = (line: LogLine) => ({
  workflow_type: 'lab/babble',
  workflow_id: line.workflow_id,
  run_id: line.run_id,
  step: 'talk[one]/say',
  activity: 'lab/babble',
});

describe.concurrent('at debug', () => {
  test('every event of a run is a line with its run, step and attempt', async ({ expect }) => {
    const run = await lab.start('lab/babble', { text: PRIVATE });
    expect(await outcomeOf(run)).toEqual({ status: 'completed', output: { text: PRIVATE } });
    const lines = await linesOfRun(loud, run);
    const where = {
      workflow_type: 'lab/babble',
      workflow_id: run.workflowId,
      run_id: run.firstExecutionRunId,
    };
    const call = { ...where, step: 'talk[one]/say', activity: 'lab/babble', attempt: 1 };
    expect(lines.filter(({ activity }) => activity !== 'estuary.resolve')).toEqual(
      [
        { event: 'run_began', level: 'info', ...where },
        { event: 'activity_started', level: 'debug', ...where, activity: 'lab/babble', attempt: 1 },
        {
          event: 'activity',
          level: 'info',
          message: 'on it',
          ...call,
          fields: { items: 3, attempt: 99, api_key: '***', apiToken: '***' },
        },
        { event: 'activity_completed', level: 'debug', ...call, duration_ms: expect.any(Number) },
        { event: 'run_completed', level: 'info', ...where, duration_ms: expect.any(Number) },
      ].map((line) => expect.objectContaining(line)),
    );
  });
});

describe.concurrent('at info', () => {
  const start = (type: string, input?: unknown) => lab.start(type, input, `${lab.taskQueue}-info`);

  test('an activity that fails is told with attempt, error type and place, never with its message', async ({
    expect,
  }) => {
    const run = await start('lab/babble', { text: PRIVATE, fails: true });
    expect(await outcomeOf(run)).toMatchObject({ failure: { message: `cannot do ${PRIVATE}` } });
    const lines = (await linesOfRun(quiet, run)).filter(({ event }) => event !== 'activity');
    const failed = (attempt: number) => ({
      ...say(lines[0]!),
      event: 'activity_failed',
      level: 'warn',
      attempt,
      error_type: 'RangeError',
      duration_ms: expect.any(Number),
      stack: expect.stringMatching(/^at .*activities\/lab\/babble\.js:\d+/),
    });
    expect(lines).toMatchObject([
      { event: 'run_began' },
      failed(1),
      failed(2),
      {
        event: 'run_failed',
        level: 'warn',
        step: 'talk[one]/say',
        line: 9,
        activity: 'lab/babble',
        attempt: 2,
        error_type: 'RangeError',
      },
    ]);
  });

  test('an error that the activity declares is no warning', async ({ expect }) => {
    const run = await start('lab/fail', { how: 'refused' });
    await outcomeOf(run);
    expect(await linesOfRun(quiet, run)).toMatchObject([
      { event: 'run_began' },
      { event: 'activity_failed', level: 'info', step: 'work', attempt: 1, error_type: 'Refused' },
      { event: 'run_failed', step: 'work', error_type: 'Refused' },
    ]);
  });

  test('a start with bad input is a failed run, without what was wrong in it', async ({ expect }) => {
    const run = await start('lab/babble', { text: PRIVATE, more: PRIVATE });
    await outcomeOf(run);
    expect(await linesOfRun(quiet, run)).toMatchObject([{ event: 'run_failed', error_type: 'InvalidInput' }]);
  });

  test('a cancelled run is told', async ({ expect }) => {
    const run = await start('lab/wait');
    await run.cancel();
    await outcomeOf(run);
    expect((await linesOfRun(quiet, run)).map(({ event }) => event)).toEqual(['run_began', 'run_cancelled']);
  });

  test('a type that no worker knows is a task that failed, with the reason', async ({ expect }) => {
    const run = await start('lab/unheard', { text: PRIVATE });
    const own = () => linesOf(quiet).filter((line) => line.workflow_id === run.workflowId);
    await eventually(async () => expect(own()).not.toEqual([]));
    expect(own()[0]).toMatchObject({
      event: 'task_failed',
      level: 'warn',
      error: expect.stringContaining("no definition 'lab/unheard' is known here"),
    });
  });
});

test('a worker tells when it starts and stops; no line has a field of its own, or anything private', async () => {
  const worker = await lab.worker(project, { taskQueue: `${lab.taskQueue}-stopped` });
  await eventually(async () => expect(worker.log()).toContain('worker_started'));
  await worker.stop();
  const events = linesOf(worker).map(({ event }) => event);
  expect(events.filter((event) => event !== 'notice')).toEqual([
    'worker_started',
    'worker_stopping',
    'worker_stopped',
  ]);
  for (const line of [loud, quiet, worker].flatMap(linesOf)) {
    expect(Object.keys(line).filter((name) => !Object.hasOwn(LOG_FIELDS, name))).toEqual([]);
    expect(new Date(line.time).toISOString()).toBe(line.time);
  }
  expect(linesOf(loud).length).toBeGreaterThan(5);
  for (const { log } of [loud, quiet, worker]) expect(log()).not.toContain(PRIVATE);
});
