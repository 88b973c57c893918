import { Flags } from '@oclif/core';
import { err, out } from '../../cli/colors.ts';
import { CommandFailure, EXIT } from '../../cli/command-failure.ts';
import { describeParked } from '../../cli/describe-progress.ts';
import { noAnswer, RunCommand } from '../../cli/run-command.ts';
import { RESUME_SIGNAL } from '../../plan/worker-contract.ts';

export default class WfResume extends RunCommand {
  static override summary = 'Make a parked run go on: try again what could not be undone, or skip it.';
  static override description =
    'A run is parked when something that it did could not be undone. What that is is shown first; in a terminal you are asked whether to go on. Without one --skip needs --yes.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> march',
    '<%= config.bin %> <%= command.id %> march --skip --yes',
  ];
  static override args = { ...RunCommand.runArgs };
  static override flags = {
    ...RunCommand.connectionFlags,
    skip: Flags.boolean({ description: 'leave it as it is: somebody has undone it by hand, or need not' }),
    yes: Flags.boolean({ char: 'y', description: 'do not ask' }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(WfResume);
    return this.withOpenRun(flags, args.id, async (open) => {
      const { queryProgress } = await import('../../client/runs.ts');
      const { client, run } = open;
      const progress = await queryProgress(client, run.handle);
      if (progress === undefined) throw noAnswer(open);
      const { parked = [] } = progress;
      if (parked.length === 0) {
        throw new CommandFailure('not-parked', `the run '${run.workflowId}' is not parked`, {
          exit: EXIT.failed,
        });
      }
      for (const line of describeParked(parked, err)) this.notice(line);
      if (!flags.yes) await this.#ask(flags.skip, parked.length);
      await run.handle.signal(RESUME_SIGNAL, { skip: flags.skip });
      this.log(
        `${out.green('✓')} ${run.workflowId} goes on: ${flags.skip ? 'without undoing this' : 'it tries again'}`,
      );
      return { workflow_id: run.workflowId, run_id: run.runId, skipped: flags.skip, parked };
    });
  }

  async #ask(skip: boolean, count: number): Promise<void> {
    const terminal = this.terminal();
    if (terminal === undefined) {
      if (!skip) return;
      throw new CommandFailure('unconfirmed', '--skip leaves undone what the definition wants undone', {
        exit: EXIT.usage,
        hint: 'add --yes if that is right',
      });
    }
    const { confirm } = await import('../../cli/confirm.ts');
    const what = count === 1 ? 'this' : `these ${count}`;
    const question = skip ? `go on without undoing ${what}?` : `try ${what} again?`;
    if (await confirm(terminal, question)) return;
    throw new CommandFailure('interrupted', 'the run is left parked', { exit: EXIT.interrupted });
  }
}
