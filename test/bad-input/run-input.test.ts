/** Input that nobody should send, given to `wf run` as people give it: refused with a reason, before anything starts. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRunInput } from '../../src/cli/run-input.ts';
import type { JsonSchema } from '../../src/plan/plan.ts';
import { cleanEnvironment, copyProject, estuary, ROOT } from '../cli/estuary.ts';
import { onTerminal } from '../cli/terminal.ts';

/** Port 1: nothing listens there, so what is not refused before ends with 4. */
const env = { TEMPORAL_ADDRESS: '127.0.0.1:1', DATABASE_URL: 'postgres://x@127.0.0.1:1/x' };
const RUN = ['wf', 'run', 'shop/any'];

const SCHEMA: JsonSchema = {
  type: 'object',
  properties: { x: {}, n: { type: 'number' } },
  additionalProperties: false,
};

let project: ReturnType<typeof copyProject>;
beforeAll(() => {
  project = copyProject();
  mkdirSync(join(project.root, 'definitions/shop'));
  writeFileSync(
    join(project.root, 'definitions/shop/any.yaml'),
    'input: { x: { default: 1 }, n: { type: number, default: 1 } }\nsteps:\n  - set: { n: 1 }\n',
  );
});
afterAll(() => project.remove());

const deep = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
const FILES: readonly (readonly [what: string, content: string | Buffer, says: string])[] = [
  ['10 MB', `{"x": "${'a'.repeat(10 * 1024 * 1024)}"}`, 'in.json is larger than 512 KB'],
  ['1,000 levels', `{"x": ${deep(1000)}}`, ': this is nested more than 64 levels deep'],
  ['NaN', '{"x": .nan}', 'in.json:1:7: .nan is not a number that JSON can hold'],
  ['a number past the largest', '{"x": 1e999}', 'in.json:1:7: 1e999 is not a number that JSON can hold'],
  ['a key twice', '{"x": 1,\n "x": 2}', "in.json:2:2: the key 'x' is already there"],
  ['the prototype', '{"x": {"__proto__": {"admin": true}}}', "in.json:1:8: '__proto__' cannot be a key"],
  ['what is not UTF-8', Buffer.from('{"x": "caf\u00e9"}', 'latin1'), 'in.json is not UTF-8 text'],
  ['UTF-16', Buffer.from('{"x": 1}', 'utf16le'), 'in.json:1:2: the file is not UTF-8 text from here on'],
  ['half a character', '{"x": ["\\ud800"]}', 'x[0]: half a character (a lone surrogate) cannot be sent'],
  ['nothing', '', 'in.json: the file is empty'],
];

/** As `wf run` reads it, all but the process around it. */
const read = (assignments: string[], file?: string) =>
  readRunInput({ name: 'shop/any', schema: SCHEMA, assignments, file, terminal: undefined });

test.each(FILES)('an input file with %s is refused', async (_, content, says) => {
  const file = join(project.root, 'in.json');
  writeFileSync(file, content);
  const started = performance.now();
  await expect(read([], file)).rejects.toMatchObject({ exit: 2, message: expect.stringContaining(says) });
  expect(performance.now() - started).toBeLessThan(5000);
});

test.each([
  ['nested 1,000 levels', `x:=${deep(1000)}`, 'x: this is nested more than 64 levels deep'],
  ['past the largest number', 'n:=1e999', 'n: 1e999 is not a number that JSON can hold'],
  ['not a number', 'n=NaN', "n: 'NaN' is not a number"],
  ['with the prototype', 'x:={"__proto__": {}}', "x: '__proto__' cannot be a key"],
])('--input that is %s is refused', async (_, assignment, says) => {
  await expect(read([assignment])).rejects.toMatchObject({ exit: 2, message: expect.stringContaining(says) });
});

test('an input file of 10 MB ends the command, with its exit code', async () => {
  writeFileSync(join(project.root, 'in.json'), Buffer.alloc(10 * 1024 * 1024, ' '));
  const { code, stdout, stderr } = await estuary([...RUN, '--input-file', 'in.json'], {
    cwd: project.root,
    env,
  });
  expect({ code, stdout, stderr }).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('in.json is larger than 512 KB'),
  });
});

test('what is right gets past all this', async () => {
  writeFileSync(join(project.root, 'in.json'), `\ufeff{"x": [{"constructor": "\\ud83d\\ude00"}]}\r\n`);
  const { code, stderr } = await estuary([...RUN, '--input-file', 'in.json'], { cwd: project.root, env });
  expect({ code, stderr }).toEqual({ code: 4, stderr: expect.stringContaining('no answer from Temporal') });
});

test('stdin that is closed is an empty file', async () => {
  const line = 'exec "$0" "$@" <&-';
  const command = [process.execPath, join(ROOT, 'bin', 'estuary.js'), ...RUN, '--input-file', '-'];
  const child = spawn('/bin/sh', ['-c', line, ...command], {
    cwd: project.root,
    env: { ...cleanEnvironment(), ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('stdin: the file is empty') });
});

test('stdin that is a terminal is read until Ctrl-D', async () => {
  const terminal = onTerminal([...RUN, '--input-file', '-'], { cwd: project.root, env });
  terminal.type('{"n": "many"}\r');
  await terminal.saw(/many/);
  terminal.type('\u0004');
  expect(await terminal.ended).toMatchObject({
    code: 2,
    screen: expect.stringContaining("n: 'many' is not a number"),
  });
});
