import { readConfiguration } from '../cli/configuration.ts';
import { connectClient } from '../cli/connect-client.ts';
import { findServices, noEmbeddedServers } from '../cli/services.ts';
import {
  type WorkflowClient,
  type WorkflowClientOptions,
  type WorkflowTypes,
  workflowClient,
} from '../client/workflows.ts';

export interface OpenWorkflows<Workflows extends WorkflowTypes<Workflows>> extends WorkflowClient<Workflows> {
  /** Closes the connection; runs go on. */
  close(): Promise<void>;
}

/**
 * Connects as the commands do: by the project's configuration, or to its embedded servers, which must run.
 * @param options `cwd`: a folder in the project, by default the current one; `env`: by default the process's;
 *   `ids`: those of `generated/workflows.ts`
 * @throws an Error with `code` and, where there is one, `hint`: `no-project`, or another problem of the configuration;
 *   `no-servers` if nothing is configured and the embedded servers do not run; `cannot-reach-temporal`
 */
export async function openWorkflows<Workflows extends WorkflowTypes<Workflows>>({
  cwd = process.cwd(),
  env = process.env,
  ids = {},
}: {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly ids?: NonNullable<WorkflowClientOptions['ids']>;
} = {}): Promise<OpenWorkflows<Workflows>> {
  const config = readConfiguration({ cwd, env });
  const services = await findServices(config);
  if (services === undefined) throw noEmbeddedServers();
  const client = await connectClient(services);
  const { taskQueues, temporal } = config;
  return {
    ...workflowClient<Workflows>(client, { taskQueue: temporal.taskQueue, taskQueues, ids }),
    close: () => client.connection.close(),
  };
}
