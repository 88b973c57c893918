import { readFileSync } from 'node:fs';
import {
  GracefulShutdownPeriodExpiredError,
  NativeConnection,
  Runtime,
  type Worker,
} from '@temporalio/worker';
import type { Knex } from 'knex';
import { connectionOptions } from '../client/connect.ts';
import type { Config } from '../config/config.ts';
import type { Project } from '../project/project.ts';
import { BUNDLE } from '../worker/bundle-workflow.ts';
import { type LoadedActivities, loadActivities } from '../worker/load-activities.ts';
import { workerLogger } from '../worker/log.ts';
import { createWorker } from '../worker/worker.ts';
import { buildFolder } from './application.ts';
import { CommandFailure, EXIT } from './command-failure.ts';
import { type LogSettings, logWriter } from './log-lines.ts';
import { refuseUnreachable } from './reach-temporal.ts';
import type { OpenServices } from './services.ts';

export interface Served {
  readonly worker: Worker;
  readonly activities: LoadedActivities;
  /** Resolves when the worker has stopped; rejects if it fell over. */
  readonly stopped: Promise<void>;
  /** Lets what runs finish, then closes the connection. */
  stop(): Promise<void>;
}

export interface ServeOptions {
  readonly config: Config;
  readonly services: OpenServices;
  readonly project: Project;
  readonly database: Knex;
  readonly taskQueue: string;
  readonly domains?: readonly string[] | undefined;
  readonly maxConcurrentActivities?: number | undefined;
  /** Default: as configured. */
  readonly log?: LogSettings;
}

let installed = false;

/** Runs a worker in this process. */
export async function serve(options: ServeOptions): Promise<Served> {
  const { config, services, project, database, taskQueue, domains } = options;
  installRuntime(options.log ?? config.log);

  const activities = await loadActivities(project.signatures.values(), buildFolder(config), domains);
  const connection = await connectWorker(services);
  const worker = await createWorker({
    connection,
    namespace: services.namespace,
    taskQueue,
    project,
    activities: activities.served,
    database,
    taskQueues: config.taskQueues,
    engine: engineVersion(),
    bundle: BUNDLE,
    ...(options.maxConcurrentActivities !== undefined && {
      maxConcurrentActivities: options.maxConcurrentActivities,
    }),
  });
  const stopped = worker.run().finally(() => connection.close());
  // Whoever awaits `stopped` sees the rejection; nobody awaiting it yet is no crash.
  stopped.catch(() => {});
  return {
    worker,
    activities,
    stopped,
    stop: async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      await stopped.catch((error: unknown) => {
        // What did not finish in time is tried again by another worker: nothing is lost by leaving it.
        if (!(error instanceof GracefulShutdownPeriodExpiredError)) throw error;
      });
    },
  };
}

function installRuntime({ level, format }: LogSettings): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    // Signals are the commands' business; the SDK would drain on its own otherwise.
    shutdownSignals: [],
    logger: workerLogger(level, logWriter(format)),
    // Below WARN the core logs payloads.
    telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'ERROR' } } },
  });
}

async function connectWorker(services: OpenServices): Promise<NativeConnection> {
  await refuseUnreachable(services);
  try {
    return await NativeConnection.connect(connectionOptions(services));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandFailure(
      'cannot-reach-temporal',
      `no answer from Temporal at ${services.address}: ${reason}`,
      { exit: EXIT.unreachable },
    );
  }
}

function engineVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
