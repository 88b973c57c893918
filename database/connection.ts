import type { Socket } from 'node:net';
import knex, { type Knex } from 'knex';
import type { Client, ClientConfig } from 'pg';

export interface DatabaseOptions {
  /** Connections at most. Default 10. */
  readonly poolMax?: number;
  /** Shown in pg_stat_activity. Default `estuary`. */
  readonly applicationName?: string;
  /** A statement that takes longer is ended by the server. Milliseconds, default 60 000; 0 is for ever. */
  readonly statementTimeoutMs?: number;
  /** A statement that waits longer for a lock is ended by the server. Milliseconds, default 20 000; 0 is for ever. */
  readonly lockTimeoutMs?: number;
}

/** How much longer than the server's own limit an answer may take before the way to it counts as lost. */
const ANSWER_GRACE_MS = 5_000;

/**
 * The application's connection pool for a URL of the form `postgres://user:password@host:port/database`.
 * Nothing is opened until the first query; `destroy()` closes it.
 */
export function openDatabase(url: string, options: DatabaseOptions = {}): Knex {
  const statementTimeoutMs = options.statementTimeoutMs ?? 60_000;
  const connection: ClientConfig = {
    connectionString: url,
    application_name: options.applicationName ?? 'estuary',
    statement_timeout: statementTimeoutMs,
    lock_timeout: options.lockTimeoutMs ?? 20_000,
    // A worker that stalls in a transaction must not hold its locks for ever.
    idle_in_transaction_session_timeout: 60_000,
    connectionTimeoutMillis: 10_000,
  };
  return knex({
    client: 'pg',
    connection: connection as Knex.PgConnectionConfig,
    pool: {
      min: 0,
      max: options.poolMax ?? 10,
      // After a failover a connection to what is a read-only replica by now works, and never will again.
      maxConnectionLifetimeMillis: 30_000,
      maxConnectionLifetimeJitterMillis: 5_000,
      afterCreate: (client: Client, done: (error: null, client: Client) => void) => {
        if (statementTimeoutMs > 0) endWhenSilent(client, statementTimeoutMs + ANSWER_GRACE_MS);
        done(null, client);
      },
    },
    // Less than the 30 s that an activity commonly has, so that it fails with this reason and not by its timeout.
    acquireConnectionTimeout: 20_000,
    log: {
      // The error is thrown as well, and whoever catches it says it better; a connection that was cut while nobody
      // used it is replaced, and nobody need know.
      warn: (message: string) => {
        if (!/^(Acquire connection|Connection) [Ee]rror/.test(message)) console.error(message);
      },
    },
  });
}

/**
 * Where the network swallows everything, no limit of the server's ends a statement, and TCP gives up after a quarter
 * of an hour; until then the connection would be one less in the pool. Its statement fails, and is tried again.
 */
function endWhenSilent(client: Client, silenceMs: number): void {
  // The socket of the connection as it is, TLS and all.
  const socket = client.connection.stream as Socket;
  socket.setTimeout(silenceMs, () => {
    // Whoever holds a transaction open and asks nothing, as the migrations' lock does, is no such case.
    const { readyForQuery } = client as Client & { readonly readyForQuery: boolean };
    if (!readyForQuery) socket.destroy(new Error(`No answer from PostgreSQL for ${silenceMs / 1000} s`));
  });
}
