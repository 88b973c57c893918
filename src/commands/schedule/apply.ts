import { Flags } from '@oclif/core';
import { err } from '../../cli/colors.ts';
import { CommandFailure, EXIT } from '../../cli/command-failure.ts';
import { ScheduleCommand } from '../../cli/schedule-command.ts';
import type { ScheduleResult } from '../../client/apply-schedules.ts';

interface Result {
  /** Whether anything was written. */
  readonly applied: boolean;
  readonly schedules: readonly {
    readonly id: string;
    readonly definition: string;
    readonly action: ScheduleResult['action'];
    readonly changes?: readonly string[];
    readonly refused?: string;
  }[];
}

export default class ScheduleApply extends ScheduleCommand {
  static override summary = "Make the server's schedules those of the definitions.";
  static override description =
    "Creates, updates and removes what differs, and writes nothing else. Only this project's schedules are touched; a pause, and its note, stays. The schedules of a definition with errors are left as they are. If another has a schedule with an id that is needed, nothing is written.\n\nExits with 0 when all is applied, 1 when an id is taken or the server refuses a schedule, and with --check when anything differs.";
  static override examples = [
    '<%= config.bin %> <%= command.id %> --dry-run',
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --check --json',
  ];
  static override flags = {
    ...ScheduleCommand.connectionFlags,
    'dry-run': Flags.boolean({ description: 'only show what would be done' }),
    check: Flags.boolean({ description: 'the same, and exit with 1 if anything would be done' }),
    'task-queue': Flags.string({
      description: "task queue of runs, where their domain's is not set",
      helpGroup: 'CONNECTION',
    }),
  };

  async run(): Promise<Result> {
    const { flags } = await this.parse(ScheduleApply);
    const config = this.configuration(flags);
    const { loadProject } = await import('../../project/project.ts');
    const { schedulesOfProject } = await import('../../cli/schedules-of-project.ts');
    const project = loadProject(config.root);
    const { wanted, scope } = schedulesOfProject(project, config);
    for (const name of scope.broken) {
      const { file } = project.definitions.get(name)!;
      this.notice(`${err.yellow('warning')}: ${file} has errors: its schedules are left as they are`);
    }
    const dry = flags['dry-run'] || flags.check;
    return this.withSchedules(config, async ({ client }) => {
      const { applySchedules, lookAtSchedules } = await import('../../client/apply-schedules.ts');
      const planned = await lookAtSchedules(client, wanted, scope);
      if (dry || planned.some(({ action }) => action === 'taken'))
        return this.#report(planned, false, flags.check);
      return this.#report(await applySchedules(client, wanted, planned, scope), true, false);
    });
  }

  async #report(results: readonly ScheduleResult[], applied: boolean, check: boolean): Promise<Result> {
    const { describeChanges } = await import('../../cli/schedule-view.ts');
    this.log(describeChanges(results, applied).join('\n'));
    const taken = results.filter(({ action }) => action === 'taken');
    if (taken.length > 0 && !this.jsonEnabled()) throw takenFailure(taken);
    const differs = results.some(({ action }) => ['create', 'update', 'remove'].includes(action));
    const failed = taken.length > 0 || results.some(({ refused }) => refused !== undefined);
    if (failed || (check && differs)) process.exitCode = EXIT.failed;
    return {
      applied,
      schedules: results.map(({ id, definition, action, changes, refused }) => ({
        id,
        definition,
        action,
        ...(changes && { changes }),
        ...(refused !== undefined && { refused }),
      })),
    };
  }
}

function takenFailure(taken: readonly ScheduleResult[]): CommandFailure {
  const ids = taken.map(({ id }) => `'${id}'`).join(', ');
  return new CommandFailure(
    'schedule-taken',
    `nothing was written: another has a schedule with the id ${ids}`,
    {
      exit: EXIT.failed,
      hint: 'give the schedule another name, or delete the other: temporal schedule delete --schedule-id',
    },
  );
}
