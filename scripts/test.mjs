// npm test [-- arguments of vitest]: sets up, runs the tests, and ends with a line `N passed, N failed`.
// The long ones of test/extra run only where their project is named: npm run test:extra, npm run verify.
import './check-node.mjs';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { countTests, summaryLine } from './count-tests.mjs';
import { scrub } from './environment.mjs';
import { setUp } from './setup.mjs';
import { ROOT, runInForeground, runScript } from './step.mjs';

const QUICK_PROJECTS = ['--project', 'unit', '--project', 'real'];
const RESULTS = join(ROOT, '.estuary', 'test-results.json');

await runScript(async () => {
  await setUp();
  mkdirSync(dirname(RESULTS), { recursive: true });
  rmSync(RESULTS, { force: true });
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${RESULTS}`];
  const own = process.argv.slice(2);
  const projects = own.some((arg) => arg.startsWith('--project')) ? [] : QUICK_PROJECTS;
  const args = [vitest, 'run', ...reporters, ...projects, ...own];
  const code = await runInForeground(process.execPath, args, { ...scrub(process.env), TZ: 'UTC' });
  const results = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : undefined;
  const counts = countTests(results, code);
  if (counts.passed + counts.failed === 0) console.error('No test ran.');
  console.log(summaryLine(counts));
  return counts.failed > 0 || counts.passed === 0 ? 1 : 0;
});
