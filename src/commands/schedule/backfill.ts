import { Args, Flags } from '@oclif/core';
import { CommandFailure, EXIT } from '../../cli/command-failure.ts';
import { ScheduleCommand } from '../../cli/schedule-command.ts';
import { readTime } from '../../cli/schedule-times.ts';
import { SCHEDULE_OVERLAPS } from '../../client/schedules.ts';
import type { ScheduleOverlap } from '../../plan/schedule.ts';

export default class ScheduleBackfill extends ScheduleCommand {
  static override summary = 'Start the runs of a schedule that were due in a time that has passed.';
  static override description =
    'Both ends belong to it. Each run has the time that it was due at as `workflow.scheduled_at`, and its workflow id from that. What has run at such a time runs once more, so leave those times out. The server starts the runs by and by, also where the schedule is paused.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments/batch-payout.nightly --from 2026-03-01 --to 2026-03-08',
    '<%= config.bin %> <%= command.id %> payments/batch-payout.nightly --from 2026-03-01T00:00:00Z --to 2026-03-01T12:00:00Z --overlap allow_all',
  ];
  static override args = {
    id: Args.string({ description: 'the schedule, domain/name.schedule', required: true }),
  };
  static override flags = {
    ...ScheduleCommand.connectionFlags,
    from: Flags.string({
      description: 'from when, ISO 8601 with a zone; a date alone is its midnight in UTC',
      required: true,
    }),
    to: Flags.string({ description: 'until when, the same; not in the future', required: true }),
    overlap: Flags.string({
      description: 'what becomes of a run that is due while another goes on',
      options: [...SCHEDULE_OVERLAPS],
      default: 'buffer_all',
    }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(ScheduleBackfill);
    const [from, to] = [readTime('--from', flags.from), readTime('--to', flags.to)];
    const wrong =
      from > to ? '--to is before --from' : to.getTime() > Date.now() ? '--to is in the future' : undefined;
    if (wrong !== undefined)
      throw new CommandFailure('usage', wrong, { exit: EXIT.usage, hint: 'see --help' });
    const overlap = flags.overlap as ScheduleOverlap;
    const { backfillSchedule } = await import('../../client/schedule-acts.ts');
    await this.withSchedule(flags, args.id, ({ client }) =>
      backfillSchedule(client, args.id, { from, to, overlap }),
    );
    const range = { from: from.toISOString(), to: to.toISOString() };
    this.log(`asked for the runs of ${args.id} that were due from ${range.from} to ${range.to}`);
    return { id: args.id, ...range, overlap };
  }
}
