import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outcomeOf } from '../../src/client/runs.ts';
import { JOIN_CHILD } from '../../src/plan/worker-contract.ts';
import { fromJson, replay, toJson } from '../replay/history.ts';
import { callsAt, openGate } from './engine-activities.ts';
import { eventually, type Lab, labProject, openLab, type RunHandle } from './engine-lab.ts';
import type { TestProject } from './engine-project.ts';

const GATE = `
    activity: lab/gate
    with: { name: '\${{ input.gate }}' }
    timeout: { start_to_close: 60s, heartbeat: 500ms }`;

/** A child of this id that waits at a gate, with what happens where a run of the id is there. */
const keyed = (onConflict: string): string => `
input: { id: { type: string }, gate: { type: string } }
id: { key: '\${{ input.id }}', on_conflict: ${onConflict} }
steps:
  - id: wait${GATE}
output: { by: '\${{ workflow.root_run_id }}' }
`;

const calling = (child: string, more = ''): string => `
input: { id: { type: string }, gate: { type: string } }
steps:
  - id: child
    workflow: ${child}
    with: { id: '\${{ input.id }}', gate: '\${{ input.gate }}' }${more}
output: \${{ steps.child.output }}
`;

const DEFINITIONS = {
  'lab/joined': keyed('join'),
  'lab/unique': keyed('fail'),
  'lab/newest': keyed('replace'),
  'lab/joins': calling('lab/joined'),
  'lab/joins-detached': calling('lab/joined', '\n    detach: true'),
  'lab/needs-unique': calling('lab/unique'),
  'lab/replaces': calling('lab/newest'),
  'lab/plain': `
input: { gate: { type: string } }
steps:
  - id: wait${GATE}
    finally: [{ activity: lab/note, with: { text: 'settled \${{ input.gate }}' } }]
output: waited
`,
  'lab/parent': `
input: { gate: { type: string } }
steps:
  - { id: child, workflow: lab/plain, with: { gate: '\${{ input.gate }}' } }
output: \${{ steps.child.output }}
`,
  'lab/impatient-parent': `
input: { gate: { type: string } }
steps:
  - id: child
    workflow: lab/plain
    with: { gate: '\${{ input.gate }}' }
    timeout: 300ms
`,
  'lab/too-large': `
steps:
  - id: a
    activity: lab/inflate
    with: { bytes: 1200000 }
  - id: child
    workflow: lab/takes
    with: { value: ['\${{ steps.a.output.text }}', '\${{ steps.a.output.text }}'] }
`,
  'lab/takes': 'input: { value: {} }\nsteps: [{ set: { done: true } }]\n',
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

const waitingAt = (gate: string, calls = 1): Promise<void> =>
  eventually(async () => expect(await callsAt(lab.database.knex, gate)).toBe(calls));

const joins = async (run: RunHandle): Promise<number> => {
  const { events } = await run.fetchHistory();
  return events!.filter(
    (event) => event.activityTaskScheduledEventAttributes?.activityType?.name === JOIN_CHILD,
  ).length;
};

describe.concurrent('a child whose id is taken', () => {
  test('is joined while it runs, and when it has completed', async () => {
    const input = { id: `joined-${randomUUID()}`, gate: randomUUID() };
    const first = await lab.start('lab/joins', input);
    await waitingAt(input.gate);
    const second = await lab.start('lab/joins', input);
    const detached = await lab.start('lab/joins-detached', input);
    await eventually(async () => expect(await joins(second)).toBe(1));
    const { output: handle } = (await outcomeOf(detached)) as unknown as { output: { run_id: string } };
    await openGate(lab.database.knex, input.gate);
    const by = { status: 'completed', output: { by: handle.run_id } };
    expect(await outcomeOf(first)).toEqual(by);
    expect(await outcomeOf(second)).toEqual(by);
    expect(await lab.run('lab/joins', input)).toEqual(by);
    expect(await callsAt(lab.database.knex, input.gate)).toBe(1);
    await replay(fromJson(toJson(await second.fetchHistory())));
  });

  test('goes on when one that only joined it is cancelled', async () => {
    const input = { id: `shared-${randomUUID()}`, gate: randomUUID() };
    const first = await lab.start('lab/joins', input);
    await waitingAt(input.gate);
    const second = await lab.start('lab/joins', input);
    await eventually(async () => expect(await joins(second)).toBe(1));
    await second.cancel();
    expect(await outcomeOf(second)).toMatchObject({ status: 'cancelled' });
    await openGate(lab.database.knex, input.gate);
    expect(await outcomeOf(first)).toMatchObject({ status: 'completed' });
  });

  test('fails where it must be the only one', async () => {
    const input = { id: `unique-${randomUUID()}`, gate: randomUUID() };
    const first = await lab.start('lab/needs-unique', input);
    await waitingAt(input.gate);
    expect(await lab.run('lab/needs-unique', input)).toMatchObject({
      status: 'failed',
      failure: { type: 'WorkflowAlreadyStarted', message: `a run of the id '${input.id}' is there already` },
    });
    await openGate(lab.database.knex, input.gate);
    expect(await outcomeOf(first)).toMatchObject({ status: 'completed' });
  });

  test('is replaced where the newest counts', async () => {
    const input = { id: `newest-${randomUUID()}`, gate: randomUUID() };
    const first = await lab.start('lab/replaces', input);
    await waitingAt(input.gate);
    const second = await lab.start('lab/replaces', input);
    expect(await outcomeOf(first)).toMatchObject({
      status: 'failed',
      failure: { type: 'Cancelled', message: 'lab/newest was terminated' },
    });
    await openGate(lab.database.knex, input.gate);
    expect(await outcomeOf(second)).toMatchObject({ status: 'completed' });
  });

  test('and by a run of another type, is not joined', async () => {
    const id = `other-${randomUUID()}`;
    await lab.run('lab/takes', { value: 1 });
    const other = await lab.client.workflow.start('lab/takes', {
      args: [{ value: 1 }],
      taskQueue: lab.taskQueue,
      workflowId: id,
    });
    await other.result();
    expect(await lab.run('lab/joins', { id, gate: 'none' })).toMatchObject({
      status: 'failed',
      failure: {
        type: 'WorkflowAlreadyStarted',
        message: `the id '${id}' is taken by a run of lab/takes, which is no lab/joined`,
      },
    });
  });
});

describe.concurrent('a child', () => {
  test('is cancelled with its parent, which waits until it has settled', async () => {
    const gate = randomUUID();
    const parent = await lab.start('lab/parent', { gate });
    await waitingAt(gate);
    await parent.cancel();
    expect(await outcomeOf(parent)).toMatchObject({ status: 'cancelled' });
    const { rows } = await lab.database.knex.raw('select text from notes where text = ?', [
      `settled ${gate}`,
    ]);
    expect(rows).toHaveLength(1);
    await replay(fromJson(toJson(await parent.fetchHistory())));
  });

  test('is cancelled when its step runs into its timeout', async () => {
    const gate = randomUUID();
    const outcome = await lab.run('lab/impatient-parent', { gate });
    expect(outcome).toMatchObject({ status: 'failed', failure: { type: 'Timeout', step: 'child' } });
  });

  test('that somebody else cancels or terminates fails its step', async () => {
    for (const end of ['cancel', 'terminate'] as const) {
      const gate = randomUUID();
      const parent = await lab.start('lab/parent', { gate });
      await waitingAt(gate);
      const runId = parent.firstExecutionRunId.slice(0, 8);
      await lab.client.workflow.getHandle(`${parent.workflowId}/child~${runId}`)[end]();
      expect(await outcomeOf(parent)).toMatchObject({ status: 'failed', failure: { type: 'Cancelled' } });
    }
  });

  test('fails its step if its input is larger than Temporal takes', async () => {
    expect(await lab.run('lab/too-large')).toMatchObject({
      status: 'failed',
      failure: { type: 'PayloadTooLarge', step: 'child' },
    });
  });
});
