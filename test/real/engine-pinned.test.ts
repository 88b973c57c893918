import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outcomeOf } from '../../src/client/runs.ts';
import { callsAt, openGate } from './engine-activities.ts';
import { eventually, type Lab, labProject, openLab, type RunHandle } from './engine-lab.ts';
import type { TestProject } from './engine-project.ts';

const definition = (name: string, answer: string): string => `
steps:
  - id: waits
    activity: lab/gate
    with: { name: ${name} }
    retry: { initial_interval: 50ms }
  - id: after
    activity: lab/echo
    with: { value: ${answer} }
output: { answer: '\${{ steps.after.output.value }}' }
`;

const NAMES = ['changed', 'rebuilt', 'broken', 'deleted'] as const;
type Name = (typeof NAMES)[number];

const DEPLOY: { readonly [name in Name]: (project: TestProject) => void } = {
  changed: (project) => project.define('lab/changed', definition('changed', 'new')),
  // Not a step of it is left.
  rebuilt: (project) =>
    project.define('lab/rebuilt', "steps: [{ set: { x: 1 } }]\noutput: { answer: 'new' }\n"),
  broken: (project) =>
    project.define('lab/broken', definition('broken', 'new').replace('lab/echo', 'lab/ecko')),
  deleted: (project) => project.remove('lab/deleted'),
};

let lab: Lab;
let project: TestProject;
let runs: { readonly [name in Name]: RunHandle };

/** A run of each is under way when the worker dies; then all four definitions are another, or gone. */
beforeAll(async () => {
  project = labProject(
    Object.fromEntries(NAMES.map((name) => [`lab/${name}`, definition(name, 'as it began')])),
  );
  lab = await openLab();
  const { knex } = lab.database;
  const first = await lab.worker(project);
  const started = NAMES.map(async (name) => [name, await lab.start(`lab/${name}`)] as const);
  runs = Object.fromEntries(await Promise.all(started)) as typeof runs;
  for (const name of NAMES)
    await eventually(async () => expect(await callsAt(knex, name)).toBeGreaterThan(0));
  await first.kill();
  for (const name of NAMES) {
    DEPLOY[name](project);
    await openGate(knex, name);
  }
  await lab.worker(project);
});
afterAll(async () => {
  await lab?.close();
  project?.destroy();
});

describe.concurrent('a run under way', () => {
  test.each(NAMES)('ends as it began when its definition is %s', async (name) => {
    expect(await outcomeOf(runs[name])).toEqual({ status: 'completed', output: { answer: 'as it began' } });
  });
});

describe.concurrent('a new start', () => {
  test.each(['changed', 'rebuilt'])('runs what is now %s', async (name) => {
    expect(await lab.run(`lab/${name}`)).toEqual({ status: 'completed', output: { answer: 'new' } });
  });

  test('of the broken one fails with its findings', async () => {
    const outcome = await lab.run('lab/broken');
    expect(outcome).toMatchObject({
      status: 'failed',
      failure: {
        type: 'InvalidDefinition',
        message: expect.stringContaining('definitions/lab/broken.yaml has errors'),
        findings: [expect.stringMatching(/'lab\/ecko'/)],
      },
    });
  });

  test('of the deleted one waits for a worker that knows it', async () => {
    const run = await lab.start('lab/deleted');
    const failures = async (): Promise<(string | null | undefined)[]> =>
      ((await run.fetchHistory()).events ?? []).flatMap(({ workflowTaskFailedEventAttributes: failed }) =>
        failed ? [failed.failure?.message] : [],
      );
    const message = "no definition 'lab/deleted' is known here; known: lab/broken, lab/changed, lab/rebuilt";
    await eventually(async () => expect(await failures()).toEqual([message]));
    expect((await run.describe()).status.name).toBe('RUNNING');
  });
});
