import { Args } from '@oclif/core';
import { CommandFailure, EXIT } from '../../cli/command-failure.ts';
import { noAnswer, RunCommand } from '../../cli/run-command.ts';
import { visible } from '../../diagnostics/code-frame.ts';

export default class WfQuery extends RunCommand {
  static override summary = 'Ask a run what its definition declares under queries.';
  static override description =
    'Runs that have ended answer, too. A worker has to be there. Every run answers estuary.progress and estuary.state.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> march total',
    '<%= config.bin %> <%= command.id %> march estuary.state --json',
  ];
  static override args = {
    ...RunCommand.runArgs,
    name: Args.string({ description: 'the query, as the definition declares it', required: true }),
  };
  static override flags = { ...RunCommand.connectionFlags };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(WfQuery);
    return this.withRun(flags, args.id, async (open) => {
      const { askRun } = await import('../../client/steer.ts');
      const { client, run } = open;
      const answer = await askRun(client, run, args.name);
      if (answer.outcome === 'unanswered') throw noAnswer(open);
      if (answer.outcome === 'refused') throw await refused(args.name, answer.reason);
      const { renderValue } = await import('../../cli/render-value.ts');
      this.log(renderValue(answer.value).join('\n'));
      return { workflow_id: run.workflowId, run_id: run.runId, query: args.name, value: answer.value };
    });
  }
}

/** What the run itself says that it answers is right, whatever the project's definition is by now. */
async function refused(name: string, reason: string): Promise<CommandFailure> {
  const known = /^unknown query .*answers (.*)$/.exec(reason)?.[1]?.split(', ');
  if (known === undefined) {
    return new CommandFailure('query-failed', `the query '${name}' failed: ${visible(reason)}`, {
      exit: EXIT.failed,
    });
  }
  const { didYouMean } = await import('../../json-schema/suggest.ts');
  return new CommandFailure('unknown-query', `the run answers no query '${name}'`, {
    exit: EXIT.usage,
    hint: didYouMean(name, known),
  });
}
