/** A worker in the foreground until it is told to stop. */
import type { Config } from '../config/config.ts';
import { findingsOf, type Project } from '../project/project.ts';
import { loadApplicationDatabase, migratorOf, prepareEmbeddedDatabase } from './application.ts';
import { err } from './colors.ts';
import { CommandFailure, EXIT } from './command-failure.ts';
import type { Notice } from './log-lines.ts';
import { serve } from './serve.ts';
import type { OpenServices } from './services.ts';
import type { ServedSummary } from './serving-report.ts';
import { describeAbandoned, describeDraining, describeServed, summarizeServed } from './serving-report.ts';
import { stopSignals } from './stop-signals.ts';

export interface ServingOptions {
  readonly config: Config;
  readonly services: OpenServices;
  readonly project: Project;
  readonly taskQueue: string;
  readonly domains?: readonly string[] | undefined;
  /** Activities without which it refuses to serve. */
  readonly mustServe?: readonly string[];
  readonly notice: Notice;
}

export interface Serving {
  readonly summary: ServedSummary;
  /** Activities that have no usable code, a sentence each. */
  readonly problems: readonly string[];
  /** How many of each activity run at the moment. */
  running(): { readonly [activity: string]: number };
  /** Whether it may still take a run up; a moment after `stop` it does not. */
  takesRuns(): boolean;
  /** Resolves when the worker has stopped by itself; rejects if it fell over. */
  readonly stopped: Promise<void>;
  /** Lets what runs finish. @returns what did not in time */
  stop(): Promise<{ readonly [activity: string]: number }>;
}

/**
 * Starts a worker with all that it needs: the database, migrated where it is an embedded one.
 * @throws CommandFailure `pending-migrations`, what `serve` throws, and what the database says
 */
export async function startServing(options: ServingOptions): Promise<Serving> {
  const { config, services, project, taskQueue, domains, mustServe, notice } = options;
  const application = await loadApplicationDatabase(config);
  const database = application.openDatabase(services.databaseUrl, { poolMax: 20 });
  try {
    if (services.kind === 'embedded') await prepareEmbeddedDatabase(database, application, notice);
    else refusePendingMigrations(await migratorOf(database, application).status());
    const served = await serve({ config, services, project, database, taskQueue, domains, mustServe });
    const { worker, activities, inFlight } = served;
    const names = activities.served.map(({ signature }) => signature.name);
    return {
      summary: {
        task_queue: taskQueue,
        address: services.address,
        namespace: services.namespace,
        ...summarizeServed(project, names),
        limits: {
          max_concurrent_activities: config.worker.maxConcurrentActivities,
          max_concurrent_workflow_tasks: config.worker.maxConcurrentWorkflowTasks,
          max_cached_workflows: worker.options.maxCachedWorkflows,
        },
      },
      problems: activities.problems,
      running: () => inFlight.counts(),
      takesRuns: () => worker.getStatus().workflowPollerState === 'POLLING',
      stopped: served.stopped,
      stop: served.stop,
    };
  } catch (error) {
    await database.destroy();
    throw error;
  }
}

/**
 * Serves until SIGINT or SIGTERM; the first drains the worker, the second ends the process at once.
 * @param emit takes each event of `--json`: `serving`, `draining`, `stopped`
 */
export async function serveUntilStopped(
  options: ServingOptions,
  emit: (event: object) => void,
): Promise<void> {
  const { notice } = options;
  const serving = await startServing(options);
  // Before it says that it serves: whoever waits for that may stop it at once.
  const [first, second] = stopSignals();
  void second.then(() => process.exit(EXIT.interrupted));
  for (const problem of serving.problems) notice(`${err.yellow('warning')}: ${problem}`, { level: 'warn' });
  notice(describeServed(serving.summary).join('\n'), { fields: serving.summary });
  emit({ event: 'serving', ...serving.summary, problems: serving.problems });
  const signal = await Promise.race([first, serving.stopped.then(() => undefined)]);
  if (signal !== undefined) {
    const draining = { signal, running: serving.running() };
    notice(describeDraining(signal, draining.running), { fields: draining });
    emit({ event: 'draining', ...draining });
  }
  const abandoned = await serving.stop();
  const warning = describeAbandoned(abandoned);
  if (warning !== undefined) notice(warning, { level: 'warn', fields: { abandoned } });
  emit({ event: 'stopped', abandoned });
}

/**
 * Shows the findings of a project. A broken definition refuses new starts of itself, nothing else, unless `strict`.
 * @throws CommandFailure `invalid-definition` if `strict` and there is an error
 */
export async function reportFindings(project: Project, strict: boolean, notice: Notice): Promise<void> {
  const findings = findingsOf(project);
  if (findings.length === 0) return;
  const { renderText, summarize } = await import('../diagnostics/render-text.ts');
  if (!strict || !findings.some(({ severity }) => severity === 'error')) {
    notice(renderText(findings, project.sources, err), { level: 'warn' });
    return;
  }
  const { renderJson } = await import('../diagnostics/render-json.ts');
  throw new CommandFailure('invalid-definition', summarize(findings), {
    exit: EXIT.findings,
    detail: renderText(findings, project.sources, err),
    findings: renderJson(findings, project.sources),
  });
}

function refusePendingMigrations({ pending }: { readonly pending: readonly string[] }): void {
  if (pending.length === 0) return;
  throw new CommandFailure('pending-migrations', `the database lacks migrations: ${pending.join(', ')}`, {
    exit: EXIT.unreachable,
    hint: 'run `estuary db migrate`',
  });
}
