import type { Client } from '@temporalio/client';
import { pollersOf } from '../client/runs.ts';
import type { Config } from '../config/config.ts';
import type { Project } from '../project/project.ts';
import { loadApplicationDatabase, prepareEmbeddedDatabase } from './application.ts';
import { CommandFailure, EXIT } from './command-failure.ts';
import type { LogSettings } from './log-lines.ts';
import type { OpenServices } from './services.ts';

/** The worker in this process. */
export interface RunServer {
  stop(): Promise<unknown>;
  /** Rejects if the worker falls over; never resolves. */
  readonly fell: Promise<never>;
}

/**
 * Makes sure that somebody serves a run. On the embedded stack that is always this process too: another command
 * that serves at the moment may end before this run does.
 * @returns the worker, if one was started here
 * @throws CommandFailure `no-worker` if nobody polls the task queue of configured servers
 */
export async function haveRunServed(
  config: Config,
  project: Project,
  services: OpenServices,
  taskQueue: string,
  client: Client,
  notice: (line: string) => void,
  log: LogSettings,
): Promise<RunServer | undefined> {
  if (services.kind === 'configured') {
    if ((await pollersOf(client, taskQueue)).length > 0) return undefined;
    throw new CommandFailure(
      'no-worker',
      `no worker polls task queue '${taskQueue}' at ${services.address}`,
      {
        exit: EXIT.unreachable,
        hint: `start one: estuary worker start --task-queue ${taskQueue}`,
      },
    );
  }
  const application = await loadApplicationDatabase(config);
  const database = application.openDatabase(services.databaseUrl, { poolMax: 20 });
  try {
    await prepareEmbeddedDatabase(database, application, notice);
    const { serve } = await import('./serve.ts');
    const served = await serve({ config, services, project, database, taskQueue, log });
    return { stop: served.stop, fell: served.stopped.then(() => new Promise<never>(() => {})) };
  } catch (error) {
    await database.destroy();
    throw error;
  }
}
