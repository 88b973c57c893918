import type { Knex } from 'knex';
import * as payments from './0001-payments.ts';
import * as sandboxProvider from './0002-sandbox-provider.ts';
import * as reversals from './0003-reversals.ts';

/**
 * The application's migrations in the order in which they run. A list, so that it is the same from TypeScript as
 * from what it compiles to. One that has been released is never edited; a change is a new one.
 */
export const migrations: readonly {
  readonly name: string;
  readonly up: (knex: Knex) => Promise<void>;
  readonly down: (knex: Knex) => Promise<void>;
}[] = [payments, sandboxProvider, reversals];
