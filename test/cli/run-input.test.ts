import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { readRunInput } from '../../src/cli/run-input.ts';
import type { JsonSchema } from '../../src/plan/plan.ts';

const SCHEMA: JsonSchema = {
  type: 'object',
  properties: { amount: { type: 'number', minimum: 1 }, to: { type: 'string' }, note: { type: 'string' } },
  required: ['amount', 'to'],
  additionalProperties: false,
};

/** A terminal at which somebody answers each question in turn, and closes it after the last answer. */
function answering(answers: string[]) {
  const [input, output] = [new PassThrough(), new PassThrough()];
  let screen = '';
  output.on('data', (chunk) => {
    screen += chunk;
    if (!String(chunk).includes('): ')) return;
    const answer = answers.shift();
    if (answer === undefined) input.end();
    else input.write(`${answer}\n`);
  });
  return { terminal: { input, output }, screen: () => screen };
}

const options = { name: 'shop/sell', schema: SCHEMA, file: undefined };

test('asks for what is missing, and again where the answer will not do', async () => {
  const { terminal, screen } = answering(['lots', '', '0', '5', 'Ann']);
  const input = await readRunInput({ ...options, assignments: ['note=x'], terminal });
  expect(input).toEqual({ amount: 5, to: 'Ann', note: 'x' });
  expect(screen()).toContain("  amount: 'lots' is not a number ≥ 1\n");
  expect(screen()).toContain('  amount: 0 is not ≥ 1\n');
  expect(screen()).toContain('to (string): ');
  expect(screen()).not.toContain('note (');
});

test('a question without an answer starts nothing', async () => {
  const { terminal } = answering(['5']);
  await expect(readRunInput({ ...options, assignments: [], terminal })).rejects.toMatchObject({
    code: 'interrupted',
    exit: 130,
  });
});

test.each<[what: string, assignments: string[], problem: string]>([
  ['nobody to ask', [], "'amount' is missing (number ≥ 1)"],
  ['something else wrong', ['amount=x'], "amount: 'x' is not a number ≥ 1"],
])('%s: all that is wrong is said', async (what, assignments, problem) => {
  const { terminal, screen } = answering([]);
  const asked = readRunInput({
    ...options,
    assignments,
    ...(what === 'nobody to ask' ? { terminal: undefined } : { terminal }),
  });
  await expect(asked).rejects.toMatchObject({
    code: 'invalid-input',
    message: expect.stringContaining(problem),
  });
  expect(screen()).toBe('');
});
