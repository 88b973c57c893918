import { Args, Flags } from '@oclif/core';
import type { Attended } from '../../cli/attend-run.ts';
import { err } from '../../cli/colors.ts';
import { CommandFailure, EXIT } from '../../cli/command-failure.ts';
import type { connectClient } from '../../cli/connect-client.ts';
import { EstuaryCommand, inputFlags, logFlags } from '../../cli/estuary-command.ts';
import type { LogSettings } from '../../cli/log-lines.ts';
import { resumeCommand, whereToLook, workerCommand } from '../../cli/run-directions.ts';
import type { Terminal } from '../../cli/run-input.ts';
import type { LocalDefinition } from '../../cli/run-report.ts';
import { eventView, lineView, liveView, type RunView } from '../../cli/run-view.ts';
import type { OpenServices } from '../../cli/services.ts';
import { workflowIdFor } from '../../cli/workflow-id.ts';
import type { Run, RunOutcome } from '../../client/runs.ts';
import type { StartedByKey } from '../../client/start-by-key.ts';
import type { Config } from '../../config/config.ts';
import { visible } from '../../diagnostics/code-frame.ts';
import type { Json, JsonObject, OnConflict } from '../../plan/plan.ts';
import type { Project } from '../../project/project.ts';

/** The last line of `--json`. */
interface Result {
  readonly event: StartedByKey['how'] | RunOutcome['status'];
  readonly workflow_id: string;
  readonly run_id: string;
  readonly output?: Json;
  readonly failure?: object;
}

interface Start {
  readonly name: string;
  readonly input: JsonObject;
  readonly taskQueue: string;
  readonly workflowId: string | undefined;
  /** What to do where a run of the definition's `id` is there; absent: the definition has none. */
  readonly onConflict: OnConflict | undefined;
  /** The definition as it is here, to show where a failure is. */
  readonly local: LocalDefinition;
  readonly wait: boolean;
  /** How long to follow, in milliseconds and as it was written. */
  readonly timeout: { readonly ms: number; readonly text: string } | undefined;
  readonly terminal: Terminal | undefined;
}

export default class WfRun extends EstuaryCommand {
  static override summary = 'Start a workflow and follow it to its end.';
  static override description =
    'The input is checked against the definition before anything starts; in a terminal, what is missing is asked for. Without a configured server the embedded one is used, and this command serves the run too.\n\nWith --json every line on stdout is an event, the last one the result.\n\nExits with 0 when the run completed, 1 when it failed or --timeout has passed, 2 for wrong usage or input, 3 when the definition has errors, 4 when no server or worker can be reached, 130 when interrupted.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments/batch-payout --input min_amount=10',
    '<%= config.bin %> <%= command.id %> payments/batch-payout --input practitioner_id=123 --input min_amount=10.0 --json',
    '<%= config.bin %> <%= command.id %> payments/batch-payout --input-file march.yaml --id march --no-wait',
  ];
  static override args = {
    name: Args.string({ description: 'the workflow, domain/name', required: true }),
  };
  static override flags = {
    ...EstuaryCommand.connectionFlags,
    ...inputFlags(),
    id: Flags.string({
      description: "workflow id; default: the definition's id, else the name and a random part",
    }),
    'no-wait': Flags.boolean({
      description: 'start the run and leave it to a worker',
      exclusive: ['timeout'],
    }),
    timeout: Flags.string({ description: 'how long to follow, for instance 10m; the run goes on' }),
    ...logFlags,
    'task-queue': Flags.string({ description: 'task queue', helpGroup: 'CONNECTION' }),
  };

  /** Where this command serves the run itself: its steps tell people enough. */
  #log: LogSettings = { level: 'error', format: 'auto' };

  async run(): Promise<Result> {
    const { args, flags } = await this.parse(WfRun);
    const timeout = flags.timeout === undefined ? undefined : await readTimeout(flags.timeout);
    const config = this.configuration(flags);
    this.#log = { ...config.log, level: flags.verbose ? 'debug' : 'error' };
    const { loadProject, domainOf } = await import('../../project/project.ts');
    const { findDefinition } = await import('../../cli/find-definition.ts');
    const { readRunInput } = await import('../../cli/run-input.ts');
    const project = loadProject(config.root);
    const { file, runnable } = await findDefinition(project, args.name);
    const { deprecated } = runnable.plan;
    if (deprecated !== undefined)
      this.notice(`${err.yellow('deprecated')}: ${args.name}: ${visible(deprecated)}`);
    // With `--input-file -` what people type is the file.
    const terminal = flags['input-file'] === '-' ? undefined : this.terminal();
    const input = await readRunInput({
      name: args.name,
      schema: runnable.inputSchema,
      assignments: flags.input ?? [],
      file: flags['input-file'],
      terminal,
    });
    return this.#start(config, project, {
      name: args.name,
      input,
      taskQueue: flags['task-queue'] ?? config.taskQueues[domainOf(args.name)] ?? config.temporal.taskQueue,
      workflowId: await workflowIdFor(args.name, runnable, input, flags.id),
      onConflict: runnable.plan.id?.onConflict,
      local: { file, planHash: runnable.plan.hash, source: project.sources.get(file)! },
      wait: !flags['no-wait'],
      timeout,
      terminal,
    });
  }

  async #start(config: Config, project: Project, start: Start): Promise<Result> {
    const { openServices } = await import('../../cli/services.ts');
    const { connectClient } = await import('../../cli/connect-client.ts');
    const { haveRunServed } = await import('../../cli/serve-run.ts');
    const { attendRun } = await import('../../cli/attend-run.ts');
    const notice = (line: string): void => this.notice(line);
    const services = await openServices(config, notice);
    if (services.kind === 'embedded') notice(err.dim('embedded, sandbox money'));
    const client = await connectClient(services);
    const { taskQueue, wait } = start;
    let server: Awaited<ReturnType<typeof haveRunServed>>;
    try {
      if (wait) server = await haveRunServed(config, project, services, taskQueue, client, notice, this.#log);
      const { run, how } = await begin(client, start);
      this.#showStart(start, services, run, how);
      const worker = workerCommand(services, taskQueue, config.temporal.taskQueue);
      if (!wait) {
        notice(`a worker on task queue '${taskQueue}' does the rest; where none runs: ${worker}`);
        return { event: how, ...idsOf(run) };
      }
      this.#emit({ event: how, ...idsOf(run) });
      const look = `look at it: ${whereToLook(services, run.workflowId)}`;
      const attended = await attendRun({
        client,
        run,
        view: this.#view(resumeCommand(run.workflowId)),
        notice,
        onSilence: (takenUp) => {
          this.#emit({ event: 'unattended', task_queue: taskQueue, taken_up: takenUp });
          notice(err.yellow(silenceNotice(takenUp, taskQueue, worker)));
        },
        terminal: start.terminal,
        server,
        timeout: start.timeout,
        hint: `${look}; a worker on task queue '${taskQueue}' goes on with it: ${worker}`,
      });
      return await this.#report(run, start.local, attended);
    } finally {
      try {
        await server?.stop();
      } finally {
        await client.connection.close();
      }
    }
  }

  /** Which run it is and where to look at it: on stderr, but on stdout where it is all that there is to tell. */
  #showStart({ name, wait }: Start, services: OpenServices, run: Run, how: StartedByKey['how']): void {
    if (how === 'joined')
      this.notice('joined the run that is there; its input is the one it was started with');
    if (how === 'replaced') this.notice('the run that was under way with this id was terminated');
    if (wait) this.notice(`${err.bold(name)}  ${err.dim(run.workflowId)}`);
    else this.log(`workflow id: ${run.workflowId}\nrun id: ${run.firstExecutionRunId}`);
    if (services.uiUrl !== undefined || !wait) this.notice(err.dim(whereToLook(services, run.workflowId)));
  }

  #view(resume: string): RunView {
    const write = (text: string): void => void process.stderr.write(text);
    if (this.jsonEnabled()) return eventView((event) => this.#emit(event), Date.now);
    // A log would run through steps that are redrawn in place.
    if (!process.stderr.isTTY || this.#log.level === 'debug') return lineView(write, Date.now, resume);
    return liveView(write, Date.now, resume, () => process.stderr.rows || 24);
  }

  async #report(
    run: Run,
    local: LocalDefinition,
    { outcome, progress, cancelRequested }: Attended,
  ): Promise<Result> {
    const ids = { event: outcome.status, ...idsOf(run) };
    if (outcome.status === 'completed') {
      const { renderValue } = await import('../../cli/render-value.ts');
      this.log(`\n${renderValue(outcome.output).join('\n')}`);
      return { ...ids, output: outcome.output };
    }
    process.exitCode = EXIT.failed;
    if (outcome.status !== 'failed') {
      if (outcome.status === 'cancelled' && cancelRequested) process.exitCode = EXIT.interrupted;
      this.notice(`${err.yellow(outcome.status.replace('_', ' '))}: ${run.workflowId}`);
      return ids;
    }
    const { describeFailure, placeOfFailure } = await import('../../cli/run-report.ts');
    const { failure } = outcome;
    const place = placeOfFailure(failure, progress?.planHash, local);
    this.notice(`\n${describeFailure(failure, place).join('\n')}`);
    return { ...ids, failure: { ...failure, ...(place?.file !== undefined && { file: place.file }) } };
  }

  #emit(event: object): void {
    if (this.jsonEnabled()) this.logJson(event);
  }

  /** A line each, so that events can be read as they come. */
  protected override logJson(json: unknown): void {
    process.stdout.write(`${JSON.stringify(json)}\n`);
  }
}

/** Starts the run: by its business key, where its definition has one. */
async function begin(client: Awaited<ReturnType<typeof connectClient>>, start: Start): Promise<StartedByKey> {
  const { name, input, taskQueue, workflowId, onConflict } = start;
  if (workflowId !== undefined && onConflict !== undefined) {
    const { startByKey } = await import('../../client/start-by-key.ts');
    return startByKey(client, { name, input, taskQueue, workflowId, onConflict });
  }
  const { startRun } = await import('../../client/runs.ts');
  const run = await startRun(client, {
    name,
    input,
    taskQueue,
    ...(workflowId !== undefined && { workflowId }),
  });
  return { run, how: 'started' };
}

function idsOf(run: Run): { readonly workflow_id: string; readonly run_id: string } {
  return { workflow_id: run.workflowId, run_id: run.firstExecutionRunId };
}

/** The longest that a timer of Node's can take, some 24 days. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

async function readTimeout(text: string): Promise<NonNullable<Start['timeout']>> {
  const { parseDuration } = await import('../../expression/duration.ts');
  const parsed = parseDuration(text);
  if (parsed.ok && parsed.ms > 0 && parsed.ms <= LONGEST_TIMER_MS) return { ms: parsed.ms, text };
  const problem = parsed.ok ? `'${text}' is not between 1ms and 24d` : parsed.problem;
  throw new CommandFailure('usage', `--timeout: ${problem}`, { exit: EXIT.usage, hint: 'see --help' });
}

function silenceNotice(takenUp: boolean, taskQueue: string, worker: string): string {
  return takenUp
    ? `no worker answers for the run any more; it goes on with the next one on task queue '${taskQueue}': ${worker}`
    : `nobody has taken the run up yet; a worker on task queue '${taskQueue}' will: ${worker}`;
}
