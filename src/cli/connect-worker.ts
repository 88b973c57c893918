import { NativeConnection } from '@temporalio/worker';
import { connectionOptions } from '../client/connect.ts';
import { haveSearchAttributes, type SearchAttributes } from '../worker/search-attributes.ts';
import { CommandFailure, EXIT } from './command-failure.ts';
import { cannotReachTemporal } from './reach-temporal.ts';
import type { OpenServices } from './services.ts';

/**
 * A connection for a worker, to a namespace that has the search attributes which its runs set.
 * @throws CommandFailure `cannot-reach-temporal`, `search-attributes-missing`, `search-attribute-type`
 */
export async function connectWorker(
  services: OpenServices,
  required: SearchAttributes,
): Promise<NativeConnection> {
  const { address, namespace } = services;
  let connection: NativeConnection | undefined;
  try {
    connection = await NativeConnection.connect(connectionOptions(services));
    const { operatorService } = connection;
    const problem = await haveSearchAttributes({ operatorService, address, namespace }, required);
    if (problem === undefined) return connection;
    const { code, message, hint } = problem;
    throw new CommandFailure(code, message, { exit: EXIT.unreachable, hint });
  } catch (error) {
    await connection?.close();
    if (error instanceof CommandFailure) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw cannotReachTemporal(
      `no answer from Temporal at ${address}, namespace '${namespace}': ${reason}`,
      services,
    );
  }
}
