import pc from 'picocolors';
import type { Config } from '../config/config.ts';
import { chooseServices } from '../config/services.ts';
import { type Report, stackDirectory, startStack } from '../stack/stack.ts';
import { CommandFailure, EXIT } from './command-failure.ts';

/** The Temporal and the PostgreSQL that a command works on. */
export interface OpenServices {
  readonly kind: 'embedded' | 'configured';
  readonly address: string;
  readonly namespace: string;
  readonly tls: boolean;
  readonly databaseUrl: string;
  /** Temporal's Web UI, where we know it. */
  readonly uiUrl?: string;
  /** Which servers this call has started. */
  readonly started: boolean;
}

/** The configured servers, or the embedded ones, started where they do not run yet. */
export async function openServices(config: Config, notice: (line: string) => void): Promise<OpenServices> {
  const chosen = chooseServices(config);
  if ('problem' in chosen) {
    const { code, message, hint } = chosen.problem;
    throw new CommandFailure(code, message, { exit: EXIT.usage, hint });
  }
  const { namespace, tls } = config.temporal;
  if (chosen.services.kind === 'configured') {
    const { address, databaseUrl } = chosen.services;
    return { kind: 'configured', address, namespace, tls, databaseUrl, started: false };
  }
  const stack = await startStack({
    dataDirectory: stackDirectory(config.root, 'dev'),
    namespace,
    temporalCli: config.stack.temporalCli,
    ports: config.stack.ports,
    report: stackReport(notice),
  });
  return {
    kind: 'embedded',
    address: stack.temporal.address,
    namespace: stack.temporal.namespace,
    tls: false,
    databaseUrl: stack.database.url,
    uiUrl: stack.temporal.uiUrl,
    started: stack.started.temporal || stack.started.database,
  };
}

/** Tells people what the embedded stack does: what has been done at once, and every few seconds what takes long. */
export function stackReport(notice: (line: string) => void): Report {
  const EVERY_MS = 5000;
  const told = new Map<string, number>();
  return ({ task, state, detail, elapsedMs }) => {
    if (state === 'done')
      notice(`${pc.green('✓')} ${detail}${elapsedMs >= 1000 ? pc.dim(` ${seconds(elapsedMs)}`) : ''}`);
    else if (state === 'failed') notice(`${pc.red('✗')} ${detail}`);
    else if (elapsedMs - (told.get(task) ?? 0) >= EVERY_MS) {
      told.set(task, elapsedMs);
      notice(`${pc.dim('…')} ${detail}${pc.dim(` ${seconds(elapsedMs)}`)}`);
    }
  };
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 1 : 0)} s`;
}
