// npm run demo: from nothing to practitioners paid, on servers of its own and with sandbox money.
import './check-node.mjs';
import { join } from 'node:path';
import { scrub } from './environment.mjs';
import { setUp } from './setup.mjs';
import { ROOT, runInForeground, runScript } from './step.mjs';

const RUN = ['wf', 'run', 'payments/batch-payout', '--input', 'min_amount=10'];

await runScript(async () => {
  console.log(
    'Estuary demo: embedded, sandbox money. No real database or account is touched; all data is in .estuary/.\n',
  );
  await setUp();
  console.log(`\n$ npx estuary ${RUN.join(' ')}\n`);
  // Should estuary.yaml name servers of your own, the demo leaves them alone.
  const env = { ...scrub(process.env), ESTUARY_EMBEDDED: '1' };
  const code = await runInForeground(process.execPath, [join(ROOT, 'bin', 'estuary.js'), ...RUN], env);
  await showWhereToLook();
  return code;
});

async function showWhereToLook() {
  const { stackDirectory, stackStatus } = await import('../dist/src/stack/stack.js');
  const { temporal } = await stackStatus(stackDirectory(ROOT, 'dev'));
  if (!temporal) return;
  console.log(`
Where to look next (embedded, sandbox money):
  ${temporal.uiUrl}/namespaces/estuary/workflows
                                    the run, step by step, in Temporal's Web UI
  definitions/payments/batch-payout.yaml
                                    what has just run
  npx estuary wf list               workflows and activities, with their inputs
  npx estuary wf validate           checks all definitions before anything runs
  npx estuary dev                   a worker in the foreground, for any Temporal client
  npx estuary dev stop              stops the servers, which go on running until then`);
}
