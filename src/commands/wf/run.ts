import { Args, Flags } from '@oclif/core';
import { err } from '../../cli/colors.ts';
import { CommandFailure, EXIT } from '../../cli/command-failure.ts';
import { EstuaryCommand } from '../../cli/estuary-command.ts';
import { readInput } from '../../cli/read-input.ts';
import type { OpenServices } from '../../cli/services.ts';
import type { RunOutcome } from '../../client/runs.ts';
import type { Config } from '../../config/config.ts';
import type { Json } from '../../plan/plan.ts';
import type { Project, RunnableDefinition } from '../../project/project.ts';

interface Result {
  readonly workflow_id: string;
  readonly run_id: string;
  readonly status: RunOutcome['status'];
  readonly output?: Json;
  readonly failure?: object;
}

export default class WfRun extends EstuaryCommand {
  static override summary = 'Start a workflow and follow it to its end.';
  static override description =
    'The input is checked against the definition before anything starts. Without a configured server the embedded one is used, and this command serves the run too.\n\nExits with 0 when the run completed, 1 when it failed, 2 for wrong usage or input, 3 when the definition has errors, 4 when no server or worker can be reached, 130 when interrupted.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments/batch-payout --input min_amount=10',
    '<%= config.bin %> <%= command.id %> payments/batch-payout --input practitioner_id=123 --input min_amount=10.0 --json',
  ];
  static override args = {
    name: Args.string({ description: 'the workflow, domain/name', required: true }),
  };
  static override flags = {
    ...EstuaryCommand.connectionFlags,
    input: Flags.string({
      char: 'i',
      description: 'one input, key=value; repeatable',
      multiple: true,
      multipleNonGreedy: true,
    }),
    id: Flags.string({ description: 'workflow id; default: the name and a random part' }),
    'task-queue': Flags.string({ description: 'task queue', helpGroup: 'CONNECTION' }),
  };

  async run(): Promise<Result> {
    const { args, flags } = await this.parse(WfRun);
    const config = this.configuration(flags);
    const { loadProject, domainOf } = await import('../../project/project.ts');
    const project = loadProject(config.root);
    const definition = await this.#definition(project, args.name);
    const read = readInput(flags.input ?? [], definition.inputSchema);
    if (!read.ok) {
      throw new CommandFailure(
        'invalid-input',
        `the input of ${args.name} is not valid:\n  ${read.problems.join('\n  ')}`,
        {
          exit: EXIT.usage,
          hint: `\`estuary wf list --domain ${domainOf(args.name)}\` shows the inputs`,
        },
      );
    }
    const taskQueue =
      flags['task-queue'] ?? config.taskQueues[domainOf(args.name)] ?? config.temporal.taskQueue;
    return this.#start(config, project, {
      name: args.name,
      input: read.input,
      taskQueue,
      workflowId: flags.id,
    });
  }

  async #definition(project: Project, name: string): Promise<RunnableDefinition> {
    const definition = project.definitions.get(name);
    if (definition?.runnable !== undefined) return definition.runnable;
    if (definition === undefined) {
      const { didYouMean } = await import('../../json-schema/suggest.ts');
      const known = [...project.definitions.keys()];
      throw new CommandFailure('unknown-workflow', `there is no workflow '${name}'`, {
        exit: EXIT.usage,
        hint: didYouMean(name, known) ?? `workflows: ${known.join(', ') || 'none'}`,
      });
    }
    const { renderText } = await import('../../diagnostics/render-text.ts');
    const { renderJson } = await import('../../diagnostics/render-json.ts');
    const findings = [...project.signatureFindings, ...definition.findings];
    throw new CommandFailure('invalid-definition', `${definition.file} has errors`, {
      exit: EXIT.findings,
      detail: renderText(findings, project.sources, err),
      findings: renderJson(findings, project.sources),
    });
  }

  async #start(
    config: Config,
    project: Project,
    start: {
      name: string;
      input: { [name: string]: Json };
      taskQueue: string;
      workflowId: string | undefined;
    },
  ): Promise<Result> {
    const { openServices } = await import('../../cli/services.ts');
    const notice = (line: string): void => this.notice(line);
    const services = await openServices(config, notice);
    if (services.kind === 'embedded') notice(err.dim('embedded, sandbox money'));
    const { connectClient } = await import('../../cli/connect-client.ts');
    const { startRun } = await import('../../client/runs.ts');
    const client = await connectClient(services);
    let server: Server | undefined;
    try {
      server = await this.#haveItServed(config, project, services, start.taskQueue, client);
      const { workflowId, ...request } = start;
      const run = await startRun(client, { ...request, ...(workflowId !== undefined && { workflowId }) });
      notice(`${err.bold(start.name)}  ${err.dim(run.workflowId)}`);
      if (services.uiUrl !== undefined) {
        const path = `namespaces/${services.namespace}/workflows/${encodeURIComponent(run.workflowId)}`;
        notice(err.dim(`${services.uiUrl}/${path}`));
      }
      const { followRun } = await import('../../cli/follow-run.ts');
      const { lineView, liveView } = await import('../../cli/run-view.ts');
      const write = (text: string): void => void (this.jsonEnabled() || process.stderr.write(text));
      const view = process.stderr.isTTY ? liveView(write, Date.now) : lineView(write, Date.now);
      const onSilence = (): void =>
        notice(
          `nobody has taken the run up yet; a worker on task queue '${start.taskQueue}' will: estuary worker start --task-queue ${start.taskQueue}`,
        );
      const signal = interruption(run.workflowId, start.taskQueue);
      const following = followRun({ client, run, view, onSilence, signal });
      const outcome = await (server === undefined ? following : Promise.race([following, server.fell]));
      return await this.#report(run.workflowId, run.firstExecutionRunId, outcome);
    } finally {
      try {
        await server?.stop();
      } finally {
        await client.connection.close();
      }
    }
  }

  /**
   * Makes sure that somebody serves the run. On the embedded stack that is always this process too: another
   * command that serves at the moment may end before this run does.
   * @returns the worker, if one was started here
   */
  async #haveItServed(
    config: Config,
    project: Project,
    services: OpenServices,
    taskQueue: string,
    client: Awaited<ReturnType<typeof import('../../cli/connect-client.ts').connectClient>>,
  ): Promise<Server | undefined> {
    if (services.kind === 'configured') {
      const { pollersOf } = await import('../../client/runs.ts');
      if ((await pollersOf(client, taskQueue)).length > 0) return undefined;
      throw new CommandFailure(
        'no-worker',
        `no worker polls task queue '${taskQueue}' at ${services.address}`,
        {
          exit: EXIT.unreachable,
          hint: `start one: estuary worker start --task-queue ${taskQueue}`,
        },
      );
    }
    const { loadApplicationDatabase, prepareEmbeddedDatabase } = await import('../../cli/application.ts');
    const application = await loadApplicationDatabase(config);
    const database = application.openDatabase(services.databaseUrl, { poolMax: 20 });
    try {
      await prepareEmbeddedDatabase(database, application, (line) => this.notice(line));
      const { serve } = await import('../../cli/serve.ts');
      const served = await serve({ config, services, project, database, taskQueue, logLevel: 'ERROR' });
      const stop = (): Promise<void> => served.stop().finally(() => database.destroy());
      return { stop, fell: served.stopped.then(() => new Promise<never>(() => {})) };
    } catch (error) {
      await database.destroy();
      throw error;
    }
  }

  async #report(workflowId: string, runId: string, outcome: RunOutcome): Promise<Result> {
    const ids = { workflow_id: workflowId, run_id: runId, status: outcome.status };
    if (outcome.status === 'completed') {
      const { renderValue } = await import('../../cli/render-value.ts');
      this.log(`\n${renderValue(outcome.output).join('\n')}`);
      return { ...ids, output: outcome.output };
    }
    process.exitCode = EXIT.failed;
    if (outcome.status !== 'failed') {
      this.notice(`${err.yellow(outcome.status.replace('_', ' '))}: ${workflowId}`);
      return ids;
    }
    const { failure } = outcome;
    const where = [
      failure.step && `step ${failure.step}`,
      failure.activity && `activity ${failure.activity}`,
      failure.attempt && `attempt ${failure.attempt}`,
      failure.line && `line ${failure.line}`,
    ].filter(Boolean);
    this.notice(`\n${err.red(`failed: ${failure.type}`)}: ${failure.message}`);
    if (where.length > 0) this.notice(`  ${where.join(', ')}`);
    return { ...ids, failure };
  }
}

/** The worker in this process. */
interface Server {
  stop(): Promise<void>;
  /** Rejects if the worker falls over; never resolves. */
  readonly fell: Promise<never>;
}

/** Aborts at Ctrl-C, which stops the following, never the run. */
function interruption(workflowId: string, taskQueue: string): AbortSignal {
  const controller = new AbortController();
  process.once('SIGINT', () => {
    const message = `interrupted; the run '${workflowId}' goes on`;
    const hint = `a worker serves it on: estuary worker start --task-queue ${taskQueue}`;
    controller.abort(new CommandFailure('interrupted', message, { exit: EXIT.interrupted, hint }));
  });
  return controller.signal;
}
