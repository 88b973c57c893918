import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Runtime, type Worker } from '@temporalio/worker';
import type { Knex } from 'knex';
import type { Config } from '../config/config.ts';
import type { Project } from '../project/project.ts';
import { BUNDLE } from '../worker/bundle-workflow.ts';
import { countInFlight, type InFlight } from '../worker/in-flight.ts';
import { type LoadedActivities, loadActivities } from '../worker/load-activities.ts';
import { workerLogger } from '../worker/log.ts';
import { requiredSearchAttributes } from '../worker/search-attributes.ts';
import { createWorker, GRACE_SECONDS } from '../worker/worker.ts';
import { buildFolder } from './application.ts';
import { CommandFailure, EXIT } from './command-failure.ts';
import { connectWorker } from './connect-worker.ts';
import { type LogSettings, logWriter } from './log-lines.ts';
import { refuseUnreachable } from './reach-temporal.ts';
import type { OpenServices } from './services.ts';

export interface Served {
  readonly worker: Worker;
  readonly activities: LoadedActivities;
  readonly inFlight: InFlight;
  /** Resolves when the worker has stopped; rejects if it fell over. */
  readonly stopped: Promise<void>;
  /**
   * Takes nothing more and lets what runs finish, then closes the connection and the database.
   * @returns the activities that did not finish in time; another worker tries them again, and this process ends soon
   */
  stop(): Promise<ReturnType<InFlight['counts']>>;
}

export interface ServeOptions {
  readonly config: Config;
  readonly services: OpenServices;
  readonly project: Project;
  readonly database: Knex;
  readonly taskQueue: string;
  readonly domains?: readonly string[] | undefined;
  /** Activities without which it refuses to serve. */
  readonly mustServe?: readonly string[] | undefined;
  /** Default: as configured. */
  readonly log?: LogSettings;
}

let installed = false;

/**
 * Runs a worker in this process.
 * @throws CommandFailure `activities-not-usable`, `cannot-reach-temporal`, `search-attributes-missing`,
 * `search-attribute-type`
 */
export async function serve(options: ServeOptions): Promise<Served> {
  const { config, services, project, database, taskQueue, domains } = options;
  const activities = await loadActivities(project.signatures.values(), buildFolder(config), domains);
  refuseMissing(activities, options.mustServe ?? []);
  const plans = [...project.definitions.values()].flatMap(({ runnable }) => runnable?.plan ?? []);
  await refuseUnreachable(services);
  // Only now: a runtime that never has a connection keeps the process from ending.
  installRuntime(options.log ?? config.log);
  const connection = await connectWorker(services, requiredSearchAttributes(plans));
  const inFlight = countInFlight();
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
    limits: config.worker,
    inFlight,
  });
  // While an activity that never ends holds the worker, the connection cannot be closed.
  const stopped = worker.run().finally(() => connection.close().catch(() => {}));
  // Whoever awaits `stopped` sees the rejection; nobody awaiting it yet is no crash.
  stopped.catch(() => {});
  return {
    worker,
    activities,
    inFlight,
    stopped,
    stop: async () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
      const failure = await Promise.race([
        stopped.then(() => undefined, String),
        sleep(STOP_MS, undefined, { ref: false }),
      ]);
      // Where something never ends, the worker fails in one way or another, or never stops.
      if (Object.keys(inFlight.counts()).length > 0) return abandon(inFlight);
      await database.destroy();
      if (failure !== undefined) await stopped;
      return {};
    },
  };
}

/** A bit more than what the worker is given to stop by itself. */
const STOP_MS = (GRACE_SECONDS + 6) * 1000;

/** For the last words of a command whose process has to end. */
const LAST_WORDS_MS = 1000;

/** Whatever does not end holds its connections, to both servers, and would keep the process for ever. */
function abandon(inFlight: InFlight): ReturnType<InFlight['counts']> {
  setTimeout(() => process.exit(), LAST_WORDS_MS).unref();
  return inFlight.counts();
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

/** @throws CommandFailure `activities-not-usable` */
function refuseMissing({ served, problems }: LoadedActivities, mustServe: readonly string[]): void {
  const names = new Set(served.map(({ signature }) => signature.name));
  if (mustServe.every((name) => names.has(name))) return;
  throw new CommandFailure('activities-not-usable', problems.join('\n'), { exit: EXIT.findings });
}

function engineVersion(): string {
  const text = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
