import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { openDatabase } from '../../database/connection.ts';
import { migrations } from '../../database/migrations/index.ts';
import { createMigrator } from '../../src/effects/migrations.ts';

export interface FreshDatabase {
  readonly url: string;
  readonly knex: Knex;
  /** Closes the pool and drops the database. */
  drop(): Promise<void>;
}

/**
 * A database of its own on the tests' server, empty or migrated.
 *
 * @param serverUrl a URL of any database on the server, whose user may create others
 */
export async function createFreshDatabase(
  serverUrl: string,
  { migrated = true, poolMax = 10 }: { readonly migrated?: boolean; readonly poolMax?: number } = {},
): Promise<FreshDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await onServer(serverUrl, (server) => server.raw('create database ??', [name]));
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  const knex = openDatabase(url.href, { applicationName: 'estuary-test', poolMax });
  if (migrated) await createMigrator(knex, migrations).migrate();
  return {
    url: url.href,
    knex,
    drop: async () => {
      await knex.destroy();
      await onServer(serverUrl, (server) => server.raw('drop database ?? with (force)', [name]));
    },
  };
}

async function onServer(serverUrl: string, work: (server: Knex) => Promise<unknown>): Promise<void> {
  const server = openDatabase(serverUrl, { poolMax: 1 });
  try {
    await work(server);
  } finally {
    await server.destroy();
  }
}
