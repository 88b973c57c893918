import { DatabaseCommand } from '../../cli/database-command.ts';

export default class DbMigrate extends DatabaseCommand {
  static override summary = 'Apply the pending migrations.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  async run(): Promise<object> {
    await this.parse(DbMigrate);
    return this.withDatabase(async ({ migrator }) => {
      const applied = await migrator.migrate();
      for (const name of applied) this.log(`applied ${name}`);
      if (applied.length === 0) this.log('nothing to apply');
      return { applied };
    });
  }
}
