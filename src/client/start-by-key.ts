import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowExecutionDescription,
  WorkflowNotFoundError,
} from '@temporalio/client';
import type { OnConflict } from '../plan/plan.ts';
import type { Run, StartOptions } from './runs.ts';

export interface StartByKey extends StartOptions {
  /** The value of the business key. */
  readonly workflowId: string;
  readonly onConflict: OnConflict;
}

export interface StartedByKey {
  readonly run: Run;
  /** `joined`: it was there already, under way or completed; `replaced`: one that was under way was terminated. */
  readonly how: 'started' | 'joined' | 'replaced';
}

/** The workflow id is taken by a run that can be neither joined nor replaced. */
export class WorkflowAlreadyStarted extends Error {
  override readonly name = 'WorkflowAlreadyStarted';
  readonly workflowId: string;

  constructor(workflowId: string, message: string) {
    super(message);
    this.workflowId = workflowId;
  }
}

/**
 * Starts a run under its business key, unless one is there that counts: under way, or completed. One that failed,
 * was cancelled or terminated does not. So do children, see `src/temporal-host/children.ts`.
 * @throws WorkflowAlreadyStarted
 */
export async function startByKey(client: Client, start: StartByKey): Promise<StartedByKey> {
  const { name, input, taskQueue, workflowId, onConflict } = start;
  const replaces = onConflict === 'replace';
  const before = replaces ? await describe(client, workflowId) : undefined;
  try {
    const run = await client.workflow.start(name, {
      args: [input],
      taskQueue,
      workflowId,
      workflowIdReusePolicy: replaces ? 'ALLOW_DUPLICATE' : 'ALLOW_DUPLICATE_FAILED_ONLY',
      // Not USE_EXISTING: the answer would not tell a run that was started from one that was joined.
      workflowIdConflictPolicy: replaces ? 'TERMINATE_EXISTING' : 'FAIL',
    });
    return { run, how: before?.status.name === 'RUNNING' ? 'replaced' : 'started' };
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const there = await client.workflow.getHandle(workflowId).describe();
    if (onConflict === 'join' && there.type === name) return { run: runOf(client, there), how: 'joined' };
    const how = there.status.name === 'RUNNING' ? 'is under way' : 'has ended';
    const message =
      there.type === name
        ? `a run with the id '${workflowId}' ${how}, and ${name} allows one only`
        : `the id '${workflowId}' is taken by a run of ${there.type}, which is no ${name}`;
    throw new WorkflowAlreadyStarted(workflowId, message);
  }
}

async function describe(
  client: Client,
  workflowId: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

function runOf(client: Client, { workflowId, runId, raw }: WorkflowExecutionDescription): Run {
  const firstExecutionRunId = raw.workflowExecutionInfo?.firstRunId || runId;
  return Object.assign(client.workflow.getHandle(workflowId, undefined, { firstExecutionRunId }), {
    firstExecutionRunId,
  });
}
