/** The Temporal dev server: a process that outlives us, with its data in one SQLite file. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { decide } from './decide.ts';
import { logTail, serverEnvironment, startDetached } from './detached.ts';
import { startFailure } from './errors.ts';
import { freePort, portWishes } from './ports.ts';
import { endProcess, findProcesses, identityOf, isRunning, until } from './processes.ts';
import { type Report, reportTask } from './progress.ts';
import { type RunningTemporal, readState, recordServer } from './state.ts';
import { findTemporalCli } from './temporal-cli.ts';

/** One history shard polls each of its queues 20 times a second unless told otherwise: 100 ms a step. */
const POLLS_PER_SECOND = 2000;
const UNBRAKED = ['transfer', 'timer', 'visibility'].map(
  (queue) => `history.${queue}ProcessorMaxPollRPS=${POLLS_PER_SECOND}`,
);

const START_TIMEOUT_MS = 90_000;
const PREFERRED = { grpc: 7233, ui: 8233 };

export interface TemporalOptions {
  readonly dataDirectory: string;
  readonly namespace: string;
  readonly cli: string | undefined;
  /** 0: any free port. */
  readonly ports: { readonly temporal?: number | undefined; readonly ui?: number | undefined };
  readonly env: NodeJS.ProcessEnv;
  readonly report: Report;
}

/**
 * The dev server on this data folder, running and serving `namespace`: the one that runs already, or a new one.
 * The caller holds the folder's lock. Throws StackError `temporal-start-failed` with the log's tail, and what
 * `findTemporalCli` throws.
 */
export async function ensureTemporal(
  options: TemporalOptions,
): Promise<{ readonly server: RunningTemporal; readonly started: boolean }> {
  const { dataDirectory, namespace, report } = options;
  const recorded = readState(dataDirectory).temporal;
  const decision = decide({
    recorded,
    identity: recorded && (await identityOf(recorded.pid)),
    onOurData: await findTemporal(dataDirectory),
  });
  if (decision.action === 'reuse') {
    const { server } = decision;
    if ((await waitUntilServing(server, namespace, START_TIMEOUT_MS)) === 'serving')
      return { server, started: false };
    // It runs, but does not answer: what a new one cannot make worse.
    await endTemporal(server.pid);
  } else {
    for (const pid of decision.endFirst) await endTemporal(pid);
  }
  const cli = await findTemporalCli({ configured: options.cli, env: options.env, dataDirectory, report });
  const server = await reportTask(report, 'start-temporal', cli, async () => {
    const value = await start(options, cli, recorded);
    return { value, detail: `127.0.0.1:${value.port}, Web UI http://127.0.0.1:${value.uiPort}` };
  });
  return { server, started: true };
}

/** Ends a dev server; its SQLite file keeps everything that it has acknowledged. Throws if it may not be ended. */
export async function endTemporal(pid: number): Promise<void> {
  await endProcess(pid, ['SIGTERM', 'SIGKILL'], 10_000);
}

/** The pids of the dev servers on this data folder. */
export function findTemporal(dataDirectory: string): Promise<number[]> {
  return findProcesses(['start-dev', databaseFile(dataDirectory)]);
}

function databaseFile(dataDirectory: string): string {
  return join(dataDirectory, 'temporal', 'temporal.db');
}

async function start(options: TemporalOptions, cli: string, former: RunningTemporal | undefined) {
  const { dataDirectory, namespace } = options;
  await mkdir(join(dataDirectory, 'temporal'), { recursive: true });
  const log = join(dataDirectory, 'temporal', 'server.log');
  // Between our choosing a port and the server's binding it somebody else may be quicker: then choose again.
  for (let attempt = 1; ; attempt += 1) {
    const again = attempt > 1;
    const port = await freePort(
      again ? [] : portWishes(options.ports.temporal, former?.port, PREFERRED.grpc),
    );
    const uiPort = await freePort(again ? [] : portWishes(options.ports.ui, former?.uiPort, PREFERRED.ui));
    const args = [
      ...['server', 'start-dev', '--ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)],
      ...['--namespace', namespace, '--db-filename', databaseFile(dataDirectory)],
      ...UNBRAKED.flatMap((value) => ['--dynamic-config-value', value]),
    ];
    const process = await startDetached({ command: cli, args, env: serverEnvironment(options.env), log });
    const server: RunningTemporal = { ...process, port, uiPort, log };
    recordServer(dataDirectory, 'temporal', server);
    const outcome = await waitUntilServing(server, namespace, START_TIMEOUT_MS);
    if (outcome === 'serving') return server;
    await endTemporal(server.pid);
    const tail = await logTail(log);
    if (outcome === 'ended' && attempt < 3 && /address already in use|port .* in use/i.test(tail)) continue;
    recordServer(dataDirectory, 'temporal', undefined);
    throw startFailure('temporal-start-failed', explain(cli, outcome, tail));
  }
}

function explain(cli: string, outcome: 'ended' | 'silent', tail: string): string {
  const how = outcome === 'ended' ? 'ended at once' : `did not answer within ${START_TIMEOUT_MS / 1000} s`;
  return `The Temporal dev server (${cli}) ${how}. The end of its log:\n${tail}`;
}

/**
 * Waits until the server answers for the namespace, which it is asked to create if it serves others only. `ended`
 * if its process is gone, `silent` after the timeout.
 */
async function waitUntilServing(
  server: RunningTemporal,
  namespace: string,
  timeoutMs: number,
): Promise<'serving' | 'ended' | 'silent'> {
  const { Connection, isGrpcServiceError } = await import('@temporalio/client');
  const { msToTs } = await import('@temporalio/common/lib/time.js');
  let outcome: 'serving' | 'ended' | 'silent' = 'silent';
  await until(async () => {
    if (!(await isRunning(server))) outcome = 'ended';
    else if (await serves()) outcome = 'serving';
    return outcome !== 'silent';
  }, timeoutMs);
  return outcome;

  async function serves(): Promise<boolean> {
    const address = `127.0.0.1:${server.port}`;
    const connection = await Connection.connect({ address, connectTimeout: 2000 }).catch(() => undefined);
    if (!connection) return false;
    try {
      await connection.withDeadline(Date.now() + 5000, () =>
        connection.workflowService.describeNamespace({ namespace }),
      );
      return true;
    } catch (error) {
      const unknown = isGrpcServiceError(error) && error.code === 5; // NOT_FOUND
      if (unknown) {
        const workflowExecutionRetentionPeriod = msToTs('7 days');
        const request = { namespace, workflowExecutionRetentionPeriod };
        await connection.workflowService.registerNamespace(request).catch(() => undefined);
      }
      return false;
    } finally {
      await connection.close();
    }
  }
}
