/** What Temporal is told of when the next attempt may come. */
import type { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { Knex } from 'knex';
import { expect, test } from 'vitest';
import type { Signature } from '../../src/document/signature.ts';
import { activityFunction } from '../../src/worker/activity-function.ts';

const signature: Signature = {
  name: 'lab/advise',
  description: 'Advise.',
  effect: 'pure',
  input: {},
  output: {},
  errors: {},
  hash: 'hash',
} as unknown as Signature;

/** The failure that an activity which throws `error` becomes. */
async function failureOf(error: unknown): Promise<ApplicationFailure> {
  const throwing = async () => {
    throw error;
  };
  const run = activityFunction(signature, throwing, undefined as unknown as Knex);
  return new MockActivityEnvironment().run(run, {}).then(
    () => expect.unreachable(),
    (failure: ApplicationFailure) => failure,
  );
}

test.each<[unknown, unknown]>([
  [7_000, 7_000],
  [1.2, 2],
  [0, undefined],
  [-1, undefined],
  [Number.NaN, undefined],
  [Number.POSITIVE_INFINITY, undefined],
  ['7000', undefined],
  [undefined, undefined],
])('an error with the advice %j has the delay %j', async (retryAfterMs, nextRetryDelay) => {
  const failure = await failureOf(Object.assign(new Error('later'), { retryAfterMs }));
  expect(failure).toMatchObject({ type: 'Error', message: 'later', nonRetryable: false });
  expect(failure.nextRetryDelay).toBe(nextRetryDelay);
});

test.each([undefined, null, 'text'])('%j has none', async (thrown) => {
  expect((await failureOf(thrown)).nextRetryDelay).toBeUndefined();
});
