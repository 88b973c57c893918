import { Flags } from '@oclif/core';
import { err, out } from '../../cli/colors.ts';
import { noAnswer, type OpenRun, RunCommand } from '../../cli/run-command.ts';
import { whereToLook, workerCommand } from '../../cli/run-directions.ts';
import type { ShownRun } from '../../cli/show-run.ts';
import { STATE_QUERY } from '../../plan/worker-contract.ts';

export default class WfShow extends RunCommand {
  static override summary = 'Show how far a run is, what it waits for, and how it ended.';
  static override description =
    'Its steps, the signals and updates that it awaits, what is tried again, what parked it, and the messages that it refused. What only a worker can tell is left out where none answers.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> march',
    '<%= config.bin %> <%= command.id %> march --json',
    '<%= config.bin %> <%= command.id %> march --state',
  ];
  static override args = { ...RunCommand.runArgs };
  static override flags = {
    ...RunCommand.connectionFlags,
    state: Flags.boolean({ description: 'the whole state of the run, as JSON, cut where it is large' }),
  };

  async run(): Promise<object> {
    const { args, flags } = await this.parse(WfShow);
    return this.withRun(flags, args.id, async (open) => (flags.state ? this.#state(open) : this.#run(open)));
  }

  async #state(open: OpenRun): Promise<object> {
    const { askRun } = await import('../../client/steer.ts');
    const { client, run } = open;
    const answer = await askRun(client, run, STATE_QUERY);
    // It refuses only while no worker has told it what it is.
    if (answer.outcome !== 'answered') throw noAnswer(open);
    this.log(JSON.stringify(answer.value, undefined, 2));
    return { workflow_id: run.workflowId, run_id: run.runId, state: answer.value };
  }

  async #run({ client, config, services, run }: OpenRun): Promise<object> {
    const { outcomeOf, queryProgress, retriesOf } = await import('../../client/runs.ts');
    const { describeRun, toShownRun } = await import('../../cli/show-run.ts');
    const { localDefinition } = await import('../../cli/find-definition.ts');
    const isOpen = run.status === 'running';
    const [progress, retries, outcome] = await Promise.all([
      queryProgress(client, run.handle),
      isOpen ? retriesOf(client, run.handle) : [],
      isOpen ? undefined : outcomeOf(run.handle),
    ]);
    const shown: ShownRun = { run, progress, retries, outcome };
    const local = localDefinition(config.root, run.type);
    if (services.uiUrl !== undefined) this.notice(err.dim(whereToLook(services, run.workflowId)));
    for (const line of describeRun(shown, local, Date.now(), out)) this.log(line);
    if (progress === undefined) {
      const worker = workerCommand(services, run.taskQueue, config.temporal.taskQueue);
      this.notice(`no worker answers for the run, so its steps are not known here; start one: ${worker}`);
    }
    return toShownRun(shown);
  }
}
