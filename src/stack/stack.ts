/**
 * The embedded stack: a Temporal dev server and a PostgreSQL on this machine, with their data in one folder. They
 * outlive whoever started them; the next start on the same folder finds them again.
 */
import { mkdir, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { explainFileError, StackError } from './errors.ts';
import { withLock } from './lock.ts';
import { endPostgres, ensurePostgres, findPostgres, readDatabaseUrl } from './postgres-server.ts';
import { isRunning } from './processes.ts';
import { type Report, reportTask } from './progress.ts';
import { type RunningServer, readState, recordServer } from './state.ts';
import { endTemporal, ensureTemporal, findTemporal } from './temporal-server.ts';

export { StackError, type StackErrorCode } from './errors.ts';
export type { Report, StackEvent, StackTask } from './progress.ts';

export interface StackOptions {
  /** Where all data and logs are kept, for instance `.estuary/dev`; created where it is missing. */
  readonly dataDirectory: string;
  /** Called with what happens, for people to watch. */
  readonly report?: Report;
  /** Created where it is missing. */
  readonly namespace?: string;
  /** Path or name of the Temporal CLI; if given, no other is looked for. */
  readonly temporalCli?: string | undefined;
  /** Wished ports on loopback; where one is taken another is chosen. 0: any free one. */
  readonly ports?: {
    readonly temporal?: number | undefined;
    readonly ui?: number | undefined;
    readonly database?: number | undefined;
  };
  readonly env?: NodeJS.ProcessEnv;
}

export interface Stack {
  readonly temporal: { readonly address: string; readonly namespace: string; readonly uiUrl: string };
  /** With user and password. */
  readonly database: { readonly url: string };
  /** Which of the two this call started; the other ran already. */
  readonly started: { readonly temporal: boolean; readonly database: boolean };
}

export interface StackStatus {
  readonly temporal?: {
    readonly pid: number;
    readonly address: string;
    readonly uiUrl: string;
    readonly log: string;
  };
  readonly database?: { readonly pid: number; readonly url: string; readonly log: string };
}

/** The data folder of a project's stack: `dev` for whoever works with it, the others for tests and benchmarks. */
export function stackDirectory(root: string, name: 'dev' | 'test' | 'bench'): string {
  return join(root, '.estuary', name);
}

/** Building the Temporal CLI may take some minutes, and whoever does it holds the folder's lock meanwhile. */
const LOCK_TIMEOUT_MS = 30 * 60_000;

/**
 * Has both servers running and answering, and returns where. If one cannot be started, the other is stopped again
 * if this call started it. Throws StackError: `no-temporal-cli`, `temporal-cli-unusable`, `temporal-start-failed`,
 * `postgres-missing`, `postgres-as-root`, `postgres-start-failed`, `data-directory-unusable`, `disk-full`, `locked`,
 * `not-ours-to-stop`.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { report = () => undefined, namespace = 'estuary', env = process.env, ports = {} } = options;
  return inDataDirectory(options.dataDirectory, report, LOCK_TIMEOUT_MS, async (dataDirectory) => {
    const [temporal, database] = await Promise.allSettled([
      ensureTemporal({ dataDirectory, namespace, cli: options.temporalCli, ports, env, report }),
      ensurePostgres({ dataDirectory, port: ports.database, env, report }),
    ]);
    if (temporal.status === 'fulfilled' && database.status === 'fulfilled') {
      const { port, uiPort } = temporal.value.server;
      return {
        temporal: { address: `127.0.0.1:${port}`, namespace, uiUrl: `http://127.0.0.1:${uiPort}` },
        database: { url: database.value.url },
        started: { temporal: temporal.value.started, database: database.value.started },
      };
    }
    // Both are ended before either is forgotten: on a full disk there is no writing that down.
    const [ownTemporal, ownDatabase] = [startedHere(temporal), startedHere(database)];
    if (ownTemporal !== undefined) await endTemporal(ownTemporal);
    if (ownDatabase !== undefined) await endPostgres(ownDatabase);
    if (ownTemporal !== undefined) recordServer(dataDirectory, 'temporal', undefined);
    if (ownDatabase !== undefined) recordServer(dataDirectory, 'database', undefined);
    // On a full disk a server may end without a word, since its log is on it too.
    await tryToWrite(dataDirectory);
    const reasons: unknown[] = [temporal, database].flatMap((server) =>
      server.status === 'rejected' ? [server.reason] : [],
    );
    // Where one had no room the other seldom knows what hit it.
    throw reasons.find((reason) => reason instanceof StackError && reason.code === 'disk-full') ?? reasons[0];
  });

  /** The pid of the server that this call started, if it did. */
  function startedHere(
    result: PromiseSettledResult<{ readonly server: RunningServer; readonly started: boolean }>,
  ): number | undefined {
    return result.status === 'fulfilled' && result.value.started ? result.value.server.pid : undefined;
  }
}

/** Which servers of this data folder run; asks the processes, not the servers. */
export async function stackStatus(dataDirectory: string): Promise<StackStatus> {
  const { temporal, database } = readState(dataDirectory);
  const status: { -readonly [part in keyof StackStatus]: StackStatus[part] } = {};
  if (temporal && (await isRunning(temporal))) {
    const { pid, port, uiPort, log } = temporal;
    status.temporal = { pid, address: `127.0.0.1:${port}`, uiUrl: `http://127.0.0.1:${uiPort}`, log };
  }
  if (database && (await isRunning(database))) {
    const { pid, log } = database;
    status.database = { pid, url: await readDatabaseUrl(database), log };
  }
  return status;
}

/**
 * Stops the servers of this data folder, and says which ran; the data stays. Throws StackError `locked` while they
 * are being started, `not-ours-to-stop` if they belong to another user.
 */
export async function stopStack(
  dataDirectory: string,
  report: Report = () => undefined,
): Promise<{ readonly temporal: boolean; readonly database: boolean }> {
  return inDataDirectory(dataDirectory, report, 30_000, async (directory) => {
    const { temporal, database } = readState(directory);
    const temporals = await stillRunning(temporal, await findTemporal(directory));
    const databases = await stillRunning(
      database,
      await findPostgres(database?.home ?? join(directory, 'postgres')),
    );
    await endAll('stop-temporal', 'Temporal', temporals, endTemporal);
    recordServer(directory, 'temporal', undefined);
    await endAll('stop-database', 'PostgreSQL', databases, endPostgres);
    recordServer(directory, 'database', undefined);
    return { temporal: temporals.size > 0, database: databases.size > 0 };
  });

  /** The server that was noted, if it still is that one, and any other on our data. */
  async function stillRunning(
    noted: RunningServer | undefined,
    onOurData: readonly number[],
  ): Promise<Set<number>> {
    return new Set(noted && (await isRunning(noted)) ? [noted.pid, ...onOurData] : onOurData);
  }

  async function endAll(
    task: 'stop-temporal' | 'stop-database',
    what: string,
    pids: ReadonlySet<number>,
    end: (pid: number) => Promise<void>,
  ): Promise<void> {
    for (const pid of pids) {
      const value = undefined;
      await reportTask(report, task, what, async () =>
        end(pid).then(() => ({ value, detail: `${what} has ended` })),
      );
    }
  }
}

/** Runs `work` with the folder's real path, that it can be written, and nobody else at work in it. */
async function inDataDirectory<T>(
  path: string,
  report: Report,
  timeoutMs: number,
  work: (dataDirectory: string) => Promise<T>,
): Promise<T> {
  try {
    await mkdir(path, { recursive: true });
    const directory = await realpath(path);
    await tryToWrite(directory);
    const onWait = (pid: number) => {
      const detail = `process ${pid} is starting or stopping the same servers`;
      report({ task: 'wait-for-lock', state: 'begin', detail, elapsedMs: 0 });
    };
    return await withLock(directory, { timeoutMs, onWait }, () => work(directory));
  } catch (error) {
    throw explainFileError(error, path);
  }
}

/** Writes some bytes there and removes them again; throws what the file system says. */
async function tryToWrite(directory: string): Promise<void> {
  const probe = join(directory, `write-probe.${process.pid}`);
  await writeFile(probe, Buffer.alloc(64 * 1024)).finally(() => rm(probe, { force: true }));
}
