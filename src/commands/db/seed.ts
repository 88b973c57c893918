import { Flags } from '@oclif/core';
import { counts } from '../../cli/application.ts';
import { CommandFailure, EXIT } from '../../cli/command-failure.ts';
import { DatabaseCommand } from '../../cli/database-command.ts';

export default class DbSeed extends DatabaseCommand {
  static override summary = 'Fill the database with sample data; twice is the same as once.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --size 1000',
    '<%= config.bin %> <%= command.id %> --more 20',
  ];
  static override flags = {
    size: Flags.integer({ description: 'how many practitioners are due', min: 1, max: 1_000_000 }),
    more: Flags.integer({
      description: 'add what newly falls due, for so many practitioners',
      min: 1,
      exclusive: ['size'],
    }),
    yes: Flags.boolean({ description: 'needed for a database that is not the embedded one' }),
  };

  async run(): Promise<object> {
    const { flags } = await this.parse(DbSeed);
    return this.withDatabase(async ({ database, application, migrator, services }) => {
      if (services.kind === 'configured' && !flags.yes) {
        throw new CommandFailure('not-confirmed', 'sample data would go into the configured database', {
          exit: EXIT.usage,
          hint: 'say --yes if that is meant',
        });
      }
      const { seed, seedMoreEarnings } = application;
      if (seed === undefined || seedMoreEarnings === undefined) {
        throw new CommandFailure('no-seed', 'database/index.ts exports no seed', { exit: EXIT.usage });
      }
      if (services.kind === 'embedded') await migrator.migrate();
      const added =
        flags.more !== undefined
          ? { earnings: await seedMoreEarnings(database, flags.more) }
          : await seed(database, { ...(flags.size !== undefined && { size: flags.size }) });
      this.log(`added ${counts(added)}`);
      return { added };
    });
  }
}
