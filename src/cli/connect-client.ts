import type { Client } from '@temporalio/client';
import { connect } from '../client/connect.ts';
import { cannotReachTemporal, refuseUnreachable } from './reach-temporal.ts';
import type { OpenServices } from './services.ts';

/**
 * A client of the services' Temporal.
 * @throws CommandFailure `cannot-reach-temporal`, at once if the connection is refused, else within ten seconds
 */
export async function connectClient(services: OpenServices): Promise<Client> {
  await refuseUnreachable(services);
  try {
    return await connect(services);
  } catch (error) {
    throw cannotReachTemporal((error as Error).message, services);
  }
}
