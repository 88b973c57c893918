import type { Knex } from 'knex';

/**
 * An activity: one unit of work that calls the world outside the workflow. It gets its validated input and a
 * context, and returns its output, which is validated before anybody sees it.
 *
 * It may throw a declared error, built by `context.error`, or anything else, which is tried again as the step's
 * `retry` says. A positive number `retryAfterMs` on such an error is the wait before the next attempt instead.
 */
export type Activity<Input, Output, Errors extends ErrorDetails> = (
  input: Input,
  context: ActivityContext<Errors>,
) => Promise<Output>;

/** An activity's declared errors: the type of each one's details, `undefined` where it has none. */
export type ErrorDetails = { readonly [type: string]: unknown };

export interface ActivityContext<Errors extends ErrorDetails = ErrorDetails> {
  /** 64 hexadecimal digits, the same for every attempt at this piece of work, and no other. Pass it to providers. */
  readonly idempotencyKey: string;
  /** Temporal's attempt, from 1. */
  readonly attempt: number;
  /**
   * True in an `external` activity when an earlier attempt got as far as calling out and its outcome was never
   * recorded: ask the provider what became of it before calling again.
   */
  readonly outcomeUnknown: boolean;
  /** Aborts when the run is cancelled (noticed at heartbeats) or the worker shuts down. */
  readonly signal: AbortSignal;
  /** Tells Temporal that the activity is alive; `progress` must be JSON. */
  heartbeat(progress?: unknown): void;
  readonly logger: ActivityLogger;
  /**
   * The application's database. In a `write` activity it is one transaction that commits together with the
   * record of the outcome; in the others it is the pool.
   */
  readonly database: Knex;
  /** The run that this activity works for. */
  readonly workflow: {
    readonly id: string;
    readonly type: string;
    readonly runId: string;
    readonly step: string;
  };
  /** Builds one of the errors that the signature declares; `throw` it. Nothing must have happened when it is thrown. */
  error<Type extends keyof Errors & string>(
    type: Type,
    message: string,
    ...details: Errors[Type] extends undefined ? [] : [details: Errors[Type]]
  ): Error;
}

export interface ActivityLogger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}
