// Brings a fresh clone to where everything runs: packages installed, sources compiled. Quick when nothing is to do.
import './check-node.mjs';
import { pathToFileURL } from 'node:url';
import { buildWhenNeeded } from './build.mjs';
import { scrub } from './environment.mjs';
import { installWhenNeeded } from './install.mjs';
import { runScript } from './step.mjs';

/** Throws StepError where a step fails. */
export async function setUp() {
  const env = scrub(process.env);
  await installWhenNeeded(env);
  await buildWhenNeeded(env);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runScript(async () => {
    await setUp();
    return 0;
  });
}
