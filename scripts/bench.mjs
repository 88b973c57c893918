// npm run bench [-- --quick]: Estuary beside hand-written Temporal code, on a server of its own.
// npm run bench -- definition-tests: 2,000 tests of definitions, without a server.
import './check-node.mjs';
import { join } from 'node:path';
import { scrub } from './environment.mjs';
import { setUp } from './setup.mjs';
import { ROOT, runInForeground, runScript } from './step.mjs';

await runScript(async () => {
  await setUp();
  const args = process.argv.slice(2);
  const name = args[0] === 'definition-tests' ? args.shift() : 'bench';
  const bench = join(ROOT, 'dist', 'bench', `${name}.js`);
  return runInForeground(process.execPath, [bench, ...args], scrub(process.env));
});
