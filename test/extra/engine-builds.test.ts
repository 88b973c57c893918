/** Workers and clients of different builds: a deploy half done, or taken back, while runs are under way. */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { outcomeOf } from '../../src/client/runs.ts';
import { PLAN_FORMAT } from '../../src/plan/plan.ts';
import { estuary } from '../cli/estuary.ts';
import { callsAt, openGate } from '../real/engine-activities.ts';
import { eventually, type Lab, labProject, openLab, type RunHandle } from '../real/engine-lab.ts';
import type { TestProject } from '../real/engine-project.ts';

const REPOSITORY = join(import.meta.dirname, '..', '..');
const NEWER = { version: '99.0.0', format: PLAN_FORMAT + 1 };

const waits = (gate: string): string => `
steps:
  - id: wait
    activity: lab/gate
    with: { name: ${gate} }
    retry: { initial_interval: 50ms }
output: { passed: '\${{ steps.wait.output.name }}' }
`;

const DEFINITIONS = {
  'lab/upgraded': waits('upgraded'),
  'lab/rolled-back': waits('rolled-back'),
  'lab/greet':
    'input: { name: { type: string } }\noutput: { hello: "${{ input.name }}" }\nsteps: [{ set: { x: 1 } }]\n',
};

let lab: Lab;
let project: TestProject;
let newer: { readonly bin: string; readonly root: string };

beforeAll(async () => {
  newer = buildOf(NEWER);
  project = labProject(DEFINITIONS);
  lab = await openLab();
});
afterAll(async () => {
  await lab?.close();
  project?.destroy();
  if (newer) rmSync(newer.root, { recursive: true, force: true });
});

/** A copy of this build that says it is another version, whose plans have another format. */
function buildOf({ version, format }: typeof NEWER): { readonly bin: string; readonly root: string } {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'estuary-build-')));
  for (const path of ['bin', 'dist', 'schemas', 'oclif.manifest.json'])
    cpSync(join(REPOSITORY, path), join(root, path), { recursive: true });
  symlinkSync(join(REPOSITORY, 'node_modules'), join(root, 'node_modules'));
  const manifest = JSON.parse(readFileSync(join(REPOSITORY, 'package.json'), 'utf8')) as object;
  writeFileSync(join(root, 'package.json'), JSON.stringify({ ...manifest, version }));
  for (const file of ['dist/src/plan/plan.js', 'dist/workflow-bundle.js']) {
    const text = readFileSync(join(root, file), 'utf8');
    const changed = text.replaceAll(`PLAN_FORMAT = ${PLAN_FORMAT};`, `PLAN_FORMAT = ${format};`);
    if (changed === text) throw new Error(`${file} does not say which format it writes`);
    writeFileSync(join(root, file), changed);
  }
  const bin = join(root, 'bin', 'estuary.js');
  if (!existsSync(bin)) throw new Error(`${bin} is missing`);
  return { bin, root };
}

/** A run whose only activity a worker has begun; that worker is dead by then. */
async function halfRun(name: string, bin?: string): Promise<{ run: RunHandle; taskQueue: string }> {
  const taskQueue = `${lab.taskQueue}-${name}`;
  const worker = await lab.worker(project, { taskQueue, ...(bin !== undefined && { bin }) });
  const run = await lab.start(`lab/${name}`, undefined, taskQueue);
  await eventually(async () => expect(await callsAt(lab.database.knex, name)).toBeGreaterThan(0));
  await worker.kill();
  await openGate(lab.database.knex, name);
  return { run, taskQueue };
}

describe.concurrent('a run under way', () => {
  test('that an older build has begun goes on with a newer one', async ({ expect }) => {
    const { run, taskQueue } = await halfRun('upgraded');
    await lab.worker(project, { taskQueue, bin: newer.bin });
    expect(await outcomeOf(run)).toEqual({ status: 'completed', output: { passed: 'upgraded' } });
  });

  test('that a newer build has begun waits, visibly, and goes on with one as new', async ({ expect }) => {
    const { run, taskQueue } = await halfRun('rolled-back', newer.bin);
    const older = await lab.worker(project, { taskQueue });
    const message = `the run is pinned to a plan of 'lab/rolled-back' in format ${NEWER.format}, by engine ${NEWER.version}; this worker's engine knows formats up to ${PLAN_FORMAT}`;
    const failures = async (): Promise<(string | null | undefined)[]> =>
      ((await run.fetchHistory()).events ?? []).map(
        ({ workflowTaskFailedEventAttributes: failed }) => failed?.failure?.message,
      );
    await eventually(async () => expect(await failures()).toContainEqual(expect.stringContaining(message)));
    expect((await run.describe()).status.name).toBe('RUNNING');
    await eventually(async () => expect(older.log()).toContain('"event":"task_failed"'));
    expect(older.log()).toContain(message);
    await older.kill();
    await lab.worker(project, { taskQueue, bin: newer.bin });
    expect(await outcomeOf(run)).toEqual({ status: 'completed', output: { passed: 'rolled-back' } });
  });
});

describe.concurrent('a client', () => {
  const { address, namespace } = inject('stack');

  test('whose definition is newer than the worker’s is told what that one does not know', async ({
    expect,
  }) => {
    const taskQueue = `${lab.taskQueue}-client`;
    await lab.worker(project, { taskQueue });
    const client = labProject({
      'lab/greet': DEFINITIONS['lab/greet'].replace('name:', 'title: { type: string }, name:'),
    });
    const { code, stdout } = await estuary(
      ['wf', 'run', 'lab/greet', '--task-queue', taskQueue, '--json', '-i', 'name=Ann', '-i', 'title=Dr'],
      {
        cwd: client.root,
        env: { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, DATABASE_URL: lab.database.url },
      },
    );
    client.destroy();
    expect(code).toBe(1);
    expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toMatchObject({
      event: 'failed',
      failure: { type: 'InvalidInput', message: expect.stringContaining("unknown key 'title'") },
    });
  });

  test('of a newer build follows a run of an older worker', async ({ expect }) => {
    const taskQueue = `${lab.taskQueue}-follow`;
    await lab.worker(project, { taskQueue, bin: newer.bin });
    const { code, stdout } = await estuary(
      ['wf', 'run', 'lab/greet', '--task-queue', taskQueue, '--json', '-i', 'name=Ann'],
      {
        cwd: project.root,
        env: { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, DATABASE_URL: lab.database.url },
      },
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout.trim().split('\n').at(-1)!)).toMatchObject({ output: { hello: 'Ann' } });
  });
});
