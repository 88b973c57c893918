import { connect as connectSocket } from 'node:net';
import type { Client } from '@temporalio/client';
import { connect } from '../client/connect.ts';
import { CommandFailure, EXIT } from './command-failure.ts';
import type { OpenServices } from './services.ts';

/**
 * A client of the services' Temporal.
 * @throws CommandFailure `cannot-reach-temporal`, at once if the connection is refused, else within ten seconds
 */
export async function connectClient(services: OpenServices): Promise<Client> {
  const refusal = await refusalOf(services.address);
  try {
    if (refusal !== undefined) throw new Error(`no answer from Temporal at ${services.address}: ${refusal}`);
    return await connect(services);
  } catch (error) {
    throw new CommandFailure('cannot-reach-temporal', (error as Error).message, {
      exit: EXIT.unreachable,
      hint: `is a server up there? The address is from ${services.addressFrom}`,
    });
  }
}

/** Why nothing listens there, if that is plain; gRPC alone would try again for ten seconds and not tell the reason. */
function refusalOf(address: string): Promise<string | undefined> {
  // Behind a proxy it is for the proxy to find the server.
  if (Object.keys(process.env).some((name) => /^(grpc|https?)_proxy$/i.test(name))) {
    return Promise.resolve(undefined);
  }
  const { hostname, port } = new URL(`tcp://${address}`);
  return new Promise((resolve) => {
    const socket = connectSocket({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port),
      timeout: 5000,
    });
    const end = (reason?: string): void => {
      socket.destroy();
      resolve(reason);
    };
    socket.once('connect', () => end());
    socket.once('timeout', () => end());
    socket.once('error', ({ code, message }: NodeJS.ErrnoException) =>
      end(code === 'ECONNREFUSED' ? 'connection refused' : code === 'ENOTFOUND' ? 'no such host' : message),
    );
  });
}
