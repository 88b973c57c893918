/** What an application imports of the package: starting workflows, and what comes of them. */
export { CannotReachTemporal, connect, type TemporalTarget } from '../client/connect.ts';
export { WorkflowAlreadyStarted } from '../client/start-by-key.ts';
export {
  InvalidInput,
  UpdateRefused,
  WorkflowCancelled,
  WorkflowFailed,
  WorkflowIdMismatch,
  WorkflowTerminated,
  WorkflowTimedOut,
} from '../client/workflow-errors.ts';
export {
  type QueriesOf,
  type RunOf,
  type SignalsOf,
  type StartWorkflowOptions,
  type UpdateReceipt,
  type UpdatesOf,
  type WorkflowClient,
  type WorkflowClientOptions,
  type WorkflowRun,
  type WorkflowTypes,
  workflowClient,
} from '../client/workflows.ts';
export type { Progress, StepProgress } from '../interpreter/progress.ts';
export { type OpenWorkflows, openWorkflows } from './open-workflows.ts';
