import { expect, test } from 'vitest';
import { estuary } from './estuary.ts';

const ESCAPE = '\u001b[';

test.each<[args: string, env: { readonly [name: string]: string }]>([
  ['wf list', {}],
  ['wf list', { CI: '1' }],
  ['wf list', { FORCE_COLOR: '1', NO_COLOR: '1' }],
  ['wf list --json', { CI: '1' }],
  ['--help', { CI: '1' }],
  ['wf run nope', { CI: '1' }],
  ['wf run nope', { FORCE_COLOR: '1', NO_COLOR: '1' }],
  ['wf rum', { CI: '1' }],
])('a pipe gets no colours: estuary %s with %j', async (args, env) => {
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
