import { ScheduleCommand } from '../../cli/schedule-command.ts';
import type { ListedSchedule } from '../../cli/schedule-view.ts';

export default class ScheduleList extends ScheduleCommand {
  static override summary = "List this project's schedules: next run, last run and how it ended, pauses.";
  static override description =
    'Times are UTC. A schedule that stands in a definition only is shown as not applied, one that stands on the server only as not defined.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ];
  static override flags = { ...ScheduleCommand.connectionFlags };

  async run(): Promise<{ readonly schedules: readonly object[] }> {
    const { flags } = await this.parse(ScheduleList);
    const config = this.configuration(flags);
    const { loadProject } = await import('../../project/project.ts');
    const { schedulesOfProject } = await import('../../cli/schedules-of-project.ts');
    const { wanted, scope } = schedulesOfProject(loadProject(config.root), config);
    const listed = await this.withSchedules(config, async ({ client, project }) => {
      const { ownScheduleIds } = await import('../../client/apply-schedules.ts');
      const { statusOfSchedule } = await import('../../client/schedule-acts.ts');
      const defined = new Map(wanted.map(({ id, definition }) => [id, definition]));
      const ids = [...new Set([...defined.keys(), ...(await ownScheduleIds(client, project))])].sort();
      const all = await Promise.all(
        ids.map(async (id): Promise<ListedSchedule[]> => {
          const status = await statusOfSchedule(client, project, id);
          const definition = status?.definition ?? defined.get(id);
          // Gone since it was listed.
          if (definition === undefined) return [];
          const isDefined = defined.has(id) || scope.broken.has(definition);
          return [{ id, definition, defined: isDefined, ...(status && { status }) }];
        }),
      );
      return all.flat();
    });
    const { describeSchedules } = await import('../../cli/schedule-view.ts');
    this.log(describeSchedules(listed).join('\n'));
    return { schedules: listed.map(toJson) };
  }
}

function toJson({ id, definition, defined, status }: ListedSchedule): object {
  const { when, note, nextRun, lastRun } = status ?? {};
  return {
    id,
    definition,
    defined,
    applied: status !== undefined,
    paused: status?.paused ?? false,
    ...(when &&
      ('everyMs' in when ? { every_ms: when.everyMs } : { cron: when.cron, time_zone: when.timeZone })),
    ...(note !== undefined && { note }),
    next_run: nextRun ?? null,
    last_run: lastRun
      ? { workflow_id: lastRun.workflowId, scheduled_at: lastRun.scheduledAt, outcome: lastRun.outcome }
      : null,
  };
}
