/** PostgreSQL: a cluster in a folder, and the process that serves it on loopback and outlives us. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { decide } from './decide.ts';
import { logTail, serverEnvironment, startDetached } from './detached.ts';
import { StackError, startFailure } from './errors.ts';
import { freePort, portWishes } from './ports.ts';
import { postgresBinaries } from './postgres-binaries.ts';
import { chooseLauncher, giveTo, type Launcher } from './postgres-launcher.ts';
import { endProcess, findProcesses, identityOf, isRunning, until } from './processes.ts';
import { type Report, reportTask } from './progress.ts';
import { type RunningDatabase, readState, recordServer } from './state.ts';

const run = promisify(execFile);

/** Recovery after a crash is part of a start. */
const START_TIMEOUT_MS = 120_000;
const PREFERRED_PORT = 5433;
/** The database, and the user that owns it. */
const NAME = 'estuary';

export interface PostgresOptions {
  readonly dataDirectory: string;
  /** 0: any free port. */
  readonly port?: number | undefined;
  readonly env: NodeJS.ProcessEnv;
  readonly report: Report;
}

/**
 * PostgreSQL on this data folder, running, with a database: the one that runs already, or a new one. The caller
 * holds the folder's lock. `url` holds the password. Throws StackError `postgres-start-failed` with the log's tail,
 * `postgres-missing`, `postgres-as-root`.
 */
export async function ensurePostgres(
  options: PostgresOptions,
): Promise<{ readonly url: string; readonly server: RunningDatabase; readonly started: boolean }> {
  const { dataDirectory, report } = options;
  const recorded = readState(dataDirectory).database;
  const launcher = await chooseLauncher(await postgresBinaries(), join(dataDirectory, 'postgres'));
  const cluster = join(launcher.home, 'data');
  const decision = decide({
    recorded,
    identity: recorded && (await identityOf(recorded.pid)),
    onOurData: await findPostgres(launcher.home),
  });
  if (decision.action === 'reuse') {
    const { server } = decision;
    const url = await readDatabaseUrl(server);
    if ((await waitUntilServing(server, url)) === 'serving') return { url, server, started: false };
    await endPostgres(server.pid);
  } else {
    for (const pid of decision.endFirst) await endPostgres(pid);
  }
  await prepareCluster(launcher, cluster, options);
  await forgetRecycledPid(cluster);
  return reportTask(report, 'start-database', 'PostgreSQL', async () => {
    const server = await start(options, launcher, cluster, recorded);
    const url = await readDatabaseUrl(server);
    return { value: { url, server, started: true }, detail: `127.0.0.1:${server.port}` };
  });
}

/** The URL of the database, with its password. Throws StackError `postgres-start-failed` if that is gone. */
export async function readDatabaseUrl({ home, port }: RunningDatabase): Promise<string> {
  const password = await readPassword(home);
  return `postgres://${NAME}:${password}@127.0.0.1:${port}/${NAME}`;
}

/** Ends a postmaster: connections are cut, nothing that was committed is lost. Throws if it may not be ended. */
export async function endPostgres(pid: number): Promise<void> {
  // Fast shutdown first; then at once, which the next start recovers from. Never SIGKILL while its children live.
  await endProcess(pid, ['SIGINT', 'SIGQUIT'], 30_000);
}

/** The pids of the postmasters on the cluster under `home`. */
export function findPostgres(home: string): Promise<number[]> {
  return findProcesses(['-D', join(home, 'data'), '-p']);
}

/**
 * After a crash the cluster names the pid of its last postmaster. Where that pid is somebody else's by now,
 * PostgreSQL would refuse to start; where nobody has it, PostgreSQL itself knows best what to do.
 */
async function forgetRecycledPid(cluster: string): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  const pid = Number.parseInt(await readFile(file, 'utf8').catch(() => ''), 10);
  if ((await identityOf(pid)) !== undefined) await rm(file, { force: true });
}

/** Creates cluster and password, once; in a draft folder, so that an initdb that was killed leaves nothing behind. */
async function prepareCluster(
  launcher: Launcher,
  cluster: string,
  { report, env }: PostgresOptions,
): Promise<void> {
  const { home, binaries, owner, prefix, user } = launcher;
  await mkdir(home, { recursive: true });
  if ((await stat(cluster).catch(() => undefined)) !== undefined) return giveTo(owner, cluster);

  await reportTask(report, 'prepare-database', 'creating a PostgreSQL cluster', async () => {
    const password = join(home, 'password');
    await removeDrafts(home);
    // A name of our own: what is left of a killed start may still be writing to its draft.
    const draft = join(home, `draft.${process.pid}`);
    await mkdir(draft, { mode: 0o700 });
    await writeFile(password, `${randomBytes(24).toString('hex')}\n`, { mode: 0o600 });
    await copyFile(password, join(draft, 'password'));
    await giveTo(owner, draft);
    // In a file of the draft's owner, because the launcher's user may not be able to read ours.
    const [command, ...args] = [
      ...[
        ...prefix,
        binaries.initdb,
        '-D',
        join(draft, 'data'),
        `--username=${NAME}`,
        `--pwfile=${join(draft, 'password')}`,
      ],
      // The same order of text on every machine, whatever locales it has.
      ...['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--locale-provider=builtin'],
      ...['--builtin-locale=C.UTF-8', '--no-instructions'],
    ];
    try {
      await run(command!, args, {
        cwd: '/',
        env: serverEnvironment(env),
        timeout: START_TIMEOUT_MS,
        ...user,
      });
      await rename(join(draft, 'data'), cluster);
    } catch (error) {
      throw explainInit(error);
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
    return { value: undefined, detail: cluster };
  });
}

/** Removes what starts that were killed left behind, and ends the initdb that may still be at it. */
async function removeDrafts(home: string): Promise<void> {
  for (const name of (await readdir(home)).filter((entry) => entry.startsWith('draft.'))) {
    const draft = join(home, name);
    for (const pid of await findProcesses(['-D', join(draft, 'data')]))
      await endProcess(pid, ['SIGKILL'], 5000);
    // The server that initdb runs notices its end only at its next look at the input, and writes until then.
    await rm(draft, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

async function readPassword(home: string): Promise<string> {
  const file = join(home, 'password');
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text.trim() !== '') return text.trim();
  const message = `The embedded PostgreSQL's password is gone: '${file}' cannot be read. Restore it, or remove '${home}' to begin anew without its data.`;
  throw new StackError('postgres-start-failed', message);
}

function explainInit(error: unknown): StackError {
  const {
    stdout = '',
    stderr = '',
    message,
  } = error as { stdout?: string; stderr?: string; message: string };
  const output = `${stdout}${stderr}`.trim() || message;
  return startFailure(
    'postgres-start-failed',
    `PostgreSQL's cluster could not be created:\n${indent(output)}`,
  );
}

function indent(output: string): string {
  return output
    .split('\n')
    .slice(-12)
    .map((line) => `  ${line}`)
    .join('\n');
}

async function start(
  options: PostgresOptions,
  launcher: Launcher,
  cluster: string,
  former: RunningDatabase | undefined,
) {
  const { dataDirectory, env } = options;
  const log = join(dataDirectory, 'postgres.log');
  // Between our choosing a port and the server's binding it somebody else may be quicker: then choose again.
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort(attempt > 1 ? [] : portWishes(options.port, former?.port, PREFERRED_PORT));
    const [command, ...args] = [
      ...[...launcher.prefix, launcher.binaries.postgres, '-D', cluster, '-p', String(port)],
      // No socket in the file system: its path would often be too long.
      ...['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories='],
      ...['-c', 'timezone=UTC', '-c', 'log_timezone=UTC'],
      // A commit need not wait for the disk here: it is handed to the system, so that no killed process loses any;
      // only a power cut may, and the money is sandbox money. Not synchronous_commit=off, by which a killed server
      // loses what it had acknowledged, and a payment's record with it.
      ...['-c', 'fsync=off'],
    ];
    const server = {
      ...(await startDetached({
        command: command!,
        args,
        env: serverEnvironment(env),
        log,
        user: launcher.user,
      })),
      ...{ port, log, home: launcher.home },
    };
    recordServer(dataDirectory, 'database', server);
    const outcome = await waitUntilServing(server, await readDatabaseUrl(server));
    if (outcome === 'serving') return server;
    await endPostgres(server.pid);
    const tail = await logTail(log);
    // The second: processes of a postmaster that was killed take a moment to notice and end.
    const passes = /could not bind|could not create any TCP|shared memory block .* is still in use/i.test(
      tail,
    );
    if (outcome === 'ended' && attempt < 5 && passes) continue;
    recordServer(dataDirectory, 'database', undefined);
    const how = outcome === 'ended' ? 'ended at once' : `did not answer within ${START_TIMEOUT_MS / 1000} s`;
    throw startFailure('postgres-start-failed', `PostgreSQL ${how}. The end of its log:\n${tail}`);
  }
}

/** Waits until the server accepts us on our database, which is created where it is missing. */
async function waitUntilServing(
  server: RunningDatabase,
  url: string,
): Promise<'serving' | 'ended' | 'silent'> {
  const { default: pg } = await import('pg');
  let outcome: 'serving' | 'ended' | 'silent' = 'silent';
  await until(async () => {
    if (!(await isRunning(server))) outcome = 'ended';
    else if (await serves()) outcome = 'serving';
    return outcome !== 'silent';
  }, START_TIMEOUT_MS);
  return outcome;

  async function serves(): Promise<boolean> {
    try {
      await query(url, 'SELECT 1');
      return true;
    } catch (error) {
      const { code } = error as { code?: string };
      // too_many_connections: it runs, and ending it would take the connections away from those who have them.
      if (code === '53300') return true;
      const missing = code === '3D000'; // invalid_catalog_name
      // A start that was killed may just now be creating it too; whoever does, the next round finds it.
      if (missing)
        await query(url.replace(/[^/]*$/, 'postgres'), `CREATE DATABASE ${NAME}`).catch(() => undefined);
      return false;
    }
  }

  async function query(connectionString: string, sql: string): Promise<void> {
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5000 });
    // Without a listener a connection that is cut would end this process.
    client.on('error', () => undefined);
    try {
      await client.connect();
      await client.query(sql);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}
