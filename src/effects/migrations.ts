/**
 * The engine's own tables, and the one way in which migrations of engine and application run together.
 */
import type { Knex } from 'knex';

/** One step of the database's history. Names sort in the order of the list and are never reused. */
export interface Migration {
  readonly name: string;
  /** Runs in a transaction. */
  readonly up: (knex: Knex) => Promise<void>;
  readonly down: (knex: Knex) => Promise<void>;
}

/** The tables that the engine keeps in the application's database, in the schema `estuary`. */
export const engineMigrations: readonly Migration[] = [
  {
    name: 'estuary_0001_effects',
    up: async (knex) => {
      // `json`, not `jsonb`: an output comes back as it was, with its order of keys and any string that JSON can write.
      await knex.raw(`
        create table estuary.effects (
          key          text primary key check (key ~ '^[0-9a-f]{64}$'),
          fingerprint  text not null,
          activity     text not null,
          state        text not null check (state in ('started', 'completed')),
          attempts     integer not null default 1,
          output       json,
          workflow_id  text not null,
          step         text not null,
          started_at   timestamptz not null default clock_timestamp(),
          completed_at timestamptz,
          check ((state = 'completed') = (output is not null)),
          check ((state = 'completed') = (completed_at is not null))
        )`);
      await knex.raw('create index effects_workflow on estuary.effects (workflow_id)');
      await knex.raw(
        `create index effects_unfinished on estuary.effects (started_at) where state = 'started'`,
      );
    },
    down: async (knex) => {
      await knex.raw('drop table estuary.effects');
    },
  },
  {
    name: 'estuary_0002_compensations',
    up: async (knex) => {
      // The key of the call that an effect has undone, in its first generation.
      await knex.raw('alter table estuary.effects add column compensates text');
      await knex.raw(
        'create index effects_compensates on estuary.effects (compensates) where compensates is not null',
      );
    },
    down: async (knex) => {
      await knex.raw('alter table estuary.effects drop column compensates');
    },
  },
];

/** Any number, the same for everybody who migrates: `estu` in ASCII. */
const MIGRATION_LOCK = 0x65737475;

/** What `status` knows. Names in the order in which they run. */
export interface MigrationStatus {
  readonly applied: readonly string[];
  readonly pending: readonly string[];
}

export interface Migrator {
  /** Applies what is pending, as one batch. Returns the names applied. Waits while another process migrates. */
  migrate(): Promise<readonly string[]>;
  /** Takes back the last batch, or all of them. Returns the names taken back. */
  rollback(options?: { readonly all?: boolean }): Promise<readonly string[]>;
  status(): Promise<MigrationStatus>;
}

/**
 * Runs the engine's migrations and then the application's against `knex`, and keeps account of them in
 * `estuary.migrations`. The lists are data, so it makes no difference whether they come from TypeScript or from
 * what it compiles to. Needs a pool of at least two connections. Throws when the database has migrations that are not in the lists.
 */
export function createMigrator(knex: Knex, application: readonly Migration[]): Migrator {
  const all = [...engineMigrations, ...application];
  const config: Knex.MigratorConfig = {
    schemaName: 'estuary',
    tableName: 'migrations',
    migrationSource: {
      getMigrations: async () => [...all],
      getMigrationName: (migration: Migration) => migration.name,
      getMigration: async (migration: Migration) => migration as Knex.Migration,
    },
  };
  // Knex's own lock is a row, which a killed process leaves behind for ever; PostgreSQL's goes with its connection.
  const alone = async <T>(work: () => Promise<T>): Promise<T> =>
    knex.transaction(async (holder) => {
      await holder.raw('set local idle_in_transaction_session_timeout = 0');
      await holder.raw('select pg_advisory_xact_lock(?)', [MIGRATION_LOCK]);
      await knex.raw('create schema if not exists estuary');
      await knex.migrate.forceFreeMigrationsLock(config);
      return work();
    });
  return {
    migrate: () =>
      alone(async () => {
        const [, applied]: [number, string[]] = await knex.migrate.latest(config);
        return applied;
      }),
    rollback: ({ all: everything = false } = {}) =>
      alone(async () => {
        const [, undone]: [number, string[]] = await knex.migrate.rollback(config, everything);
        return undone;
      }),
    status: () =>
      alone(async () => {
        const [done, pending]: [{ name: string }[], Migration[]] = await knex.migrate.list(config);
        return { applied: done.map(({ name }) => name), pending: pending.map(({ name }) => name) };
      }),
  };
}
