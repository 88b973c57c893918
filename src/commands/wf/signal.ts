import { Args } from '@oclif/core';
import { out } from '../../cli/colors.ts';
import { CommandFailure, EXIT } from '../../cli/command-failure.ts';
import { payloadFlags } from '../../cli/estuary-command.ts';
import { RunCommand } from '../../cli/run-command.ts';
import { workerCommand } from '../../cli/run-directions.ts';
import { visible } from '../../diagnostics/code-frame.ts';

export default class WfSignal extends RunCommand {
  static override summary = 'Send a signal to a run.';
  static override description =
    'The name and the payload are checked against the definition. A run that is pinned to another one than the project has judges for itself; what it refuses is told. Does not wait until a step has taken the signal.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> march approved --input by=ada',
    '<%= config.bin %> <%= command.id %> march approved --input-file approval.yaml --json',
  ];
  static override args = {
    ...RunCommand.runArgs,
    name: Args.string({ description: 'the signal, as the definition declares it', required: true }),
  };
  static override flags = { ...RunCommand.connectionFlags, ...payloadFlags };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(WfSignal);
    return this.withOpenRun(flags, args.id, async (open) => {
      const { queryProgress } = await import('../../client/runs.ts');
      const { readPayload } = await import('../../cli/message-payload.ts');
      const { client, run, services, config } = open;
      const before = await queryProgress(client, run.handle);
      const payload = await readPayload(open, 'signal', args.name, flags, before);
      await run.handle.signal(args.name, payload);
      const after = await queryProgress(client, run.handle);
      const known = new Set(before?.refused?.map((refused) => JSON.stringify(refused)));
      const refused = after?.refused?.find(
        (one) => one.name === args.name && !known.has(JSON.stringify(one)),
      );
      if (refused !== undefined) {
        throw new CommandFailure(
          'signal-refused',
          `the run does not take the signal '${args.name}': ${visible(refused.problem)}`,
          { exit: EXIT.failed },
        );
      }
      this.log(`${out.green('✓')} sent '${args.name}' to ${run.workflowId}`);
      if (after === undefined) {
        const worker = workerCommand(services, run.taskQueue, config.temporal.taskQueue);
        this.notice(`no worker answers for the run; it takes the signal with the next one: ${worker}`);
      }
      return { workflow_id: run.workflowId, run_id: run.runId, signal: args.name, payload };
    });
  }
}
