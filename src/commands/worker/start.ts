import { Flags } from '@oclif/core';
import { CommandFailure, EXIT } from '../../cli/command-failure.ts';
import { EstuaryCommand, logFlags } from '../../cli/estuary-command.ts';

export default class WorkerStart extends EstuaryCommand {
  static override summary = 'Serve workflows and activities from a task queue.';
  static override description =
    'Every worker interprets every definition; --domains limits the activities that it serves. Definitions and activities are found in the project; nothing is registered by hand. Search attributes that are missing are registered where that is allowed. Ctrl-C or SIGTERM finishes what runs, once more ends at once.\n\nWith --json every line on stdout is an event.\n\nExits with 0 when it was stopped, 2 for wrong usage or configuration, 3 when a definition has errors and --strict is given, 4 when a server cannot be reached or used, 130 when a second signal cut it short.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> --task-queue default',
    '<%= config.bin %> <%= command.id %> --task-queue payments --domains payments,bookings',
  ];
  static override flags = {
    ...EstuaryCommand.connectionFlags,
    'task-queue': Flags.string({ description: 'the task queue to serve', helpGroup: 'CONNECTION' }),
    domains: Flags.string({
      description: 'only the activities of these domains; repeatable, commas',
      multiple: true,
      multipleNonGreedy: true,
      delimiter: ',',
    }),
    strict: Flags.boolean({ description: 'refuse to start while a definition has errors' }),
    'max-concurrent-activities': Flags.string({
      description: 'activities at a time',
      helpValue: '<number>',
      helpGroup: 'LIMITS',
    }),
    'max-concurrent-workflow-tasks': Flags.string({
      description: 'workflow tasks at a time',
      helpValue: '<number>',
      helpGroup: 'LIMITS',
    }),
    'max-cached-workflows': Flags.string({
      description: 'workflows kept in memory, 0 for none',
      helpValue: '<number>',
      helpGroup: 'LIMITS',
    }),
    ...logFlags,
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(WorkerStart);
    const config = this.configuration(flags);
    const { domainOf, loadProject } = await import('../../project/project.ts');
    const project = loadProject(config.root);
    const known = [...new Set([...project.signatures.keys(), ...project.definitions.keys()].map(domainOf))];
    const unknown = flags.domains?.find((domain) => !known.includes(domain));
    if (unknown !== undefined) {
      throw new CommandFailure('unknown-domain', `there is no domain '${unknown}'`, {
        exit: EXIT.usage,
        hint: `domains: ${known.join(', ') || 'none'}`,
      });
    }
    const { noticesOf } = await import('../../cli/log-lines.ts');
    const people = (text: string): void => this.notice(text);
    const notice = this.jsonEnabled() ? people : noticesOf(config.log, people);
    const { reportFindings, serveUntilStopped } = await import('../../cli/serving.ts');
    await reportFindings(project, flags.strict, notice);
    const { openServices } = await import('../../cli/services.ts');
    const services = await openServices(config, notice);
    const taskQueue = flags['task-queue'] ?? config.temporal.taskQueue;
    await serveUntilStopped(
      { config, services, project, taskQueue, domains: flags.domains, notice },
      (event) => {
        if (this.jsonEnabled()) this.logJson(event);
      },
    );
  }

  /** A line each, so that events can be read as they come. */
  protected override logJson(json: unknown): void {
    process.stdout.write(`${JSON.stringify(json)}\n`);
  }
}
