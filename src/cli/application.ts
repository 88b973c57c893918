import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Knex } from 'knex';
import type { Config } from '../config/config.ts';
import { createMigrator, type Migration, type Migrator } from '../effects/migrations.ts';
import { CommandFailure, EXIT } from './command-failure.ts';

/** What an application's `database/index.ts` exports. */
export interface ApplicationDatabase {
  openDatabase(url: string, options?: { readonly poolMax?: number }): Knex;
  readonly migrations: readonly Migration[];
  /** Fills a migrated database with sample data; twice is the same as once. */
  seed?(database: Knex, options?: { readonly size?: number }): Promise<object>;
  /** Adds what newly falls due. */
  seedMoreEarnings?(database: Knex, count: number): Promise<number>;
}

/** The folder with the project's compiled code. */
export function buildFolder(config: Config): string {
  return join(config.root, 'dist');
}

/** The application's database module, from its build. */
export async function loadApplicationDatabase(config: Config): Promise<ApplicationDatabase> {
  const path = join(buildFolder(config), 'database', 'index.js');
  if (!existsSync(path)) {
    throw new CommandFailure('not-built', `${path} is missing`, {
      exit: EXIT.usage,
      hint: 'run `npm run build`',
    });
  }
  return (await import(pathToFileURL(path).href)) as ApplicationDatabase;
}

export function migratorOf(database: Knex, application: ApplicationDatabase): Migrator {
  return createMigrator(database, application.migrations);
}

/** Makes an embedded database ready: its tables, and sample data where there is none. Sandbox only. */
export async function prepareEmbeddedDatabase(
  database: Knex,
  application: ApplicationDatabase,
  notice: (line: string) => void,
): Promise<void> {
  const applied = await migratorOf(database, application).migrate();
  if (applied.length > 0) {
    notice(`✓ Database migrated: ${applied.length} migration${applied.length === 1 ? '' : 's'}`);
  }
  // Not only after a migration: whoever migrated may have been killed before the sample data were there.
  const seeded = await application.seed?.(database);
  if (seeded !== undefined && Object.values(seeded).some((count) => count > 0)) {
    notice(`✓ Sample data: ${counts(seeded)}`);
  }
}

/** `{practitioners: 150, earnings: 400}` as `150 practitioners, 400 earnings`. */
export function counts(result: object): string {
  return Object.entries(result)
    .map(([what, count]) => `${count} ${what}`)
    .join(', ');
}
