import { ServiceError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { toCommandFailure } from '../../src/cli/command-failure.ts';

test('a Temporal that went away while a command talks to it cannot be reached', () => {
  const cause = Object.assign(new Error('14 UNAVAILABLE: read ECONNRESET'), { details: 'read ECONNRESET' });
  expect(
    toCommandFailure(new ServiceError('Failed to get Workflow execution history', { cause })),
  ).toMatchObject({
    code: 'cannot-reach-temporal',
    message: 'no answer from Temporal: read ECONNRESET',
    exit: 4,
    hint: expect.stringContaining('goes on'),
  });
});
