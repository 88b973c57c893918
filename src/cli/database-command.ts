import type { Knex } from 'knex';
import { type ApplicationDatabase, loadApplicationDatabase, migratorOf } from './application.ts';
import { EstuaryCommand } from './estuary-command.ts';
import { type OpenServices, openServices } from './services.ts';

export interface OpenDatabase {
  readonly database: Knex;
  readonly application: ApplicationDatabase;
  readonly migrator: ReturnType<typeof migratorOf>;
  readonly services: OpenServices;
}

/** A command that works on the application's database. */
export abstract class DatabaseCommand extends EstuaryCommand {
  /** Opens the configured or embedded database, and closes it after the work. */
  protected async withDatabase<T>(work: (open: OpenDatabase) => Promise<T>): Promise<T> {
    const config = this.configuration();
    const services = await openServices(config, (line) => this.notice(line));
    const application = await loadApplicationDatabase(config);
    const database = application.openDatabase(services.databaseUrl, { poolMax: 2 });
    try {
      return await work({ database, application, migrator: migratorOf(database, application), services });
    } finally {
      await database.destroy();
    }
  }
}
