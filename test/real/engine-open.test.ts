import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { auditPayments } from '../../database/payments/audit.ts';
import { seed } from '../../database/seed/seed.ts';
import { outcomeOf } from '../../src/client/runs.ts';
import { stackDirectory } from '../../src/stack/stack.ts';
import { findTemporalCli } from '../../src/stack/temporal-cli.ts';
import { eventually, type Lab, openLab, type RunHandle } from './engine-lab.ts';
import { copyProject, type TestProject } from './engine-project.ts';

const BATCH = 'payments/batch-payout';

let lab: Lab;
let project: TestProject;
beforeAll(async () => {
  project = copyProject();
  lab = await openLab();
  await seed(lab.database.knex, { size: 30 });
  await lab.worker(project);
});
afterAll(async () => {
  await lab?.close();
  project?.destroy();
});

test("the temporal CLI pays a batch with nothing but the workflow's type and its JSON", async () => {
  const { address, namespace } = inject('stack');
  const cli = await findTemporalCli({
    configured: undefined,
    env: process.env,
    dataDirectory: stackDirectory(join(import.meta.dirname, '..', '..'), 'test'),
    report: () => {},
  });
  const args = ['workflow', 'execute', '--namespace', namespace, '--task-queue', lab.taskQueue];
  const input = ['--type', BATCH, '--input', '{"min_amount": 10}', '--output', 'json'];
  const { stdout } = await promisify(execFile)(cli, [...args, ...input, '--address', address]);
  expect(JSON.parse(stdout)).toMatchObject({
    status: 'COMPLETED',
    result: { provider: 'sandbox', counts: { paid: 29, held: 1 } },
  });
  expect(await auditPayments(lab.database.knex)).toEqual([]);
});

test('any client starts it, and what it leaves out has its default', async () => {
  const outcome = await lab.run(BATCH);
  // Whoever is due at the default of 50 has been due at 10.
  expect(outcome).toMatchObject({ status: 'completed', output: { counts: { paid: 0, held: 0 } } });
});

describe.concurrent('bad input ends the run at once', () => {
  test.each<[string, unknown, string[]]>([
    ['a text', { min_amount: 'abc' }, ["min_amount: 'abc' is not a number"]],
    ['a number as text', { min_amount: '10' }, ["min_amount: '10' is not a number"]],
    ['zero', { min_amount: 0 }, ['min_amount: 0 is not > 0']],
    ['a negative', { min_amount: -5 }, ['min_amount: -5 is not > 0']],
    ['null', { min_amount: null }, ['min_amount: null is not a number']],
    ['an unknown key', { min_amont: 10 }, ["unknown key 'min_amont'"]],
    ['what is no choice', { payment_method: 'strip' }, ["payment_method: 'strip' is not"]],
    [
      'two mistakes',
      { min_amount: 0, practitioner_id: 1.5 },
      ['min_amount: 0 is not', 'practitioner_id: 1.5 is not'],
    ],
    ['no object', [10], ['a list is not']],
    ['a prototype', JSON.parse('{"__proto__": {"min_amount": 10}}'), ["unknown key '__proto__'"]],
  ])('%s', async (_, input, problems) => {
    const run = await lab.start(BATCH, input);
    const outcome = await outcomeOf(run);
    expect(outcome).toMatchObject({ status: 'failed', failure: { type: 'InvalidInput' } });
    const { failure } = outcome as unknown as { failure: { message: string; problems: string[] } };
    expect(failure.problems).toHaveLength(problems.length);
    for (const [index, problem] of problems.entries()) {
      expect(failure.problems[index]).toContain(problem);
      expect(failure.message).toContain(problem);
    }
    const { events } = await run.fetchHistory();
    const failed = events?.at(-1)?.workflowExecutionFailedEventAttributes;
    expect(failed?.failure?.applicationFailureInfo?.nonRetryable).toBe(true);
    // Nothing was called, and nothing tried twice.
    expect(events?.filter(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled)).toEqual([]);
    expect(events?.filter(({ workflowTaskFailedEventAttributes: failure }) => failure)).toEqual([]);
  });
});

describe.concurrent('a type that no definition has', () => {
  const taskFailure = async (run: RunHandle): Promise<string | undefined> => {
    const { events } = await run.fetchHistory();
    const failed = events?.find(({ workflowTaskFailedEventAttributes: failure }) => failure);
    return failed?.workflowTaskFailedEventAttributes?.failure?.message ?? undefined;
  };

  test.each([
    'payments/batch-pay',
    'default',
    'toString',
    'constructor',
    'hasOwnProperty',
    '__proto__',
    '__defineGetter__',
    'interceptors',
    'estuary.resolve',
  ])("'%s' fails its task, visibly, and never completes", async (type) => {
    const run = await lab.start(type, { min_amount: 10 });
    const message = `no definition '${type}' is known here; known: ${BATCH}, payments/practitioner-payout`;
    await eventually(async () => expect(await taskFailure(run)).toBe(message));
    expect((await run.describe()).status.name).toBe('RUNNING');
  });
});
