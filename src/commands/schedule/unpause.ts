import { Args, Flags } from '@oclif/core';
import { ScheduleCommand } from '../../cli/schedule-command.ts';

export default class ScheduleUnpause extends ScheduleCommand {
  static override summary = 'Let a paused schedule go on.';
  static override description =
    'It goes on with what falls due from now; `estuary schedule backfill` makes up for the rest.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments/batch-payout.nightly',
    '<%= config.bin %> <%= command.id %> payments/batch-payout.nightly --note "the bank is open again" --json',
  ];
  static override args = {
    id: Args.string({ description: 'the schedule, domain/name.schedule', required: true }),
  };
  static override flags = {
    ...ScheduleCommand.connectionFlags,
    note: Flags.string({ description: 'a note in place of the one of the pause' }),
  };

  async run(): Promise<{ id: string; paused: false; note: string }> {
    const { args, flags } = await this.parse(ScheduleUnpause);
    const note = flags.note || 'unpaused by `estuary schedule unpause`';
    const { unpauseSchedule } = await import('../../client/schedule-acts.ts');
    await this.withSchedule(flags, args.id, ({ client }) => unpauseSchedule(client, args.id, note));
    this.log(`unpaused ${args.id}`);
    return { id: args.id, paused: false, note };
  }
}
