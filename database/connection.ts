import knex, { type Knex } from 'knex';
import type { ClientConfig } from 'pg';

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

/**
 * The application's connection pool for a URL of the form `postgres://user:password@host:port/database`.
 * Nothing is opened until the first query; `destroy()` closes it.
 */
export function openDatabase(url: string, options: DatabaseOptions = {}): Knex {
  const connection: ClientConfig = {
    connectionString: url,
    application_name: options.applicationName ?? 'estuary',
    statement_timeout: options.statementTimeoutMs ?? 60_000,
    lock_timeout: options.lockTimeoutMs ?? 20_000,
    // A worker that stalls in a transaction must not hold its locks for ever.
    idle_in_transaction_session_timeout: 60_000,
    connectionTimeoutMillis: 10_000,
  };
  return knex({
    client: 'pg',
    connection: connection as Knex.PgConnectionConfig,
    pool: { min: 0, max: options.poolMax ?? 10 },
    acquireConnectionTimeout: 30_000,
    log: {
      // The error is thrown as well, and whoever catches it says it better.
      warn: (message: string) => {
        if (!message.startsWith('Acquire connection error')) console.error(message);
      },
    },
  });
}
