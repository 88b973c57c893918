/** What PostgreSQL, or the way to it, says no with; in words for people, by a stable code. */

/** Documented in docs/what-breaks.md. */
export const DATABASE_ERROR_CODES = [
  'cannot-reach-database',
  'database-connections-used-up',
  'database-read-only',
  'database-disk-full',
  'database-not-usable',
] as const;

export interface DatabaseFailure {
  readonly code: (typeof DATABASE_ERROR_CODES)[number];
  readonly message: string;
  readonly hint: string;
}

const NETWORK_CODES = new Set(['ECONNREFUSED', 'ENOTFOUND', 'ETIMEDOUT', 'EHOSTUNREACH', 'ECONNRESET']);
/** What pg and knex say without a code: the server did not answer in time, or hung up. */
const WITHOUT_CODE =
  /timeout expired|Connection terminated|Timeout acquiring a connection|No answer from PostgreSQL/;
const RUNNING = 'is PostgreSQL running, and DATABASE_URL right?';

/** What to do about a database that takes no writes. */
export const READ_ONLY_HINT =
  'is DATABASE_URL the primary? else default_transaction_read_only is on, for the server, the database or the user';

/** Explains an error of pg or knex by its code; undefined for one that tells of a bug, such as wrong SQL. */
export function explainDatabaseError(error: Error): DatabaseFailure | undefined {
  const { code, address = 'the server' } = error as {
    readonly code?: unknown;
    readonly address?: string;
  };
  if (code === undefined && WITHOUT_CODE.test(error.message)) {
    return { code: 'cannot-reach-database', message: `PostgreSQL: ${error.message}`, hint: RUNNING };
  }
  if (typeof code !== 'string') return undefined;
  if (NETWORK_CODES.has(code)) {
    const message = `no connection to ${address}: ${error.message || code}`;
    return { code: 'cannot-reach-database', message, hint: RUNNING };
  }
  const known = BY_STATE.find(([states]) => states.test(code));
  return known && { code: known[1], message: `PostgreSQL: ${error.message}`, hint: known[2] };
}

/** By SQLSTATE: a code or the beginning of one. */
const BY_STATE: readonly (readonly [states: RegExp, code: DatabaseFailure['code'], hint: string])[] = [
  [
    /^53300$/,
    'database-connections-used-up',
    'end connections that nobody uses, or raise max_connections; a worker takes up to 20',
  ],
  [/^25006$/, 'database-read-only', READ_ONLY_HINT],
  [/^53100$/, 'database-disk-full', "free some space on the database server's disk"],
  // It starts, stops, or has cut the connection.
  [/^(08...|57P0[1-5])$/, 'cannot-reach-database', 'is PostgreSQL starting or stopping? try again'],
  [/^42P01$/, 'database-not-usable', 'run `estuary db migrate`'],
  [/^(28...|3D...)$/, 'database-not-usable', 'is DATABASE_URL right?'],
];
