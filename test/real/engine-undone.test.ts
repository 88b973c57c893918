/** What is undone when a run fails or is cancelled, and what waits for a person then. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outcomeOf } from '../../src/client/runs.ts';
import type { Progress } from '../../src/interpreter/progress.ts';
import { PROGRESS_QUERY, RESUME_SIGNAL } from '../../src/plan/worker-contract.ts';
import { fromJson, replay, toJson } from '../replay/history.ts';
import { callsAt, openGate } from './engine-activities.ts';
import { eventually, type Lab, labProject, openLab, type RunHandle } from './engine-lab.ts';
import type { TestProject } from './engine-project.ts';

const charge = `
  - activity: lab/note
    with: { text: '\${{ input.gate }} charged' }
    compensate: { activity: lab/undo, with: { text: '\${{ input.gate }} refunded', gate: '\${{ input.gate }}' } }`;

/** Charges, then does something at which it is cancelled. */
const waiting = (step: string): string => `
input: { gate: { type: string } }
signals: { approved: {} }
steps:${charge}
  - activity: lab/echo
    with: { value: 1 }
  - id: work
${step.trimEnd()}
    finally: [{ activity: lab/note, with: { text: '\${{ input.gate }} finally' } }]
  - { id: other, if: '\${{ steps.work.status == "skipped" }}', await: approved }
`;

const WAITS = {
  activity: `
    activity: lab/gate
    with: { name: 'at-\${{ input.gate }}' }
    timeout: { start_to_close: 60s, heartbeat: 500ms }`,
  wait: '\n    wait: 1h',
  await: '\n    await: approved',
  repeat: `
    repeat: { state: { n: 0 }, until: '\${{ state.n > 0 }}', every: 1h }
    steps: [{ set: { n: 0 } }]
    output: { n: 0 }`,
  race: `
    race:
      a: { steps: [{ wait: 1h }] }
      b: { steps: [{ wait: 2h }] }`,
  all: `
    all:
      a: { steps: [{ wait: 1h }] }
      b: { steps: [{ wait: 2h }] }`,
  switch: `
    switch: [{ else: [{ wait: 1h }] }]`,
  for_each: `
    for_each: [1, 2]
    as: n
    key: \${{ n }}
    concurrency: 2
    steps: [{ wait: 1h }]`,
  catch: `
    activity: lab/fail
    with: { how: refused }
    catch: [{ steps: [{ wait: 1h }] }]`,
};

const DEFINITIONS = {
  ...Object.fromEntries(
    Object.entries(WAITS).map(([name, step]) => [
      `lab/waits-${name.replace('_', '-')}`,
      waiting(step.slice(1)),
    ]),
  ),
  'lab/sold-out': `
input: { gate: { type: string } }
steps:${charge}
  - fail: { type: SoldOut, message: nothing left }
`,
  'lab/keyed': `
input: { gate: { type: string } }
id: { key: '\${{ input.gate }}' }
steps:${charge}
  - fail: { type: SoldOut, message: nothing left }
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

/** What was written down for a gate, in order. */
async function notesAbout(gate: string): Promise<string[]> {
  const { rows } = await lab.database.knex.raw('select text from notes where text like ? order by id', [
    `${gate} %`,
  ]);
  return rows.map(({ text }: { text: string }) => text.slice(gate.length + 1));
}

async function statusOf(run: RunHandle): Promise<string | undefined> {
  const { typedSearchAttributes } = await run.describe();
  return typedSearchAttributes.get({ name: 'EstuaryStatus', type: 'KEYWORD' });
}

const progressOf = (run: RunHandle): Promise<Progress> => run.query<Progress>(PROGRESS_QUERY);

describe.concurrent('a run that is cancelled undoes what it did, while it is in', () => {
  test.each(Object.keys(WAITS))('%s', async (name) => {
    const gate = randomUUID();
    await openGate(lab.database.knex, gate);
    const run = await lab.start(`lab/waits-${name.replace('_', '-')}`, { gate });
    await eventually(async () => {
      expect((await progressOf(run)).steps[2]).toMatchObject({ status: 'running' });
      if (name === 'activity') expect(await callsAt(lab.database.knex, `at-${gate}`)).toBe(1);
    });
    await run.cancel();
    expect(await outcomeOf(run)).toMatchObject({ status: 'cancelled' });
    expect(await notesAbout(gate)).toEqual(['charged', 'finally', 'refunded']);
    await replay(fromJson(toJson(await run.fetchHistory())));
  });
});

test('a run that was cancelled before anybody took it up does nothing, and ends as cancelled', async () => {
  const gate = randomUUID();
  const taskQueue = `${lab.taskQueue}-alone`;
  const run = await lab.start('lab/waits-activity', { gate }, taskQueue);
  await run.cancel();
  await lab.worker(project, { taskQueue });
  expect(await outcomeOf(run)).toMatchObject({ status: 'cancelled' });
  expect(await notesAbout(gate)).toEqual([]);
  const { steps } = await progressOf(run);
  expect(new Set(steps.map(({ status }) => status))).toEqual(new Set(['pending']));
});

describe.concurrent('a compensation that fails for good', () => {
  test('parks the run, to be found, until it works', async () => {
    const gate = randomUUID();
    const run = await lab.start('lab/sold-out', { gate });
    await eventually(async () => expect((await progressOf(run)).parked).toHaveLength(1));
    expect(await statusOf(run)).toBe('parked');
    const { currentDetails } = await run.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    expect(currentDetails).toContain('**Parked**');
    expect(currentDetails).toContain('Refused: it cannot be undone');
    await openGate(lab.database.knex, gate);
    await run.signal(RESUME_SIGNAL);
    expect(await outcomeOf(run)).toMatchObject({ status: 'failed', failure: { type: 'SoldOut' } });
    expect(await statusOf(run)).toBeUndefined();
    expect(await notesAbout(gate)).toEqual(['charged', 'refunded']);
    await replay(fromJson(toJson(await run.fetchHistory())));
  });

  test('is left out when a person says so', async () => {
    const gate = randomUUID();
    const run = await lab.start('lab/sold-out', { gate });
    await eventually(async () => expect((await progressOf(run)).parked).toHaveLength(1));
    await run.signal(RESUME_SIGNAL, { skip: true });
    expect(await outcomeOf(run)).toMatchObject({ status: 'failed', failure: { type: 'SoldOut' } });
    expect(await notesAbout(gate)).toEqual(['charged']);
  });
});

test('what was undone is done again by the next run of the same business key, and undone again', async () => {
  const gate = randomUUID();
  await openGate(lab.database.knex, gate);
  for (const _ of ['first', 'second']) {
    const run = await lab.client.workflow.start('lab/keyed', {
      args: [{ gate }],
      taskQueue: lab.taskQueue,
      workflowId: gate,
    });
    expect(await outcomeOf(run)).toMatchObject({ status: 'failed', failure: { type: 'SoldOut' } });
  }
  expect(await notesAbout(gate)).toEqual(['charged', 'refunded', 'charged', 'refunded']);
});
