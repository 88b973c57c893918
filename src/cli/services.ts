import type { Config, ConfigProblem } from '../config/config.ts';
import { chooseServices } from '../config/services.ts';
import { readTls, type TlsMaterial } from '../config/tls.ts';
import { type Report, type StackTask, stackDirectory, stackStatus, startStack } from '../stack/stack.ts';
import { err } from './colors.ts';
import { CommandFailure, EXIT } from './command-failure.ts';

/** The Temporal and the PostgreSQL that a command works on. */
export interface OpenServices {
  readonly kind: 'embedded' | 'configured';
  readonly address: string;
  /** Where the address was set: `TEMPORAL_HOST`, `estuary.yaml:3`, `embedded`. */
  readonly addressFrom: string;
  readonly namespace: string;
  readonly tls: false | TlsMaterial;
  readonly apiKey?: string | undefined;
  readonly databaseUrl: string;
  /** Temporal's Web UI, where we know it. */
  readonly uiUrl?: string;
}

/** The configured servers, or the embedded ones, started where they do not run yet. */
export async function openServices(config: Config, notice: (line: string) => void): Promise<OpenServices> {
  const configured = configuredServices(config);
  if (configured !== undefined) return configured;
  const { namespace } = config.temporal;
  const stack = await startStack({
    dataDirectory: stackDirectory(config.root, 'dev'),
    namespace,
    temporalCli: config.stack.temporalCli,
    ports: config.stack.ports,
    report: stackReport(notice),
  });
  // For the application's code in this process: on these servers nothing real may be reached.
  process.env.ESTUARY_EMBEDDED = '1';
  return {
    kind: 'embedded',
    address: stack.temporal.address,
    addressFrom: 'embedded',
    namespace: stack.temporal.namespace,
    tls: false,
    databaseUrl: stack.database.url,
    uiUrl: stack.temporal.uiUrl,
  };
}

/** The same without starting anything: undefined where the embedded servers are meant and not both of them run. */
export async function findServices(config: Config): Promise<OpenServices | undefined> {
  const configured = configuredServices(config);
  if (configured !== undefined) return configured;
  const { temporal, database } = await stackStatus(stackDirectory(config.root, 'dev'));
  if (temporal === undefined || database === undefined) return undefined;
  const { address, uiUrl } = temporal;
  const { namespace } = config.temporal;
  return {
    kind: 'embedded',
    address,
    addressFrom: 'embedded',
    namespace,
    tls: false,
    databaseUrl: database.url,
    uiUrl,
  };
}

/** What to say where servers are needed, none are configured, and starting them is not for us. */
export function noEmbeddedServers(): CommandFailure {
  return new CommandFailure(
    'no-servers',
    "no servers are configured, and the project's embedded ones do not run",
    {
      exit: EXIT.unreachable,
      hint: 'start them: estuary dev; or set TEMPORAL_ADDRESS and DATABASE_URL',
    },
  );
}

function configuredServices(config: Config): OpenServices | undefined {
  const chosen = chooseServices(config);
  if ('problem' in chosen) throw configurationFailure(chosen.problem);
  if (chosen.services.kind === 'embedded') return undefined;
  const { namespace, apiKey } = config.temporal;
  const { address, databaseUrl } = chosen.services;
  const { tls, problem } = readTls(config);
  if (problem !== undefined) throw configurationFailure(problem);
  const addressFrom = config.sources['temporal.address'];
  return { kind: 'configured', address, addressFrom, namespace, tls, apiKey, databaseUrl };
}

function configurationFailure({ code, where, message, hint }: ConfigProblem): CommandFailure {
  const place = code === 'half-configured' || message.includes(where) ? '' : `${where}: `;
  return new CommandFailure(code, place + message, { exit: EXIT.usage, hint });
}

const TASKS: { readonly [task in StackTask]: string } = {
  'wait-for-lock': 'Waiting',
  'find-temporal': 'Temporal CLI',
  'download-temporal': 'Temporal CLI, download',
  'build-temporal': 'Temporal CLI, build',
  'start-temporal': 'Temporal server',
  'prepare-database': 'PostgreSQL, files',
  'start-database': 'PostgreSQL',
  'stop-temporal': 'Stopped',
  'stop-database': 'Stopped',
};

/** Tells people what the embedded stack does: what has been done at once, and every few seconds what takes long. */
export function stackReport(notice: (line: string) => void): Report {
  const EVERY_MS = 5000;
  const told = new Map<string, number>();
  return ({ task, state, detail, elapsedMs }) => {
    const line = `${TASKS[task]}: ${detail}`;
    const took = elapsedMs >= 1000 ? err.dim(` ${seconds(elapsedMs)}`) : '';
    if (state === 'done') notice(`${err.green('✓')} ${line}${took}`);
    else if (state === 'failed') notice(`${err.red('✗')} ${line}${took}`);
    else if (task === 'wait-for-lock' || elapsedMs - (told.get(task) ?? 0) >= EVERY_MS) {
      told.set(task, elapsedMs);
      notice(`${err.dim('…')} ${line}${took}`);
    }
  };
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0)} s`;
}
