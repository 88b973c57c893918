import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runStep } from './step.mjs';

/** Installs exactly what package-lock.json says, where node_modules does not hold it already. */
export async function installWhenNeeded(env) {
  if (isInstalled()) return;
  // Under npm the very npm that runs us, else the one on PATH.
  const own = process.env.npm_execpath ?? '';
  const [command, first] = own.endsWith('npm-cli.js') ? [process.execPath, [own]] : ['npm', []];
  // Whatever NODE_ENV or npm's configuration say: the build and the embedded stack are development dependencies.
  const args = [...first, 'ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  await runStep({
    what: 'Installing packages',
    log: 'install.log',
    command,
    args,
    env,
    timeoutMs: 15 * 60_000,
  });
}

/** Compares the lock file with the one that npm leaves in node_modules once an installation is complete. */
function isInstalled() {
  const installedLock = join(ROOT, 'node_modules', '.package-lock.json');
  if (!existsSync(installedLock)) return false;
  const wanted = readPackages(join(ROOT, 'package-lock.json'));
  const installed = readPackages(installedLock);
  return Object.entries(wanted).every(([path, { version, optional }]) => {
    const found = installed[path];
    // The root itself is not in there, nor are the parts for other platforms.
    return path === '' || (found ? found.version === version : optional === true);
  });
}

function readPackages(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}
