import { Flags } from '@oclif/core';
import { CommandFailure, EXIT } from '../../cli/command-failure.ts';
import { EstuaryCommand, logFlags } from '../../cli/estuary-command.ts';

export default class WorkerStart extends EstuaryCommand {
  // It serves until it is told to stop: there is no result to give.
  static override enableJsonFlag = false;
  static override summary = 'Serve workflows and activities from a task queue.';
  static override description =
    'Every worker interprets every definition; --domains limits the activities that it serves. Definitions and activities are found in the project; nothing is registered by hand. Ctrl-C or SIGTERM finishes what runs, once more ends at once.';
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
    const notice = (line: string): void => this.notice(line);
    const { openServices } = await import('../../cli/services.ts');
    const services = await openServices(config, notice);
    const { serveUntilStopped } = await import('../../cli/serving.ts');
    await serveUntilStopped({
      config,
      services,
      project,
      taskQueue: flags['task-queue'] ?? config.temporal.taskQueue,
      domains: flags.domains,
      strict: flags.strict,
      notice,
    });
  }
}
