/**
 * The SDK looks a workflow type up among the exports of the bundle's module, and finds `toString` and
 * `constructor` on its prototype: such a run would complete with nonsense. Whatever it found, the one
 * workflow is run.
 */
import type { WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { logEnd } from './log-run.ts';
import definition from './workflow.ts';

export const interceptors: WorkflowInterceptorsFactory = () => ({
  inbound: [
    {
      execute({ args }) {
        const run = definition(...(args as Parameters<typeof definition>));
        logEnd(run);
        return run;
      },
    },
  ],
});
