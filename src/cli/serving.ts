/** What `worker start` and `dev` share: a worker in the foreground until it is told to stop. */
import type { Config } from '../config/config.ts';
import { findingsOf, type Project } from '../project/project.ts';
import { loadApplicationDatabase, migratorOf, prepareEmbeddedDatabase } from './application.ts';
import { err } from './colors.ts';
import { CommandFailure, EXIT } from './command-failure.ts';
import { serve } from './serve.ts';
import type { OpenServices } from './services.ts';

export interface ServingOptions {
  readonly config: Config;
  readonly services: OpenServices;
  readonly project: Project;
  readonly taskQueue: string;
  readonly domains?: readonly string[] | undefined;
  /** Refuse to start with a broken definition. */
  readonly strict?: boolean;
  readonly notice: (line: string) => void;
}

/** Runs a worker until SIGINT or SIGTERM; the first drains it, the second ends the process at once. */
export async function serveUntilStopped(options: ServingOptions): Promise<void> {
  const { config, services, project, taskQueue, domains, notice } = options;
  await reportFindings(project, options.strict ?? false, notice);
  const application = await loadApplicationDatabase(config);
  const database = application.openDatabase(services.databaseUrl, { poolMax: 20 });
  try {
    if (services.kind === 'embedded') await prepareEmbeddedDatabase(database, application, notice);
    else await refusePendingMigrations(await migratorOf(database, application).status());
    const served = await serve({ config, services, project, database, taskQueue, domains });
    for (const problem of served.activities.problems) notice(`${err.yellow('warning')}: ${problem}`);
    showWhatIsServed(
      options,
      served.activities.served.map(({ signature }) => signature.name),
    );
    const signal = await Promise.race([nextSignal(), served.stopped.then(() => 'stopped' as const)]);
    if (signal !== 'stopped') {
      notice(`${signal}: finishing what runs; once more ends at once`);
      void nextSignal().then(() => process.exit(EXIT.interrupted));
      await served.stop();
    }
  } finally {
    await database.destroy();
  }
}

/** A broken definition refuses new starts of itself, nothing else, unless `--strict`. */
async function reportFindings(
  project: Project,
  strict: boolean,
  notice: (line: string) => void,
): Promise<void> {
  const findings = findingsOf(project);
  if (findings.length === 0) return;
  const { renderText, summarize } = await import('../diagnostics/render-text.ts');
  notice(renderText(findings, project.sources, err));
  if (strict && findings.some(({ severity }) => severity === 'error')) {
    throw new CommandFailure('invalid-definition', summarize(findings), { exit: EXIT.findings });
  }
}

async function refusePendingMigrations({ pending }: { readonly pending: readonly string[] }): Promise<void> {
  if (pending.length === 0) return;
  throw new CommandFailure('pending-migrations', `the database lacks migrations: ${pending.join(', ')}`, {
    exit: EXIT.unreachable,
    hint: 'run `estuary db migrate`',
  });
}

function showWhatIsServed(
  { project, services, taskQueue, notice }: ServingOptions,
  activities: readonly string[],
): void {
  const workflows = [...project.definitions.values()].filter(({ runnable }) => runnable !== undefined);
  notice(
    `${err.green('✓')} Serving task queue ${err.bold(taskQueue)} at ${services.address}, namespace ${services.namespace}`,
  );
  notice(`  ${err.dim('workflows ')} ${workflows.map(({ name }) => name).join(', ') || 'none'}`);
  notice(`  ${err.dim('activities')} ${activities.join(', ') || 'none'}`);
}

function nextSignal(): Promise<'SIGINT' | 'SIGTERM'> {
  return new Promise((resolve) => {
    process.once('SIGINT', () => resolve('SIGINT'));
    process.once('SIGTERM', () => resolve('SIGTERM'));
  });
}
