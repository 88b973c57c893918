import { Flags } from '@oclif/core';
import { CommandFailure, EXIT } from '../../cli/command-failure.ts';
import { DatabaseCommand } from '../../cli/database-command.ts';

export default class DbRollback extends DatabaseCommand {
  static override summary = 'Take back the last batch of migrations, and the data in their tables.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --all --yes',
  ];
  static override flags = {
    all: Flags.boolean({ description: 'take back every migration' }),
    yes: Flags.boolean({ description: 'needed for a database that is not the embedded one' }),
  };

  async run(): Promise<object> {
    const { flags } = await this.parse(DbRollback);
    return this.withDatabase(async ({ migrator, services }) => {
      if (services.kind === 'configured' && !flags.yes) {
        throw new CommandFailure('not-confirmed', 'a rollback drops tables of the configured database', {
          exit: EXIT.usage,
          hint: 'say --yes if that is meant',
        });
      }
      const undone = await migrator.rollback({ all: flags.all });
      for (const name of undone) this.log(`took back ${name}`);
      if (undone.length === 0) this.log('nothing to take back');
      return { undone };
    });
  }
}
