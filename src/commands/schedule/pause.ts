import { Args, Flags } from '@oclif/core';
import { ScheduleCommand } from '../../cli/schedule-command.ts';

export default class SchedulePause extends ScheduleCommand {
  static override summary = 'Pause a schedule; it stays paused, also when schedules are applied.';
  static override description = 'Runs that are under way go on. What falls due meanwhile is not made up for.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments/batch-payout.nightly --note "the bank is closed"',
    '<%= config.bin %> <%= command.id %> payments/batch-payout.nightly --json',
  ];
  static override args = {
    id: Args.string({ description: 'the schedule, domain/name.schedule', required: true }),
  };
  static override flags = {
    ...ScheduleCommand.connectionFlags,
    note: Flags.string({ description: 'why; shown by `estuary schedule list` and the Web UI' }),
  };

  async run(): Promise<{ id: string; paused: true; note: string }> {
    const { args, flags } = await this.parse(SchedulePause);
    const note = flags.note || 'paused by `estuary schedule pause`';
    const { pauseSchedule } = await import('../../client/schedule-acts.ts');
    await this.withSchedule(flags, args.id, ({ client }) => pauseSchedule(client, args.id, note));
    this.log(`paused ${args.id}: ${note}`);
    return { id: args.id, paused: true, note };
  }
}
