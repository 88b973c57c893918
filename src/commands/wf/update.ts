import { Args } from '@oclif/core';
import { out } from '../../cli/colors.ts';
import { CommandFailure, EXIT } from '../../cli/command-failure.ts';
import { payloadFlags } from '../../cli/estuary-command.ts';
import { noAnswer, RunCommand } from '../../cli/run-command.ts';
import { visible } from '../../diagnostics/code-frame.ts';

export default class WfUpdate extends RunCommand {
  static override summary = 'Send an update to a run, and say whether it takes it.';
  static override description =
    'The name and the payload are checked against the definition; then the run decides, by what the definition says under accept. Exits with 1 when it refuses.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> march amend --input min_amount=20',
    '<%= config.bin %> <%= command.id %> march amend --input-file amendment.yaml --json',
  ];
  static override args = {
    ...RunCommand.runArgs,
    name: Args.string({ description: 'the update, as the definition declares it', required: true }),
  };
  static override flags = { ...RunCommand.connectionFlags, ...payloadFlags };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(WfUpdate);
    return this.withOpenRun(flags, args.id, async (open) => {
      const { queryProgress } = await import('../../client/runs.ts');
      const { sendUpdate } = await import('../../client/steer.ts');
      const { readPayload } = await import('../../cli/message-payload.ts');
      const { client, run } = open;
      const progress = await queryProgress(client, run.handle);
      const payload = await readPayload(open, 'update', args.name, flags, progress);
      const answer = await sendUpdate(client, run, args.name, payload);
      if (answer.outcome === 'unanswered') throw noAnswer(open);
      if (answer.outcome === 'refused') {
        throw new CommandFailure(
          'update-refused',
          `the run does not take the update '${args.name}': ${visible(answer.reason)}`,
          { exit: EXIT.failed },
        );
      }
      this.log(`${out.green('✓')} ${run.workflowId} has taken '${args.name}'`);
      return {
        workflow_id: run.workflowId,
        run_id: run.runId,
        update: args.name,
        payload,
        received_at: answer.receivedAt,
      };
    });
  }
}
