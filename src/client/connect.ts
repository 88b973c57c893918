import { Client, Connection } from '@temporalio/client';

/** Where a Temporal server is and how to reach it. */
export interface TemporalTarget {
  /** `host:port`. */
  readonly address: string;
  readonly namespace: string;
  readonly tls: boolean;
}

/** The server could not be reached, or does not know the namespace. */
export class CannotReachTemporal extends Error {
  override readonly name = 'CannotReachTemporal';
}

/**
 * Connects to a server and makes sure that it has the namespace.
 * @throws CannotReachTemporal, within ten seconds
 */
export async function connect({ address, namespace, tls }: TemporalTarget): Promise<Client> {
  try {
    const connection = await Connection.connect({ address, tls, connectTimeout: '8s' });
    await connection.withDeadline(Date.now() + 5000, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    return new Client({ connection, namespace });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CannotReachTemporal(
      `no answer from Temporal at ${address}, namespace '${namespace}': ${reason}`,
    );
  }
}
