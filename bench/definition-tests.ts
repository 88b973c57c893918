/**
 * How long `estuary wf test` takes for 2,000 cases: the payments' tests, again and again, in a project of their own.
 * `npm run bench -- definition-tests`.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DOMAINS = 25;
const CASES = 2000;
const ROUNDS = 3;

const project = mkdtempSync(join(tmpdir(), 'estuary-bench-'));
try {
  cpSync(join(ROOT, 'schemas'), join(project, 'schemas'), { recursive: true });
  writeFileSync(join(project, 'estuary.yaml'), '');
  const source = (name: string): string => readFileSync(join(ROOT, 'definitions', 'payments', name), 'utf8');
  const tests = parse(source('batch-payout.test.yaml')) as { cases: { name: string }[] };
  const cases = Array.from({ length: CASES / DOMAINS }, (_, index) => {
    const one = tests.cases[index % tests.cases.length]!;
    return { ...one, name: `${one.name} (${index})` };
  });
  for (let domain = 0; domain < DOMAINS; domain++) {
    const folder = join(project, 'definitions', `bench-${domain}`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'batch-payout.yaml'), source('batch-payout.yaml'));
    writeFileSync(
      join(folder, 'batch-payout.test.yaml'),
      stringify({ ...tests, cases }, { aliasDuplicateObjects: false }),
    );
  }
  for (let round = 1; round <= ROUNDS; round++) {
    const begun = performance.now();
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(ROOT, 'bin', 'estuary.js'), 'wf', 'test', '--coverage'],
      { cwd: project, encoding: 'utf8', maxBuffer: 2 ** 28 },
    );
    if (status !== 0) throw new Error(stdout.slice(-2000) + stderr);
    const seconds = ((performance.now() - begun) / 1000).toFixed(2);
    console.log(`round ${round}: ${seconds} s for the whole command; ${stdout.trimEnd().split('\n').at(-1)}`);
  }
} finally {
  rmSync(project, { recursive: true });
}
