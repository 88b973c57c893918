/** What an application imports of the package: starting workflows, and what comes of them. */
export { CannotReachTemporal, connect, type TemporalTarget } from '../client/connect.ts';
export {
  type SignalsOf,
  type StartWorkflowOptions,
  WorkflowCancelled,
  type WorkflowClient,
  type WorkflowClientOptions,
  WorkflowFailed,
  type WorkflowRun,
  WorkflowTerminated,
  WorkflowTimedOut,
  type WorkflowTypes,
  workflowClient,
} from '../client/workflows.ts';
export type { Progress, StepProgress } from '../interpreter/progress.ts';
export { type OpenWorkflows, openWorkflows } from './open-workflows.ts';
