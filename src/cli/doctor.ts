/** What `estuary doctor` looks at. Each check starts nothing, changes nothing, and comes to a value. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Config } from '../config/config.ts';
import { engineMigrations } from '../effects/migrations.ts';
import { findingsOf, type Project } from '../project/project.ts';
import { loadActivities } from '../worker/load-activities.ts';
import { buildFolder, loadApplicationDatabase } from './application.ts';
import { toCommandFailure } from './command-failure.ts';
import { connectClient } from './connect-client.ts';
import { READ_ONLY_HINT } from './database-failure.ts';
import type { OpenServices } from './services.ts';

export interface Check {
  readonly what: string;
  /** `note`: works, but is not the real thing; `unreachable`: a server does not answer. */
  readonly status: 'ok' | 'note' | 'wrong' | 'unreachable';
  readonly detail: string;
  /** How to mend it. */
  readonly hint?: string | undefined;
}

/** The server's version and the namespace. */
export async function checkTemporal(services: OpenServices): Promise<Check> {
  const what = 'Temporal';
  try {
    const client = await connectClient(services);
    const { serverVersion } = await client.connection.workflowService.getSystemInfo({});
    await client.connection.close();
    const at = `${services.address}, namespace ${services.namespace}, server ${serverVersion}`;
    if (services.kind === 'configured') return { what, status: 'ok', detail: at };
    return { what, status: 'note', detail: `embedded, ${at}` };
  } catch (error) {
    return failed(what, error);
  }
}

/** PostgreSQL's version, and which migrations it lacks; reads alone. */
export async function checkDatabase(config: Config, services: OpenServices): Promise<Check[]> {
  const what = 'PostgreSQL';
  try {
    const application = await loadApplicationDatabase(config);
    const database = application.openDatabase(services.databaseUrl, { poolMax: 1 });
    try {
      const { rows: settings } = await database.raw<{ rows: [{ server: string; read_only: string }] }>(
        "select current_setting('server_version') as server, current_setting('transaction_read_only') as read_only",
      );
      const table = await database.raw("select to_regclass('estuary.migrations') as name");
      const rows: { name: string }[] =
        table.rows[0].name === null ? [] : await database('estuary.migrations').select('name');
      const applied = new Set(rows.map(({ name }) => name));
      const all = [...engineMigrations, ...application.migrations].map(({ name }) => name);
      const pending = all.filter((name) => !applied.has(name));
      return [
        { what, ...describeServer(settings[0], services) },
        list('migrations', pending, `${all.length} applied`, 'pending', 'run `estuary db migrate`'),
      ];
    } finally {
      await database.destroy();
    }
  } catch (error) {
    return [failed(what, error)];
  }
}

function describeServer(
  { server, read_only }: { readonly server: string; readonly read_only: string },
  { kind }: OpenServices,
): Omit<Check, 'what'> {
  if (read_only === 'on') {
    const detail = `server ${server}, read-only: nothing can be recorded`;
    return { status: 'wrong', detail, hint: READ_ONLY_HINT };
  }
  return kind === 'configured'
    ? { status: 'ok', detail: `server ${server}` }
    : { status: 'note', detail: `embedded, server ${server}` };
}

/** Definitions and signatures, and the code of the activities. */
export async function checkProject(project: Project, config: Config): Promise<Check[]> {
  const errors = findingsOf(project).filter(({ severity }) => severity === 'error');
  const files = [...new Set(errors.map(({ file }) => file))];
  const { served, problems } = await loadActivities(project.signatures.values(), buildFolder(config));
  const [definitions, signatures] = [project.definitions.size, project.signatures.size];
  return [
    list(
      'definitions',
      files,
      `${definitions} definition${definitions === 1 ? '' : 's'}, ${signatures} signatures, no errors`,
      'errors in',
      'run `estuary wf validate`',
    ),
    list(
      'activities',
      problems,
      `${served.length} with code`,
      'not usable:',
      'add the code, and run `npm run build`',
    ),
  ];
}

/** The outside parts of the application, if its `providers/index.ts` tells of them. */
export async function checkProviders(config: Config, env: NodeJS.ProcessEnv): Promise<Check[]> {
  const path = join(buildFolder(config), 'providers', 'index.js');
  if (!existsSync(path)) return [];
  try {
    const { describeProviders } = (await import(pathToFileURL(path).href)) as Providers;
    return Object.entries(describeProviders(env)).map(([area, { name, sandbox }]) => ({
      what: `provider of ${area}`,
      status: sandbox ? 'note' : 'ok',
      detail: sandbox ? `${name}: nothing real happens` : name,
    }));
  } catch (error) {
    return [{ what: 'providers', status: 'wrong', detail: (error as Error).message }];
  }
}

interface Providers {
  describeProviders(env: NodeJS.ProcessEnv): {
    readonly [what: string]: { readonly name: string; readonly sandbox: boolean };
  };
}

/** Fine when nothing is amiss, else wrong with all of it. */
export function list(what: string, amiss: readonly string[], fine: string, is: string, hint: string): Check {
  if (amiss.length === 0) return { what, status: 'ok', detail: fine };
  return { what, status: 'wrong', detail: `${is} ${amiss.join(', ')}`, hint };
}

function failed(what: string, error: unknown): Check {
  const failure = toCommandFailure(error);
  if (failure === undefined) throw error;
  const status = failure.exit === 4 ? 'unreachable' : 'wrong';
  return { what, status, detail: failure.message, hint: failure.hint };
}
