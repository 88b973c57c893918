/** Starting by a business key, and steering what runs: each command against configured servers. */
import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { outcomeOf } from '../../src/client/runs.ts';
import type { Progress } from '../../src/interpreter/progress.ts';
import { PROGRESS_QUERY } from '../../src/plan/worker-contract.ts';
import { loadProject } from '../../src/project/project.ts';
import { type Ended, estuary } from '../cli/estuary.ts';
import { onTerminal } from '../cli/terminal.ts';
import { notesOf, openGate } from './engine-activities.ts';
import { eventually, type Lab, labProject, openLab } from './engine-lab.ts';
import type { TestProject } from './engine-project.ts';

/** Waits for an approval; its id has a default of the input in it. */
const approval = (onConflict: string): string => `
input: { order: { type: string }, region: { type: string, default: eu } }
id: { key: '\${{ input.region }}-\${{ input.order }}', on_conflict: ${onConflict} }
signals: { approved: { by: { type: string }, level: { type: integer, default: 1 } } }
updates:
  amend:
    input: { size: { type: integer } }
    accept: [{ when: '\${{ payload.size < 100 }}', else: '\${{ payload.size }} is too large' }]
queries:
  approval: \${{ steps.approval.status }}
steps:
  - { id: approval, await: approved }
  - { id: amended, if: '\${{ input.order == "amended" }}', await: amend }
output: { by: '\${{ steps.approval.output.by }}' }
`;

const DEFINITIONS = {
  'lab/joined': approval('join'),
  'lab/unique': approval('fail'),
  'lab/newest': approval('replace'),
  'lab/old': `
deprecated: use lab/joined
steps: [{ set: { done: true } }]
`,
  'lab/parks': `
input: { gate: { type: string } }
id: { key: 'parks-\${{ input.gate }}' }
steps:
  - id: charge
    activity: lab/note
    with: { text: '\${{ input.gate }} charged' }
    compensate: { activity: lab/undo, with: { text: '\${{ input.gate }} refunded', gate: '\${{ input.gate }}' } }
  - fail: { type: SoldOut, message: nothing left }
`,
};

let lab: Lab;
let project: TestProject;
let env: { readonly [name: string]: string };

beforeAll(async () => {
  project = labProject(DEFINITIONS);
  lab = await openLab();
  await lab.worker(project);
  const { address, namespace } = inject('stack');
  env = {
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    TEMPORAL_DEFAULT_TASK_QUEUE: lab.taskQueue,
    DATABASE_URL: lab.database.url,
  };
});
afterAll(async () => {
  await lab?.close();
  project?.destroy();
});

const wf = (args: string, more: { readonly [name: string]: string } = {}): Promise<Ended> =>
  estuary(['wf', ...args.split(' ')], { cwd: project.root, env: { ...env, ...more } });

/** The last line of `--json`. */
async function json(args: string): Promise<Record<string, unknown> & { error?: object }> {
  const { stdout } = await wf(`${args} --json`);
  return stdout.trimStart().startsWith('{\n')
    ? JSON.parse(stdout)
    : JSON.parse(stdout.trim().split('\n').at(-1)!);
}

/** An approval of an order that no other test has, as any client starts it. */
async function begin(name: string): Promise<{ id: string; order: string; run: WorkflowHandle }> {
  const order = randomUUID();
  const id = `eu-${order}`;
  const options = { args: [{ order }], taskQueue: lab.taskQueue, workflowId: id };
  return { id, order, run: await lab.client.workflow.start(name, options) };
}

const progressOf = (id: string) => lab.client.workflow.getHandle(id).query<Progress>(PROGRESS_QUERY);
const approve = (id: string) => lab.client.workflow.getHandle(id).signal('approved', { by: 'ada' });

describe.concurrent('wf run with a business key', () => {
  test('joins the run that is there', async () => {
    const { id, order } = await begin('lab/joined');
    expect(await wf(`run lab/joined --input order=${order} --no-wait`)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`workflow id: ${id}\n`),
      stderr: expect.stringContaining('joined the run that is there'),
    });
    await approve(id);
    const { code, stdout } = await wf(`run lab/joined --input order=${order} --json`);
    expect(code).toBe(0);
    const events = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(events[0]).toMatchObject({ event: 'joined', workflow_id: id });
    expect(events.at(-1)).toMatchObject({
      event: 'completed',
      run_id: events[0].run_id,
      output: { by: 'ada' },
    });
  });

  test('refuses where one only is allowed', async () => {
    const { id, order } = await begin('lab/unique');
    expect(await wf(`run lab/unique --input order=${order} --no-wait`)).toEqual({
      code: 1,
      stdout: '',
      stderr: `error: a run with the id '${id}' is under way, and lab/unique allows one only\nhint: look at it: estuary wf show ${id}\n`,
    });
    await approve(id);
  });

  test('replaces the run that is there', async () => {
    const { id, order, run } = await begin('lab/newest');
    expect(await json(`run lab/newest --input order=${order} --no-wait`)).toMatchObject({
      event: 'replaced',
      workflow_id: id,
    });
    await expect(run.result()).rejects.toMatchObject({ cause: { name: 'TerminatedFailure' } });
    await approve(id);
  });

  test('takes no other id', async () => {
    const order = randomUUID();
    expect(await wf(`run lab/joined --input order=${order} --id march`)).toEqual({
      code: 2,
      stdout: '',
      stderr: `error: the input makes the id of this run of lab/joined 'eu-${order}', not 'march'\nhint: leave --id out; the definition says what the id is\n`,
    });
    await expect(lab.client.workflow.getHandle(`eu-${order}`).describe()).rejects.toThrow('not found');
    const right = await json(`run lab/joined --input order=${order} --id eu-${order} --no-wait`);
    expect(right).toMatchObject({ event: 'started' });
    await approve(`eu-${order}`);
  });
});

test('wf run warns of a definition that is deprecated', async () => {
  const { code, stderr } = await wf('run lab/old');
  expect(code).toBe(0);
  expect(stderr).toMatch(/^deprecated: lab\/old: use lab\/joined\n/);
});

describe.concurrent('wf signal', () => {
  test('sends a payload by the schema of the definition', async () => {
    const { id } = await begin('lab/joined');
    expect(await wf(`signal ${id} approved --input by=17`)).toEqual({
      code: 0,
      stdout: `✓ sent 'approved' to ${id}\n`,
      stderr: '',
    });
    expect(await lab.client.workflow.result(id)).toEqual({ by: '17' });
    expect(await json(`signal ${id} approved --input by=17`)).toMatchObject({
      error: { code: 'run-ended', message: `the run '${id}' has ended: completed` },
    });
  });

  test.each([
    ['approvd --input by=ada', 'unknown-signal', "did you mean 'approved'?"],
    ['amend --input size=1', 'unknown-signal', /^that is an update: estuary wf update eu-\S+ amend$/],
    ['approved', 'invalid-input', undefined],
    ['approved --input by=ada --input level=high', 'invalid-input', undefined],
  ])('%s is refused before it is sent', async (args, code, hint) => {
    const { id } = await begin('lab/joined');
    const { error } = await json(`signal ${id} ${args}`);
    expect(error).toMatchObject({ code });
    if (hint !== undefined) expect((error as { hint: string }).hint).toMatch(hint);
    expect((await progressOf(id)).refused).toBeUndefined();
    await approve(id);
  });

  test('leaves the judgement to a run that has another definition, and tells what it refuses', async () => {
    const { id } = await begin('lab/joined');
    await eventually(async () => expect((await progressOf(id)).awaiting).toEqual(['approved']));
    const changed = labProject({
      ...DEFINITIONS,
      'lab/joined': approval('join')
        .replace('approved:', 'signed:')
        .replace('await: approved', 'await: signed'),
    });
    try {
      const send = (name: string) =>
        estuary(['wf', 'signal', id, name, '--input', 'by=ada'], { cwd: changed.root, env });
      expect(await send('signed')).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("does not take the signal 'signed'"),
      });
      expect((await wf(`show ${id}`)).stdout).toContain('refused signed: ');
      expect((await send('approved')).code).toBe(0);
    } finally {
      changed.destroy();
    }
    expect(await lab.client.workflow.result(id)).toEqual({ by: 'ada' });
  });
});

test('wf update says whether the run takes it', async () => {
  const { id } = await begin('lab/joined');
  expect(await wf(`update ${id} amend --input size=200`)).toEqual({
    code: 1,
    stdout: '',
    stderr: "error: the run does not take the update 'amend': 200 is too large\n",
  });
  expect(await json(`update ${id} amend --input size=9`)).toEqual({
    workflow_id: id,
    run_id: expect.any(String),
    update: 'amend',
    payload: { size: 9 },
    received_at: expect.stringMatching(/^\d{4}-.*Z$/),
  });
  expect(await json(`update ${id} amned --input size=9`)).toMatchObject({
    error: { code: 'unknown-update', hint: "did you mean 'amend'?" },
  });
  await approve(id);
});

test('wf query asks a run, also one that has ended', async () => {
  const { id } = await begin('lab/joined');
  expect(await json(`query ${id} aproval`)).toMatchObject({
    error: { code: 'unknown-query', hint: "did you mean 'approval'?" },
  });
  await approve(id);
  await lab.client.workflow.result(id);
  expect(await wf(`query ${id} approval`)).toEqual({ code: 0, stdout: 'completed\n', stderr: '' });
});

test('wf cancel asks a run to cancel', async () => {
  const { id, run } = await begin('lab/joined');
  expect(await json(`cancel ${id}`)).toEqual({
    workflow_id: id,
    run_id: expect.any(String),
    cancel_requested: true,
  });
  await expect(run.result()).rejects.toMatchObject({ cause: { name: 'CancelledFailure' } });
  expect(await wf(`cancel ${id}`)).toMatchObject({
    code: 1,
    stderr: `error: the run '${id}' has ended: cancelled\nhint: look at it: estuary wf show ${id}\n`,
  });
});

describe.concurrent('wf show', () => {
  test('a run under way: its steps, what it awaits, and its state', async () => {
    const { id } = await begin('lab/joined');
    await eventually(async () => expect((await progressOf(id)).awaiting).toEqual(['approved']));
    expect((await wf(`show ${id}`)).stdout).toMatch(
      /^lab\/joined {2}eu-\S+ {2}running\nrun id \S+, started \S+, [\d.]+ s\n\n▸ approval {2}running {2}[\d.]+ s\n· amended\nawaits: approved\n$/,
    );
    const { stdout } = await wf(`show ${id} --state`);
    expect(JSON.parse(stdout)).toMatchObject({ definition: 'lab/joined', input: { region: 'eu' } });
    await approve(id);
    await lab.client.workflow.result(id);
    expect((await wf(`show ${id}`)).stdout).toMatch(
      /✓ approval {2}[\d.]+ s\n– amended {2}skipped\n\nby: ada\n$/,
    );
    expect(await json(`show ${id}`)).toMatchObject({
      workflow: 'lab/joined',
      status: 'completed',
      steps: [
        { step: 'approval', kind: 'await', status: 'completed' },
        { step: 'amended', status: 'skipped' },
      ],
      plan_hash: loadProject(project.root).definitions.get('lab/joined')!.runnable!.plan.hash,
      output: { by: 'ada' },
    });
  });

  test('a run that nobody serves: what the server knows', async () => {
    const alone = await lab.start('lab/joined', { order: 'x' }, `${lab.taskQueue}-alone`);
    const shown = await json(`show ${alone.workflowId}`);
    expect(shown).toMatchObject({ status: 'running', workflow: 'lab/joined' });
    expect(shown).not.toHaveProperty('steps');
    expect(await json(`query ${alone.workflowId} approval`)).toMatchObject({
      error: { code: 'no-worker', hint: expect.stringContaining('estuary worker start') },
    });
    for (const _ of ['once', 'again'])
      expect(await wf(`cancel ${alone.workflowId}`)).toMatchObject({ code: 0 });
  });

  test('no run at all', async () => {
    expect(await wf('show nobody')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("there is no run with the workflow id 'nobody' at "),
    });
    const { id } = await begin('lab/joined');
    await eventually(async () =>
      expect(await json(`cancel ${id.slice(0, -1)}_`)).toMatchObject({
        error: { code: 'unknown-run', hint: `did you mean '${id}'?` },
      }),
    );
    await approve(id);
  });
});

describe.concurrent('a parked run', () => {
  const park = async (): Promise<{ id: string; gate: string; ended: Promise<unknown> }> => {
    const gate = randomUUID();
    const id = `parks-${gate}`;
    const options = { args: [{ gate }], taskQueue: lab.taskQueue, workflowId: id };
    const run = await lab.client.workflow.start('lab/parks', options);
    await eventually(async () => expect((await progressOf(id)).parked).toHaveLength(1));
    return { id, gate, ended: outcomeOf(run) };
  };

  test('is shown with the command that resumes it, which tries again', async () => {
    const { id, gate, ended } = await park();
    expect((await wf(`show ${id}`)).stdout).toMatch(
      new RegExp(
        `\\nparked at charge.*: Refused: it cannot be undone\\n {2}once that is dealt with: estuary wf resume ${id}\\n`,
      ),
    );
    await openGate(lab.database.knex, gate);
    const resumed = await wf(`resume ${id}`);
    expect(resumed).toMatchObject({
      code: 0,
      stdout: `✓ ${id} goes on: it tries again\n`,
      stderr: expect.stringMatching(/^parked at charge.*it cannot be undone\n$/),
    });
    expect(await ended).toMatchObject({ status: 'failed', failure: { type: 'SoldOut' } });
    expect((await notesOf(lab.database.knex)).filter((text) => text.startsWith(gate))).toEqual([
      `${gate} charged`,
      `${gate} refunded`,
    ]);
    expect((await wf(`show ${id}`)).stdout).toMatch(
      /\nfailed: SoldOut: nothing left\n.*\n {2}definitions\/lab\/parks.yaml:9\n/,
    );
  });

  test('is left as it is only where somebody says so', async () => {
    const { id, gate, ended } = await park();
    expect(await json(`resume ${id} --skip`)).toMatchObject({ error: { code: 'unconfirmed' } });
    const declining = onTerminal(['wf', 'resume', id, '--skip'], { cwd: project.root, env });
    await declining.saw(/parked at charge.*: Refused: it cannot be undone/);
    await declining.saw(/go on without undoing this\? \[y\/N\]/);
    declining.type('n\r');
    expect((await declining.ended).code).toBe(130);
    expect((await progressOf(id)).parked).toHaveLength(1);
    const accepting = onTerminal(['wf', 'resume', id, '--skip'], { cwd: project.root, env });
    await accepting.saw(/go on without undoing this\?/);
    accepting.type('y\r');
    expect((await accepting.ended).code).toBe(0);
    expect(await ended).toMatchObject({ status: 'failed', failure: { type: 'SoldOut' } });
    expect((await notesOf(lab.database.knex)).filter((text) => text.startsWith(gate))).toEqual([
      `${gate} charged`,
    ]);
  });

  test('says so where it is followed', async () => {
    const { id, gate } = await park();
    const { code, stdout } = await wf(`run lab/parks --input gate=${gate} --json --timeout 2s`);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^\{"event":"parked",.*"type":"Refused","message":"it cannot be undone"\}$/m);
    expect(await json(`resume ${id} --skip --yes`)).toMatchObject({ skipped: true });
  });
});

test('only a parked run is resumed', async () => {
  const { id } = await begin('lab/joined');
  expect(await json(`resume ${id}`)).toMatchObject({ error: { code: 'not-parked' } });
  await approve(id);
});
