// npm run verify: the one gate. Stops at the first check that fails, and says which.
import './check-node.mjs';
import { join } from 'node:path';
import { scrub } from './environment.mjs';
import { missingParts } from './lock-file.mjs';
import { setUp } from './setup.mjs';
import { ROOT, runInForeground, runScript } from './step.mjs';

const env = { ...scrub(process.env), OCLIF_SKIP_NEW_VERSION_CHECK: 'true' };
const node = (...args) => runInForeground(process.execPath, args, env);
const program = (name, path) => join(ROOT, 'node_modules', name, ...path.split('/'));

const GATES = [
  ['format and lint', () => node(program('@biomejs/biome', 'bin/biome'), 'check', '.')],
  ['types', () => node(program('typescript', 'bin/tsc'), '--noEmit', '-p', 'tsconfig.test.json')],
  ['generated code', () => node(join(ROOT, 'bin', 'estuary.js'), 'codegen', '--check')],
  ['package-lock.json', checkLockFile],
  ['tests and layering', () => node(join(ROOT, 'scripts', 'test.mjs'))],
  ['long tests', () => node(join(ROOT, 'scripts', 'test.mjs'), '--project', 'extra')],
];

await runScript(async () => {
  await setUp();
  for (const [i, [name, check]] of GATES.entries()) {
    console.log(`\n[${i + 1}/${GATES.length}] ${name}`);
    if ((await check()) === 0) continue;
    const rest = GATES.slice(i + 1).map(([later]) => later);
    console.log(`\nverify: '${name}' failed.${rest.length > 0 ? ` Not run: ${rest.join(', ')}.` : ''}`);
    return 1;
  }
  console.log(`\nverify: all ${GATES.length} checks passed.`);
  return 0;
});

function checkLockFile() {
  const missing = missingParts(join(ROOT, 'package-lock.json'));
  for (const one of missing) console.log(`package-lock.json lacks ${one}`);
  return missing.length === 0 ? 0 : 1;
}
