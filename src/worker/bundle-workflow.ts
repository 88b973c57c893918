/**
 * Bundles the generic workflow for the sandbox: run by the build, so that a worker starts in half a second.
 * Usage: `node dist/src/worker/bundle-workflow.js`, which writes `dist/workflow-bundle.js`.
 */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

/** Where the bundle stands, beside the compiled code. */
export const BUNDLE = fileURLToPath(new URL('../../workflow-bundle.js', import.meta.url));

/**
 * Evaluated once a worker, not once a workflow: a third of the memory of a parked run. They keep no state but
 * the memo of compiled expressions, which is the same for every run.
 */
const PRELOADED = ['interpreter', 'progress', 'queries', 'snapshot'].map((file) => `interpreter/${file}.js`);

/** Builds the bundle and writes it to `BUNDLE`. */
export async function bundleWorkflow(): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../temporal-host/workflow.js', import.meta.url)),
    workflowInterceptorModules: [fileURLToPath(new URL('../temporal-host/interceptors.js', import.meta.url))],
    preloadModules: PRELOADED.map((module) => fileURLToPath(new URL(`../${module}`, import.meta.url))),
    logger: new DefaultLogger('WARN'),
  });
  writeFileSync(BUNDLE, code);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await bundleWorkflow();
