/** What is sent to a run, and what it is asked, from before its first workflow task to after its end. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outcomeOf } from '../../src/client/runs.ts';
import type { Progress } from '../../src/interpreter/progress.ts';
import { PROGRESS_QUERY, STATE_QUERY } from '../../src/plan/worker-contract.ts';
import { fromJson, replay, toJson } from '../replay/history.ts';
import { openGate } from './engine-activities.ts';
import { eventually, type Lab, labProject, openLab, type RunHandle } from './engine-lab.ts';
import type { TestProject } from './engine-project.ts';

const DEFINITIONS = {
  'lab/collect': `
input: { count: { type: integer } }
signals: { number: { n: { type: integer } } }
steps:
  - id: each
    repeat:
      state: { numbers: [], taken: 0 }
      until: \${{ state.taken == input.count }}
    steps: [{ id: next, await: number }]
    output:
      numbers: \${{ state.numbers + [steps.next.output.n] }}
      taken: \${{ state.taken + 1 }}
output: \${{ steps.each.output.numbers }}
`,
  'lab/order': `
updates:
  amend:
    input: { size: { type: integer, default: 1 } }
    accept:
      - { when: '\${{ payload.size < 100 }}', else: '\${{ payload.size }} is too large' }
queries:
  size: \${{ steps.amended.output.?size.orValue(0) }}
  status: \${{ steps.amended.status }}
signals: { close: {} }
steps:
  - { id: amended, await: amend }
  - await: close
output: \${{ steps.amended.output }}
`,
  'lab/ends-with-update': `
updates: { finish: { input: { by: { type: string } } } }
steps: [{ id: done, await: finish }]
output: \${{ steps.done.output.by }}
`,
  'lab/many': `
input: { items: { type: array, items: { type: integer } }, text: { type: string } }
steps:
  - id: many
    for_each: \${{ input.items }}
    as: n
    key: \${{ n }}
    steps: [{ id: say, activity: lab/echo, with: { value: '\${{ input.text }}' } }]
    output: \${{ steps.say.output.value }}
  - activity: lab/gate
    with: { name: many }
    timeout: { start_to_close: 60s, heartbeat: 1s }
output: \${{ steps.many.output.size() }}
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

const progressOf = (run: RunHandle): Promise<Progress> => run.query<Progress>(PROGRESS_QUERY);

/** Starts a run that no worker takes up before what it is sent; one does when `go` is called. */
async function startAlone(type: string, input?: unknown) {
  const taskQueue = `${lab.taskQueue}-alone-${type}`;
  const run = await lab.start(type, input, taskQueue);
  return { run, go: () => lab.worker(project, { taskQueue }) };
}

async function messageOf(refused: Promise<unknown>): Promise<string> {
  const error = await refused.then(
    () => new Error('it was not refused'),
    (reason: Error) => reason,
  );
  return error.cause instanceof Error ? error.cause.message : error.message;
}

describe.concurrent('signals', () => {
  test('that come before the first workflow task are kept, in order', async () => {
    const { run, go } = await startAlone('lab/collect', { count: 20 });
    for (let n = 0; n < 20; n++) await run.signal('number', { n });
    await go();
    expect(await outcomeOf(run)).toEqual({
      status: 'completed',
      output: Array.from({ length: 20 }, (_, n) => n),
    });
  });

  test('1,000 at once are taken in the order in which the server has them, and replay', async () => {
    const run = await lab.start('lab/collect', { count: 1000 });
    await Promise.all(Array.from({ length: 1000 }, (_, n) => run.signal('number', { n })));
    const outcome = await outcomeOf(run);
    const history = await run.fetchHistory();
    const sent = history.events!.flatMap(({ workflowExecutionSignaledEventAttributes: signaled }) =>
      signaled ? [JSON.parse(Buffer.from(signaled.input!.payloads![0]!.data!).toString()).n] : [],
    );
    expect(sent).toHaveLength(1000);
    expect(outcome).toEqual({ status: 'completed', output: sent });
    await replay(fromJson(toJson(history)));
  });

  test('that are invalid or undeclared are told, and not delivered', async () => {
    const run = await lab.start('lab/collect', { count: 1 });
    await run.signal('number', { n: 'one' });
    await run.signal('numbr', { n: 1 });
    await eventually(async () => {
      expect((await progressOf(run)).refused).toMatchObject([
        { name: 'number', problem: expect.stringContaining('n:') },
        { name: 'numbr', problem: expect.stringContaining('it declares number') },
      ]);
    });
    await run.signal('number', { n: 1 });
    expect(await outcomeOf(run)).toEqual({ status: 'completed', output: [1] });
  });
});

describe.concurrent('updates', () => {
  test('that come before the definition is pinned wait for it, and are then judged', async () => {
    const { run, go } = await startAlone('lab/order');
    const large = messageOf(run.executeUpdate('amend', { args: [{ size: 200 }] }));
    const unheard = messageOf(run.executeUpdate('unheard', { args: [] }));
    await go();
    expect(await large).toBe('200 is too large');
    expect(await unheard).toContain("'unheard'");
    expect(await unheard).toContain('amend');
    expect(await run.executeUpdate('amend', { args: [{ size: 9 }] })).toEqual({
      received_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    await run.signal('close');
    expect(await outcomeOf(run)).toEqual({ status: 'completed', output: { size: 9 } });
    await replay(fromJson(toJson(await run.fetchHistory())));
  });

  test('that are refused leave nothing in the history', async () => {
    const run = await lab.start('lab/order');
    await eventually(async () => expect(await progressOf(run)).toMatchObject({ definition: 'lab/order' }));
    expect(await messageOf(run.executeUpdate('amend', { args: [{ size: 100 }] }))).toBe('100 is too large');
    expect(await messageOf(run.executeUpdate('amend', { args: [{ size: 'x' }] }))).toContain('size:');
    const { events } = await run.fetchHistory();
    expect(events!.some((event) => event.workflowExecutionUpdateAcceptedEventAttributes)).toBe(false);
    // One without an argument has the defaults.
    await run.executeUpdate('amend');
    await run.signal('close');
    expect(await outcomeOf(run)).toEqual({ status: 'completed', output: { size: 1 } });
  });

  test('that end the run are answered', async () => {
    const run = await lab.start('lab/ends-with-update');
    expect(await run.executeUpdate('finish', { args: [{ by: 'Ada' }] })).toHaveProperty('received_at');
    expect(await outcomeOf(run)).toEqual({ status: 'completed', output: 'Ada' });
    await replay(fromJson(toJson(await run.fetchHistory())));
  });
});

describe.concurrent('queries', () => {
  test('are answered while the run is open, and after its end', async () => {
    const run = await lab.start('lab/order');
    // Until a worker has taken the run up, nobody can answer.
    await eventually(async () => expect(await run.query('size')).toBe(0));
    expect(await run.query('status')).toBe('pending');
    await run.executeUpdate('amend', { args: [{ size: 9 }] });
    expect(await run.query('size')).toBe(9);
    await run.signal('close');
    await outcomeOf(run);
    expect(await run.query('size')).toBe(9);
    expect(await run.query('status')).toBe('completed');
    expect((await progressOf(run)).steps).toMatchObject([{ status: 'completed' }, { status: 'completed' }]);
    expect(await run.query(STATE_QUERY)).toMatchObject({ definition: 'lab/order', ended: true });
    expect(await messageOf(run.query('price'))).toContain(
      "unknown query 'price'; this workflow answers estuary.progress, estuary.state, size, status",
    );
  });

  test('the state of a large run has at most 1 MB, and the details of a run are Markdown', async () => {
    const run = await lab.start('lab/many', {
      items: Array.from({ length: 30 }, (_, n) => n),
      text: 'x'.repeat(100_000),
    });
    await eventually(async () => {
      expect((await progressOf(run)).steps).toMatchObject([{ items: { succeeded: 30 } }, {}]);
    });
    const state = JSON.stringify(await run.query(STATE_QUERY));
    expect(state.length).toBeLessThan(1024 * 1024);
    expect(state).toMatch(/… \d{7} bytes left out/);
    const metadata = await run.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    expect(metadata.currentDetails).toContain('| `many` | completed: 30 of 30 done, 0 running, 0 failed |');
    await openGate(lab.database.knex, 'many');
    expect(await outcomeOf(run)).toEqual({ status: 'completed', output: 30 });
  });
});
