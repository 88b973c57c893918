/**
 * The SDK looks a workflow type up among the exports of the bundle's module, and finds `toString` and
 * `constructor` on its prototype: such a run would complete with nonsense. Whatever it found, the one
 * workflow is run.
 *
 * The run's current details are written when somebody asks, and not while it runs: nothing else reads them.
 */
import { setCurrentDetails, type WorkflowInterceptorsFactory } from '@temporalio/workflow';
import type { Json } from '../plan/plan.ts';
import { logEnd } from './log-run.ts';
import definition from './workflow.ts';

export const interceptors: WorkflowInterceptorsFactory = () => {
  let details = (): string => '';
  return {
    inbound: [
      {
        execute({ args: [input] }) {
          const run = definition(input as Json | undefined, (latest) => {
            details = latest;
          });
          logEnd(run);
          return run;
        },
      },
    ],
    internals: [
      {
        activate(input, next) {
          // Queries come in activations of their own.
          if (input.activation.jobs?.some(({ queryWorkflow }) => queryWorkflow != null))
            setCurrentDetails(details());
          next(input);
        },
      },
    ],
  };
};
