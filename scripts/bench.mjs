// npm run bench [-- --quick]: Estuary beside hand-written Temporal code, on a server of its own.
import './check-node.mjs';
import { join } from 'node:path';
import { scrub } from './environment.mjs';
import { setUp } from './setup.mjs';
import { ROOT, runInForeground, runScript } from './step.mjs';

await runScript(async () => {
  await setUp();
  const bench = join(ROOT, 'dist', 'bench', 'bench.js');
  return runInForeground(process.execPath, [bench, ...process.argv.slice(2)], scrub(process.env));
});
