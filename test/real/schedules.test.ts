/** Schedules on the real server, by the commands; none waits for a time to come. */
import { randomBytes } from 'node:crypto';
import { Client } from '@temporalio/client';
import type { PayloadCodec } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { applySchedules, describeSchedule, lookAtSchedules } from '../../src/client/apply-schedules.ts';
import { wantedSchedule } from '../../src/client/schedules.ts';
import { estuary } from '../cli/estuary.ts';
import { eventually, type Lab, labProject, openLab } from './engine-lab.ts';
import type { TestProject } from './engine-project.ts';

// The server is shared, and may remember what a former run of these tests left behind.
const domain = `s${randomBytes(6).toString('hex')}`;
const REPORT = `${domain}/report`;
const OTHER = `${domain}/other`;
const report = (...schedules: string[]): string => `input: { day: { type: string, default: today } }
schedules:
${schedules.map((schedule) => `  - ${schedule}\n`).join('')}steps:
  - set: {}
output: { day: "\${{ input.day }}", due: "\${{ workflow.?scheduled_at }}" }
`;
const NIGHTLY = '{ name: nightly, cron: "0 2 29 2 *", time_zone: Europe/Prague, input: { day: now } }';
const YEARLY = '{ name: yearly, every: 52w, overlap: buffer_one, catchup: 1h }';
const BROKEN = report(YEARLY).replace('input.day', 'input.dya');

let lab: Lab;
let project: TestProject;
const ids = new Set<string>();

beforeAll(async () => {
  lab = await openLab();
  project = labProject({ [REPORT]: report(NIGHTLY, YEARLY) });
});

afterAll(async () => {
  const schedules = [...ids].map((id) => lab.client.schedule.getHandle(id));
  await Promise.all(schedules.map((schedule) => schedule.delete().catch(() => {})));
  await lab?.close();
  project?.destroy();
});

const environment = (root: string, env: object = {}) => ({
  cwd: root,
  env: {
    TEMPORAL_ADDRESS: inject('stack').address,
    TEMPORAL_NAMESPACE: inject('stack').namespace,
    TEMPORAL_DEFAULT_TASK_QUEUE: lab.taskQueue,
    DATABASE_URL: lab.database.url,
    ...env,
  },
});
const schedule = (args: string, env: object = {}) =>
  estuary(['schedule', ...args.split(' ')], environment(project.root, env));
const describeId = (id: string) => lab.client.schedule.getHandle(id).describe();

/** What `apply` says it did, by id. */
async function apply(more = '', env: object = {}): Promise<{ [id: string]: unknown }> {
  const { stdout } = await schedule(`apply --json${more}`, env);
  const { schedules } = JSON.parse(stdout) as {
    schedules: { id: string; action: string; changes?: string[] }[];
  };
  for (const { id } of schedules) ids.add(id);
  return Object.fromEntries(
    schedules.map(({ id, action, changes }) => [id, changes ? `${action} ${changes.join(' ')}` : action]),
  );
}

test('a dry run shows what is to be created, and creates nothing; --check says so by its exit code', async () => {
  const expected = {
    code: 0,
    stdout: `+ ${REPORT}.nightly  to create\n+ ${REPORT}.yearly   to create\n2 to create\n`,
    stderr: '',
  };
  expect(await schedule('apply --dry-run')).toEqual(expected);
  expect(await schedule('apply --check')).toEqual({ ...expected, code: 1 });
  expect(await describeSchedule(lab.client, `${REPORT}.nightly`)).toBeUndefined();
});

test('apply creates what the definitions say, once', async () => {
  expect(await apply()).toEqual({ [`${REPORT}.nightly`]: 'create', [`${REPORT}.yearly`]: 'create' });
  const nightly = await describeId(`${REPORT}.nightly`);
  expect(nightly).toMatchObject({
    spec: {
      timezone: 'Europe/Prague',
      calendars: [{ hour: [{ start: 2 }], month: [{ start: 'FEBRUARY' }] }],
    },
    policies: { overlap: 'SKIP' },
    action: { workflowType: REPORT, taskQueue: lab.taskQueue, args: [{ day: 'now' }] },
    memo: { estuary: { definition: REPORT } },
  });
  expect(nightly.info.nextActionTimes[0]?.toISOString()).toMatch(/-02-29T01:00:00.000Z$/);
  expect(await describeId(`${REPORT}.yearly`)).toMatchObject({
    spec: { intervals: [{ every: 52 * 7 * 86_400_000 }] },
    policies: { overlap: 'BUFFER_ONE', catchupWindow: 3_600_000 },
    action: { args: [{}] },
  });
  expect(await apply()).toEqual({ [`${REPORT}.nightly`]: 'unchanged', [`${REPORT}.yearly`]: 'unchanged' });
  expect((await describeId(`${REPORT}.nightly`)).info.lastUpdatedAt).toBeUndefined();
  expect((await schedule('apply --check')).code).toBe(0);
});

test('an edit updates, and a pause with its note, made elsewhere, stays', async () => {
  await lab.client.schedule.getHandle(`${REPORT}.nightly`).pause('the bank is closed');
  project.define(REPORT, report(NIGHTLY.replace('0 2', '30 3').replace('now', 'then'), YEARLY));
  expect(await apply()).toEqual({
    [`${REPORT}.nightly`]: 'update when input',
    [`${REPORT}.yearly`]: 'unchanged',
  });
  expect(await describeId(`${REPORT}.nightly`)).toMatchObject({
    spec: { calendars: [{ hour: [{ start: 3 }], minute: [{ start: 30 }] }] },
    action: { args: [{ day: 'then' }] },
    state: { paused: true, note: 'the bank is closed' },
  });
});

test('what was changed elsewhere is put right', async () => {
  await lab.client.schedule.getHandle(`${REPORT}.yearly`).update((previous) => ({
    ...previous,
    spec: { intervals: [{ every: '1 day' }] },
    policies: { ...previous.policies, overlap: 'ALLOW_ALL' },
  }));
  expect(await apply()).toMatchObject({ [`${REPORT}.yearly`]: 'update when overlap' });
  expect(await apply()).toMatchObject({ [`${REPORT}.yearly`]: 'unchanged' });
});

test('a task queue of the configuration is that of the runs', async () => {
  const env = { TEMPORAL_DEFAULT_TASK_QUEUE: 'elsewhere' };
  expect(await apply(' --dry-run', env)).toMatchObject({ [`${REPORT}.yearly`]: 'update task_queue' });
});

test("a pause that comes between an update's look and its write stays", async () => {
  const scope = { project: domain, broken: new Set<string>() };
  const wanted = (everyMs: number) =>
    wantedSchedule(OTHER, lab.taskQueue, { name: 'raced', when: { everyMs }, overlap: 'skip', input: {} });
  const [first, second] = [wanted(3e9), wanted(4e9)];
  ids.add(first.id);
  const create = await lookAtSchedules(lab.client, [first], scope);
  await applySchedules(lab.client, [first], create, scope);
  let pauses = 0;
  const { schedule: real } = lab.client;
  const service = real.workflowService;
  const updateSchedule = async (request: never) => {
    pauses += 1;
    if (pauses === 1) await real.getHandle(first.id).pause('between');
    return service.updateSchedule(request);
  };
  const pausing: Client = Object.create(lab.client, {
    schedule: {
      value: Object.create(real, {
        workflowService: { value: Object.create(service, { updateSchedule: { value: updateSchedule } }) },
      }),
    },
  });
  const update = await lookAtSchedules(lab.client, [second], scope);
  const results = await applySchedules(pausing, [second], update, scope);
  expect(results).toEqual([{ id: first.id, definition: OTHER, action: 'update', changes: ['when'] }]);
  expect(pauses).toBe(2);
  expect(await describeId(first.id)).toMatchObject({
    state: { paused: true, note: 'between' },
    spec: { intervals: [{ every: 4e9 }] },
  });
});

test('a schedule that the server refuses holds up no other', async () => {
  const scope = { project: domain, broken: new Set<string>() };
  const wanted = [500, 5e9].map((everyMs) =>
    wantedSchedule(OTHER, lab.taskQueue, {
      name: `e${everyMs}`,
      when: { everyMs },
      overlap: 'skip',
      input: {},
    }),
  );
  for (const { id } of wanted) ids.add(id);
  const changes = (await lookAtSchedules(lab.client, wanted, scope)).filter(
    ({ action }) => action === 'create',
  );
  expect(await applySchedules(lab.client, wanted, changes, scope)).toEqual([
    { id: `${OTHER}.e500`, definition: OTHER, action: 'create', refused: 'interval is too small' },
    { id: `${OTHER}.e5000000000`, definition: OTHER, action: 'create' },
  ]);
  expect(await describeSchedule(lab.client, `${OTHER}.e500`)).toBeUndefined();
  expect(await describeSchedule(lab.client, `${OTHER}.e5000000000`)).toBeDefined();
});

test('two that apply at once both end well', async () => {
  project.define(OTHER, report(...Array.from({ length: 5 }, (_, n) => `{ name: n${n}, every: ${n + 50}w }`)));
  const outcomes = await Promise.all([apply(), apply(), apply()]);
  const names = [0, 1, 2, 3, 4].map((n) => `${OTHER}.n${n}`);
  for (const outcome of outcomes) expect(Object.keys(outcome)).toEqual(expect.arrayContaining(names));
  expect(Object.values(await apply()).filter((action) => action !== 'unchanged')).toEqual([]);
});

test("a definition's schedules are left as they are while it has errors, and removed with it", async () => {
  const name = `${OTHER}.n0`;
  // Until the server's list has them all.
  await eventually(async () => expect((await schedule('list --json')).stdout).toContain(`${OTHER}.n4`));
  project.define(OTHER, BROKEN);
  const { code, stdout, stderr } = await schedule('apply');
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: `warning: definitions/${OTHER}.yaml has errors: its schedules are left as they are\n`,
  });
  expect(stdout).toContain(`! ${name}    `);
  expect(stdout).toContain(`left as it is: ${OTHER} has errors\n`);
  expect(await describeSchedule(lab.client, name)).toBeDefined();
  project.remove(OTHER);
  expect(await apply()).toMatchObject({ [name]: 'remove', [`${REPORT}.nightly`]: 'unchanged' });
  expect(await describeSchedule(lab.client, name)).toBeUndefined();
  expect(Object.keys(await apply())).not.toContain(name);
});

describe('schedules of others', () => {
  const foreign = `${REPORT}.foreign`;
  beforeAll(async () => {
    ids.add(foreign);
    const encrypt: PayloadCodec = {
      encode: async (payloads) =>
        payloads.map(({ data }) => ({ metadata: { encoding: Buffer.from('binary/secret') }, data: data! })),
      decode: async (payloads) => payloads,
    };
    const { connection, options } = lab.client;
    const other = new Client({
      connection,
      namespace: options.namespace,
      dataConverter: { payloadCodecs: [encrypt] },
    });
    await other.schedule.create({
      scheduleId: foreign,
      spec: { intervals: [{ every: '300 days' }] },
      action: { type: 'startWorkflow', workflowType: 'x', taskQueue: 'x', args: ['secret'] },
      memo: { estuary: { project: 'secret', definition: REPORT } },
    });
  });

  test('are not listed, not removed, not paused', async () => {
    expect(Object.keys(await apply())).not.toContain(foreign);
    expect((await schedule('list')).stdout).not.toContain(foreign);
    for (const args of ['pause', 'unpause', 'trigger', 'backfill --from 2026-01-01 --to 2026-01-02']) {
      const { code, stderr } = await schedule(`${args} ${foreign}`);
      expect({ code, stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('is not of the project'),
      });
    }
    const { schedule: untouched, info } = await lab.client.workflowService.describeSchedule({
      namespace: lab.client.options.namespace,
      scheduleId: foreign,
    });
    expect(untouched?.state?.paused).toBe(false);
    expect(Number(info?.actionCount)).toBe(0);
  });

  test('an id that one has taken stops apply before it writes', async () => {
    project.define(REPORT, report(NIGHTLY, YEARLY, '{ name: foreign, every: 1w }'));
    const { code, stdout, stderr } = await schedule('apply');
    expect(code).toBe(1);
    expect(stdout).toContain(`✗ ${foreign}  the id is taken: somebody else has made a schedule with it\n`);
    expect(stdout).toContain(`~ ${REPORT}.nightly  to update: when, input\n`);
    expect(stderr).toContain(`nothing was written: another has a schedule with the id '${foreign}'`);
    expect(await apply()).toMatchObject({ [foreign]: 'taken', [`${REPORT}.nightly`]: 'update when input' });
    expect((await schedule('apply --json')).code).toBe(1);
  });
});

describe('with a worker', () => {
  beforeAll(async () => {
    project.define(REPORT, report(NIGHTLY, YEARLY, '{ name: often, every: 1m }'));
    await apply();
    await lab.worker(project);
  });

  test('pause and unpause', async () => {
    const often = `${REPORT}.often`;
    expect(await schedule(`pause ${often} --note later`)).toEqual({
      code: 0,
      stdout: `paused ${often}: later\n`,
      stderr: '',
    });
    expect((await schedule('list')).stdout).toMatch(
      new RegExp(`^${often} .* every 1m .* paused: later$`, 'm'),
    );
    expect(JSON.parse((await schedule(`unpause ${REPORT}.nightly --json`)).stdout)).toMatchObject({
      paused: false,
    });
    expect((await describeId(`${REPORT}.nightly`)).state.paused).toBe(false);
    expect(await schedule('pause a/b.c')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no schedule'),
    });
  });

  test('trigger runs the definition, which knows when it was due', async () => {
    const { code, stdout } = await schedule(`trigger ${REPORT}.nightly --json`);
    expect(code).toBe(0);
    const { workflow_id } = JSON.parse(stdout) as { workflow_id: string };
    expect(workflow_id).toMatch(new RegExp(`^${REPORT}.nightly-\\d{4}-`));
    const output = (await lab.client.workflow.getHandle(workflow_id).result()) as { due: string };
    expect(output).toEqual({ day: 'now', due: expect.stringMatching(/^\d{4}-.*Z$/) });
    const { schedules } = JSON.parse((await schedule('list --json')).stdout) as {
      schedules: { id: string }[];
    };
    expect(schedules.find(({ id }) => id === `${REPORT}.nightly`)).toEqual({
      id: `${REPORT}.nightly`,
      definition: REPORT,
      defined: true,
      applied: true,
      paused: false,
      cron: '0 2 29 2 *',
      time_zone: 'Europe/Prague',
      note: expect.any(String),
      next_run: expect.stringMatching(/-02-29T01:00:00.000Z$/),
      last_run: { workflow_id, scheduled_at: expect.any(String), outcome: 'completed' },
    });
  });

  test('backfill runs what was due in two minutes, each as of its time', async () => {
    const often = `${REPORT}.often`;
    const times = ['2026-01-05T10:00:00', '2026-01-05T10:01:00', '2026-01-05T10:02:00'];
    const { code } = await schedule(`backfill ${often} --from ${times[0]}Z --to ${times[2]}Z`);
    expect(code).toBe(0);
    for (const time of times) {
      const run = lab.client.workflow.getHandle(`${often}-${time}Z`);
      await eventually(async () => {
        expect(await run.result()).toEqual({ day: 'today', due: `${time}.000Z` });
      });
    }
    // Once more means once more: the time of each is that of a run that has ended.
    const first = lab.client.workflow.getHandle(`${often}-${times[0]}Z`);
    const { runId } = await first.describe();
    expect((await schedule(`backfill ${often} --from ${times[0]}Z --to ${times[0]}Z`)).code).toBe(0);
    await eventually(async () => expect((await first.describe()).runId).not.toBe(runId));
  });
});
