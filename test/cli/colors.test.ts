import { expect, test } from 'vitest';
import { estuary } from './estuary.ts';

const ESCAPE = '\u001b[';
const COMMANDS = ['wf list', 'wf validate', 'wf list --json', '--help', 'wf run nope', 'wf rum'];

test.each(
  COMMANDS.flatMap((args) =>
    [{}, { CI: '1' }, { FORCE_COLOR: '1', NO_COLOR: '1' }].map((env) => [args, env] as const),
  ),
)('a pipe gets no colours: estuary %s with %j', async (args, env) => {
  const { stdout, stderr } = await estuary(args.split(' '), { env });
  expect(stdout + stderr).not.toBe('');
  expect(stdout + stderr).not.toContain(ESCAPE);
});

test.each([
  ['wf list', 'stdout'],
  ['wf run nope', 'stderr'],
] as const)('FORCE_COLOR colours all the same: estuary %s', async (args, stream) => {
  expect((await estuary(args.split(' '), { env: { FORCE_COLOR: '1' } }))[stream]).toContain(ESCAPE);
});
