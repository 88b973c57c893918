import { randomUUID } from 'node:crypto';
import { Client, Connection, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { inject, vi } from 'vitest';
import { outcomeOf, type RunOutcome } from '../../src/client/runs.ts';
import { renderText } from '../../src/diagnostics/render-text.ts';
import { findingsOf, loadProject } from '../../src/project/project.ts';
import { ACTIVITIES, prepareGates } from './engine-activities.ts';
import { createProject, type TestProject } from './engine-project.ts';
import { startWorker, type WorkerProcess } from './engine-worker.ts';
import { createFreshDatabase, type FreshDatabase } from './fresh-database.ts';

export type RunHandle = WorkflowHandleWithFirstExecutionRunId;

/** A client, a database, and a task queue of their own for a file's tests. */
export interface Lab {
  readonly client: Client;
  readonly database: FreshDatabase;
  readonly taskQueue: string;
  /** A worker on a project; on the lab's task queue unless another is named. */
  worker(
    project: TestProject,
    more?: {
      readonly domains?: readonly string[];
      readonly taskQueue?: string;
      readonly bin?: string;
      readonly env?: { readonly [name: string]: string };
    },
  ): Promise<WorkerProcess>;
  /** Starts a run as any client would: the type and its JSON input. */
  start(type: string, input?: unknown, taskQueue?: string): Promise<RunHandle>;
  /** Starts a run and waits for its end. */
  run(type: string, input?: unknown): Promise<RunOutcome>;
  /** Ends all workers and runs, and drops the database. */
  close(): Promise<void>;
}

export async function openLab(): Promise<Lab> {
  const { address, namespace, databaseUrl } = inject('stack');
  // Some histories that a test reads are larger than the 4 MB that a client takes by default.
  const channelArgs = { 'grpc.max_receive_message_length': 64 * 1024 * 1024 };
  const client = new Client({ connection: await Connection.connect({ address, channelArgs }), namespace });
  const database = await createFreshDatabase(databaseUrl);
  await prepareGates(database.knex);
  const taskQueue = `test-${randomUUID()}`;
  const workers: WorkerProcess[] = [];
  const runs: RunHandle[] = [];

  const start: Lab['start'] = async (type, input, queue = taskQueue) => {
    const handle = await client.workflow.start(type, {
      args: input === undefined ? [] : [input],
      taskQueue: queue,
      workflowId: `${type}-${randomUUID()}`,
    });
    runs.push(handle);
    return handle;
  };
  return {
    client,
    database,
    taskQueue,
    start,
    run: async (type, input) => outcomeOf(await start(type, input)),
    worker: async ({ root }, more) => {
      const worker = await startWorker({ root, taskQueue, databaseUrl: database.url, ...more });
      workers.push(worker);
      return worker;
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.kill()));
      // What a failed test left open would be retried on this server for ever.
      await Promise.all(runs.map((run) => run.terminate('the test is over').catch(() => {})));
      await client.connection.close();
      await database.drop();
    },
  };
}

/** Waits until `check` throws no more; throws what it threw last. */
export function eventually(check: () => Promise<void>): Promise<void> {
  return vi.waitFor(check, { timeout: 30_000, interval: 25 });
}

/** A project of these definitions and the engine's test activities. Throws if there is a finding in it. */
export function labProject(definitions: { readonly [name: string]: string }): TestProject {
  const project = createProject(definitions, ACTIVITIES);
  const loaded = loadProject(project.root);
  const findings = findingsOf(loaded);
  if (findings.length === 0) return project;
  project.destroy();
  throw new Error(renderText(findings, loaded.sources));
}
