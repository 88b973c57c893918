import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT, runStep } from './step.mjs';

const SOURCES = ['src', 'activities', 'codegen', 'database', 'providers', 'generated', 'bench'];
const DIST = join(ROOT, 'dist');
const STAMP = join(DIST, '.built');
const BUNDLER = join(DIST, 'src', 'worker', 'bundle-workflow.js');

/** Compiles to dist/ and bundles the workflow code, where the sources are not those of the last build. */
export async function buildWhenNeeded(env) {
  const sources = fingerprint();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === sources) return;
  // First, so that a build that is interrupted counts as none.
  rmSync(STAMP, { force: true });
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const command = process.execPath;
  const timeoutMs = 5 * 60_000;
  await runStep({
    what: 'Compiling',
    log: 'compile.log',
    command,
    args: [tsc, '-p', 'tsconfig.json'],
    env,
    timeoutMs,
  });
  removeOrphans();
  if (existsSync(BUNDLER)) {
    await runStep({
      what: 'Bundling workflows',
      log: 'bundle.log',
      command,
      args: [BUNDLER],
      env,
      timeoutMs,
    });
  }
  mkdirSync(DIST, { recursive: true });
  writeFileSync(STAMP, sources);
}

/** Changes whenever a source file is added, removed, renamed or written. */
function fingerprint() {
  const hash = createHash('sha256');
  const files = SOURCES.flatMap((folder) => filesBelow(join(ROOT, folder)));
  for (const path of [...files, join(ROOT, 'tsconfig.json'), join(ROOT, 'package-lock.json')].sort()) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${relative(ROOT, path)} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** Removes compiled files whose source is gone: activities and commands are found by what lies in dist/. */
function removeOrphans() {
  for (const path of SOURCES.flatMap((folder) => filesBelow(join(DIST, folder)))) {
    const base = path.replace(/\.(js(\.map)?|d\.ts)$/, '');
    if (base !== path && !existsSync(`${join(ROOT, relative(DIST, base))}.ts`)) rmSync(path);
  }
}

function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
