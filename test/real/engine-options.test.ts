/** What a run and its calls carry for Temporal: search attributes, memo, priority, when a schedule meant it to start. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outcomeOf } from '../../src/client/runs.ts';
import { eventually, type Lab, labProject, openLab } from './engine-lab.ts';
import type { TestProject } from './engine-project.ts';

const DEFINITIONS = {
  'lab/described': `
input: { name: { type: string }, count: { type: integer }, at: { type: string, format: date-time }, tags: { type: array, items: { type: string } } }
search_attributes:
  LabName: \${{ input.name }}
  LabCount: \${{ input.count }}
  LabAt: \${{ input.at }}
  LabTags: \${{ input.tags }}
memo: { name: '\${{ input.name }}', tags: '\${{ input.tags }}' }
steps:
  - activity: lab/echo
    with: { value: 1 }
    search_attributes: { LabName: 'after \${{ input.name }}' }
output: done
`,
  'lab/urgent': `
input: { priority: { type: integer }, fairness: { type: string, default: tenant } }
steps:
  - id: say
    activity: lab/echo
    with: { value: 1 }
    priority: \${{ input.priority }}
    fairness: \${{ input.fairness }}
output: \${{ steps.say.output.value }}
`,
  'lab/scheduled': `
steps: [{ set: { done: true } }]
output: \${{ workflow.?scheduled_at.orValue('never') }}
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

test('search attributes and memo are set, of every type', async () => {
  const name = randomUUID();
  const input = { name, count: 7, at: '2026-01-02T03:04:05Z', tags: ['a', 'b'] };
  const run = await lab.start('lab/described', input);
  expect(await outcomeOf(run)).toEqual({ status: 'completed', output: 'done' });
  const { typedSearchAttributes: attributes, memo } = await run.describe();
  expect(attributes.get({ name: 'LabName', type: 'KEYWORD' })).toBe(`after ${name}`);
  expect(attributes.get({ name: 'LabCount', type: 'INT' })).toBe(7);
  expect(attributes.get({ name: 'LabAt', type: 'DATETIME' })).toEqual(new Date('2026-01-02T03:04:05Z'));
  expect(attributes.get({ name: 'LabTags', type: 'KEYWORD_LIST' })).toEqual(['a', 'b']);
  expect(memo).toMatchObject({ name, tags: ['a', 'b'] });
});

describe.concurrent('a priority that the server does not take fails the step, and holds nothing up', () => {
  test.each([
    ['one that it takes', { priority: 5 }, { status: 'completed' }],
    ['a large one', { priority: 99 }, { status: 'completed' }],
    [
      'a fairness key as long as it takes',
      { priority: 1, fairness: '€'.repeat(21) },
      { status: 'completed' },
    ],
    [
      'a longer one',
      { priority: 1, fairness: '€'.repeat(22) },
      {
        status: 'failed',
        failure: {
          type: 'ExpressionError',
          message: 'the fairness key has 66 bytes; Temporal takes 64',
          step: 'say',
        },
      },
    ],
  ])('%s', async (_, input, outcome) => {
    expect(await lab.run('lab/urgent', input)).toMatchObject(outcome);
  });
});

test('a run knows when its schedule meant it to start', async () => {
  const scheduleId = randomUUID();
  const schedule = await lab.client.schedule.create({
    scheduleId,
    spec: {},
    action: {
      type: 'startWorkflow',
      workflowType: 'lab/scheduled',
      taskQueue: lab.taskQueue,
      workflowId: scheduleId,
    },
  });
  try {
    await schedule.trigger();
    let workflowId = '';
    await eventually(async () => {
      const [action] = (await schedule.describe()).info.recentActions;
      workflowId = action!.action.workflow.workflowId;
    });
    const output = await lab.client.workflow.getHandle(workflowId).result();
    expect(output).toMatch(/^\d{4}-\d\d-\d\dT/);
  } finally {
    await schedule.delete();
  }
  expect(await lab.run('lab/scheduled')).toEqual({ status: 'completed', output: 'never' });
});
