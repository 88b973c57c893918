/** Whatever an activity throws or returns, the run ends with a type, a message, the step and the attempt. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ACTIVITIES } from './engine-activities.ts';
import { type Lab, openLab } from './engine-lab.ts';
import { createProject, type TestProject } from './engine-project.ts';

const NONSENSE = {
  signature: `
description: Throw or return what no activity should.
effect: read
input: { does: { type: string } }
output: { value: {} }
errors: { Odd: { retryable: false, details: { value: {} } } }
`,
  code: `
const cyclic = { value: 1 };
cyclic.self = cyclic;
const THROWS = {
  'a cycle': () => cyclic,
  'what has no text': () => Object.create(null),
  'its own cause': () => { const error = new Error('round'); error.cause = error; return error; },
  'a long error': () => new Error('x'.repeat(5_000_000)),
};
const RETURNS = {
  'a function': () => 1, 'a text': 'text', 'a list': [1], nothing: undefined,
  'a BigInt': { value: 1n }, NaN: { value: NaN }, cyclic, 'five MB': { value: 'x'.repeat(5_000_000) },
  'the prototype': JSON.parse('{ "value": { "__proto__": { "polluted": true } } }'),
};
const DETAILS = { 'long details': 'x'.repeat(5_000_000), 'cyclic details': cyclic };
export default async ({ does }, context) => {
  if (does in THROWS) throw THROWS[does]();
  if (does in DETAILS) throw context.error('Odd', 'odd', { value: DETAILS[does] });
  return RETURNS[does];
};`,
};

const DEFINITION = `
input: { does: { type: string } }
steps:
  - id: work
    activity: lab/nonsense
    with: { does: '\${{ input.does }}' }
    retry: { initial_interval: 10ms, maximum_attempts: 2 }
output: '\${{ steps.work.output.value }}'
`;

let lab: Lab;
let project: TestProject;
beforeAll(async () => {
  project = createProject({ 'lab/nonsense': DEFINITION }, { ...ACTIVITIES, 'lab/nonsense': NONSENSE });
  lab = await openLab();
  await lab.worker(project);
});
afterAll(async () => {
  await lab?.close();
  project?.destroy();
});

const TWICE = { type: 'Error', attempt: 2 };
const ONCE = { type: 'InvalidOutput', attempt: 1 };

async function expectFailure(does: string, failure: object, message: RegExp): Promise<void> {
  expect(await lab.run('lab/nonsense', { does })).toMatchObject({
    status: 'failed',
    failure: {
      step: 'work',
      line: 4,
      activity: 'lab/nonsense',
      ...failure,
      message: expect.stringMatching(message),
    },
  });
}

describe.concurrent('an activity', () => {
  test.each<[string, object, RegExp]>([
    ['a cycle', TWICE, /^threw <ref \*1> \{ value: 1, self: \[Circular \*1\] \}$/],
    ['what has no text', TWICE, /^threw \[Object: null prototype\] \{\}$/],
    ['its own cause', TWICE, /^round$/],
    ['a long error', TWICE, /^x{10000}… \(5000000 characters\)$/],
  ])('that throws %s is tried again, and fails the run', async (does, failure, message) => {
    await expectFailure(does, failure, message);
  });

  test('that answers with a key that is the prototype elsewhere has answered with a key like others', async () => {
    const output = JSON.parse('{ "__proto__": { "polluted": true } }');
    expect(await lab.run('lab/nonsense', { does: 'the prototype' })).toEqual({ status: 'completed', output });
  });

  test.each<[string, object, RegExp]>([
    ['a function', ONCE, /answered what is not JSON: a function/],
    ['a text', ONCE, /answered what its signature does not allow: .*text/],
    ['a list', ONCE, /answered what its signature does not allow: /],
    ['nothing', ONCE, /answered what its signature does not allow: .*value/],
    ['a BigInt', ONCE, /not JSON: a BigInt at 'value'/],
    ['NaN', ONCE, /not JSON: NaN at 'value'/],
    ['cyclic', ONCE, /not JSON: .*circular/],
    ['five MB', { type: 'PayloadTooLarge', attempt: 1 }, /the output of lab\/nonsense has 4\.8 MB/],
    ['long details', ONCE, /failed with 'Odd', .*has 4\.8 MB/],
    ['cyclic details', ONCE, /failed with 'Odd', whose details are not JSON: .*circular/],
  ])('that answers with %s fails the run at once', async (does, failure, message) => {
    await expectFailure(does, failure, message);
  });
});
