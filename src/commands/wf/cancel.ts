import { out } from '../../cli/colors.ts';
import { RunCommand } from '../../cli/run-command.ts';
import { shellWord } from '../../cli/run-directions.ts';

export default class WfCancel extends RunCommand {
  static override summary = 'Ask a run to cancel.';
  static override description =
    'What it has under way is cancelled, what it has done is undone as the definition says, and its finally blocks run; then it ends as cancelled. Does not wait for that.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> march',
    '<%= config.bin %> <%= command.id %> march --json',
  ];
  static override args = { ...RunCommand.runArgs };
  static override flags = { ...RunCommand.connectionFlags };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(WfCancel);
    return this.withOpenRun(flags, args.id, async ({ run }) => {
      await run.handle.cancel();
      this.log(`${out.green('✓')} asked ${run.workflowId} to cancel`);
      this.notice(`how far it is: estuary wf show ${shellWord(run.workflowId)}`);
      return { workflow_id: run.workflowId, run_id: run.runId, cancel_requested: true };
    });
  }
}
