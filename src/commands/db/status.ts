import { out } from '../../cli/colors.ts';
import { DatabaseCommand } from '../../cli/database-command.ts';

export default class DbStatus extends DatabaseCommand {
  static override summary = 'Show which migrations are applied and which are pending.';
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  async run(): Promise<object> {
    await this.parse(DbStatus);
    return this.withDatabase(async ({ migrator }) => {
      const status = await migrator.status();
      for (const name of status.applied) this.log(`${out.green('applied')}  ${name}`);
      for (const name of status.pending) this.log(`${out.yellow('pending')}  ${name}`);
      return status;
    });
  }
}
