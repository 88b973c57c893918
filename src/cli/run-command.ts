import { Args } from '@oclif/core';
import type { Client } from '@temporalio/client';
import type { FoundRun } from '../client/steer.ts';
import type { Config, ConfigFlags } from '../config/config.ts';
import { CommandFailure, EXIT } from './command-failure.ts';
import { EstuaryCommand } from './estuary-command.ts';
import { shellWord, workerCommand } from './run-directions.ts';
import type { OpenServices } from './services.ts';

export interface OpenRun {
  readonly client: Client;
  readonly config: Config;
  readonly services: OpenServices;
  readonly run: FoundRun;
}

/** A command about one run that is there. */
export abstract class RunCommand extends EstuaryCommand {
  static readonly runArgs = {
    id: Args.string({ description: 'the workflow id of the run', required: true }),
  };

  /**
   * Connects to the configured or embedded server, finds the run, and closes the connection after the work.
   * @throws CommandFailure `unknown-run`
   */
  protected async withRun<T>(
    flags: ConfigFlags,
    id: string,
    work: (open: OpenRun) => Promise<T>,
  ): Promise<T> {
    const { openServices } = await import('./services.ts');
    const { connectClient } = await import('./connect-client.ts');
    const { findRun } = await import('../client/steer.ts');
    const config = this.configuration(flags);
    const services = await openServices(config, (line) => this.notice(line));
    const client = await connectClient(services);
    try {
      const run = await findRun(client, id);
      if (run === undefined) throw await unknownRun(client, services, id);
      return await work({ client, config, services, run });
    } finally {
      await client.connection.close();
    }
  }

  /** The same for what only a run that has not ended takes: `run-ended`. */
  protected async withOpenRun<T>(
    flags: ConfigFlags,
    id: string,
    work: (open: OpenRun) => Promise<T>,
  ): Promise<T> {
    return this.withRun(flags, id, async (open) => {
      if (open.run.status !== 'running') throw hasEnded(open.run);
      try {
        return await work(open);
      } catch (error) {
        // It has ended since it was found.
        if ((error as Error).name === 'WorkflowNotFoundError') throw hasEnded(open.run);
        throw error;
      }
    });
  }
}

/** Nobody answers for a run: what was asked is not known, or not done yet. */
export function noAnswer({ run, services, config }: OpenRun): CommandFailure {
  const { taskQueue } = run;
  const worker = workerCommand(services, taskQueue, config.temporal.taskQueue);
  const message = `no worker on task queue '${taskQueue}' answers for the run '${run.workflowId}'`;
  return new CommandFailure('no-worker', message, { exit: EXIT.unreachable, hint: `start one: ${worker}` });
}

function hasEnded({ workflowId, status }: FoundRun): CommandFailure {
  const how = status === 'running' ? '' : `: ${status.replace('_', ' ')}`;
  return new CommandFailure('run-ended', `the run '${workflowId}' has ended${how}`, {
    exit: EXIT.failed,
    hint: `look at it: estuary wf show ${shellWord(workflowId)}`,
  });
}

async function unknownRun(
  client: Client,
  { address, namespace }: OpenServices,
  id: string,
): Promise<CommandFailure> {
  const { recentRunIds } = await import('../client/steer.ts');
  const { nearest } = await import('../json-schema/suggest.ts');
  // A courtesy: what the server does not list is not suggested.
  const meant = nearest(id, await recentRunIds(client, 200).catch(() => []));
  const message = `there is no run with the workflow id '${id}' at ${address}, namespace '${namespace}'`;
  return new CommandFailure('unknown-run', message, {
    exit: EXIT.usage,
    hint: meant === undefined ? undefined : `did you mean '${meant}'?`,
  });
}
