import type { Client, ScheduleDescription } from '@temporalio/client';
import type { Config, ConfigFlags } from '../config/config.ts';
import { CommandFailure, EXIT } from './command-failure.ts';
import { EstuaryCommand } from './estuary-command.ts';
import { projectName } from './project-name.ts';
import type { OpenServices } from './services.ts';

export interface OpenSchedules {
  readonly client: Client;
  readonly config: Config;
  readonly services: OpenServices;
  /** The project's name: what its schedules are marked with. */
  readonly project: string;
}

/** A command that works on the schedules of a project. */
export abstract class ScheduleCommand extends EstuaryCommand {
  /** Connects to the configured or embedded server, and closes the connection after the work. */
  protected async withSchedules<T>(config: Config, work: (open: OpenSchedules) => Promise<T>): Promise<T> {
    const { openServices } = await import('./services.ts');
    const { connectClient } = await import('./connect-client.ts');
    const services = await openServices(config, (line) => this.notice(line));
    const client = await connectClient(services);
    try {
      return await work({ client, config, services, project: projectName(config.root) });
    } catch (error) {
      throw refusedByTemporal(error, services) ?? error;
    } finally {
      await client.connection.close();
    }
  }

  /** The same for what is done with one schedule of this project's. */
  protected async withSchedule<T>(
    flags: ConfigFlags,
    id: string,
    work: (open: OpenSchedules, description: ScheduleDescription) => Promise<T>,
  ): Promise<T> {
    return this.withSchedules(this.configuration(flags), async (open) => {
      const { findOwnSchedule } = await import('../client/schedule-acts.ts');
      const found = await findOwnSchedule(open.client, open.project, id);
      if (found.problem === undefined) return work(open, found.description);
      throw await noSuchSchedule(open, id, found.problem);
    });
  }
}

async function noSuchSchedule(
  { client, project }: OpenSchedules,
  id: string,
  problem: 'unknown' | 'foreign',
): Promise<CommandFailure> {
  if (problem === 'foreign') {
    const message = `the schedule '${id}' is not of the project '${project}', so it is not touched`;
    const hint = `with Temporal's own: temporal schedule describe --schedule-id ${id}`;
    return new CommandFailure('foreign-schedule', message, { exit: EXIT.usage, hint });
  }
  const { ownScheduleIds } = await import('../client/apply-schedules.ts');
  const { didYouMean } = await import('../json-schema/suggest.ts');
  const known = await ownScheduleIds(client, project);
  const none = 'nothing is applied yet: estuary schedule apply';
  return new CommandFailure('unknown-schedule', `there is no schedule '${id}'`, {
    exit: EXIT.usage,
    hint: known.length === 0 ? none : (didYouMean(id, known) ?? `schedules: ${known.sort().join(', ')}`),
  });
}

/** A call that the server answered with an error: no rights, for instance. */
function refusedByTemporal(error: unknown, { address }: OpenServices): CommandFailure | undefined {
  // What gRPC says, bare or as the SDK wraps it.
  const said = error instanceof Error && error.name === 'ServiceError' ? error.cause : error;
  const { code, details, message } = (said ?? {}) as { code?: unknown; details?: string; message?: string };
  if (typeof code !== 'number') return undefined;
  const reason = details || message;
  return new CommandFailure('temporal-refused', `Temporal at ${address}: ${reason}`, {
    exit: EXIT.unreachable,
  });
}
