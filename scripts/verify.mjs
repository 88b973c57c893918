// npm run verify: the one gate. Stops at the first check that fails, and says which.
import './check-node.mjs';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  ['oclif.manifest.json', checkManifest],
  ['package-lock.json', checkLockFile],
  ['tests and layering', () => node(join(ROOT, 'scripts', 'test.mjs'))],
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

/** Writes the manifest anew, compares, and puts the old one back. */
async function checkManifest() {
  const path = join(ROOT, 'oclif.manifest.json');
  const committed = existsSync(path) ? readFileSync(path, 'utf8') : '';
  // oclif would take the commands from the manifest itself if it lay there.
  rmSync(path, { force: true });
  const code = await node(program('oclif', 'bin/run.js'), 'manifest');
  const current = existsSync(path) ? readFileSync(path, 'utf8') : '';
  if (committed === '') rmSync(path, { force: true });
  else writeFileSync(path, committed);
  if (code !== 0 || sameJson(committed, current)) return code;
  console.log("oclif.manifest.json does not fit the commands: run 'npm run manifest' and commit it.");
  return 1;
}

/** Whoever formats the file changes nothing that matters. */
function sameJson(one, other) {
  return one !== '' && JSON.stringify(JSON.parse(one)) === JSON.stringify(JSON.parse(other));
}

function checkLockFile() {
  const missing = missingParts(join(ROOT, 'package-lock.json'));
  for (const one of missing) console.log(`package-lock.json lacks ${one}`);
  return missing.length === 0 ? 0 : 1;
}
