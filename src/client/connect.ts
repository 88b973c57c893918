import { Client, Connection, type ConnectionOptions } from '@temporalio/client';

/** Where a Temporal server is and how to reach it. */
export interface TemporalTarget {
  /** `host:port`. */
  readonly address: string;
  readonly namespace: string;
  /** false: not encrypted; certificates and key in PEM. */
  readonly tls: false | NonNullable<Exclude<ConnectionOptions['tls'], boolean>>;
  readonly apiKey?: string | undefined;
}

/** What the SDK's connections, the client's and the worker's alike, are made with. */
export function connectionOptions({ address, tls, apiKey }: Omit<TemporalTarget, 'namespace'>) {
  return { address, tls, ...(apiKey !== undefined && { apiKey }) };
}

/** The server could not be reached, or does not know the namespace. */
export class CannotReachTemporal extends Error {
  override readonly name = 'CannotReachTemporal';
}

/**
 * Connects to a server and makes sure that it has the namespace.
 * @throws CannotReachTemporal, within ten seconds
 */
export async function connect(target: TemporalTarget): Promise<Client> {
  const { address, namespace } = target;
  try {
    const connection = await Connection.connect({ ...connectionOptions(target), connectTimeout: '8s' });
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
