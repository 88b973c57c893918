import { Args } from '@oclif/core';
import { err } from '../../cli/colors.ts';
import { CommandFailure, EXIT } from '../../cli/command-failure.ts';
import { ScheduleCommand } from '../../cli/schedule-command.ts';

export default class ScheduleTrigger extends ScheduleCommand {
  static override summary = 'Start a run of a schedule now, with its input; prints the workflow id.';
  static override description =
    'Starts it at once, also where the schedule is paused or another run is under way. A worker does the rest.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments/batch-payout.nightly',
    '<%= config.bin %> <%= command.id %> payments/batch-payout.nightly --json',
  ];
  static override args = {
    id: Args.string({ description: 'the schedule, domain/name.schedule', required: true }),
  };
  static override flags = { ...ScheduleCommand.connectionFlags };

  async run(): Promise<{ id: string; workflow_id: string; run_id: string }> {
    const { args, flags } = await this.parse(ScheduleTrigger);
    const { triggerSchedule } = await import('../../client/schedule-acts.ts');
    return this.withSchedule(flags, args.id, async ({ client, services }, description) => {
      const started = await triggerSchedule(client, description);
      if (started === undefined) {
        throw new CommandFailure(
          'not-started',
          `the server has not started a run of '${args.id}' in ten seconds`,
          {
            exit: EXIT.failed,
            hint: 'was it triggered in the same second by somebody else? `estuary schedule list` shows its last run',
          },
        );
      }
      const { workflowId, runId } = started;
      this.log(`workflow id: ${workflowId}\nrun id: ${runId}`);
      const { uiUrl, namespace } = services;
      if (uiUrl !== undefined) {
        this.notice(err.dim(`${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}`));
      }
      return { id: args.id, workflow_id: workflowId, run_id: runId };
    });
  }
}
