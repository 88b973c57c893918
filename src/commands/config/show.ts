import { Flags } from '@oclif/core';
import { out } from '../../cli/colors.ts';
import { EstuaryCommand } from '../../cli/estuary-command.ts';
import { chooseServices } from '../../config/services.ts';
import { describeConfig } from '../../config/show.ts';

export default class ConfigShow extends EstuaryCommand {
  static override summary = 'Show every setting, its value and where that came from; secrets stay hidden.';
  static override description =
    'Connects to nothing. Exits with 2 when a setting is not valid, and says which and where.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ];
  static override flags = {
    ...EstuaryCommand.connectionFlags,
    'task-queue': Flags.string({ description: 'task queue' }),
  };

  async run(): Promise<object> {
    const { flags } = await this.parse(ConfigShow);
    const config = this.configuration(flags);
    const settings = describeConfig(config);
    const chosen = chooseServices(config);
    const servers = 'problem' in chosen ? chosen.problem.code : chosen.services.kind;
    const queues = Object.entries(config.taskQueues).map(([domain, value]) => ({
      name: `task_queues.${domain}`,
      value,
      source: 'estuary.yaml',
    }));
    const rows = [...settings, ...queues].map(({ name, value, source }) => [
      name,
      String(value ?? '–'),
      source,
    ]);
    const width = (column: number): number => Math.max(...rows.map((row) => row[column]!.length));
    const [names, values] = [width(0), width(1)];
    this.log(`${'project'.padEnd(names)}  ${config.root}`);
    for (const [name, value, source] of rows) {
      this.log(`${name!.padEnd(names)}  ${value!.padEnd(values)}  ${out.dim(source!)}`);
    }
    this.log(`${'servers'.padEnd(names)}  ${servers}`);
    if ('problem' in chosen) {
      const { message, hint } = chosen.problem;
      this.notice(`warning: ${message}${hint ? `\nhint: ${hint}` : ''}`);
    }
    return { project: config.root, settings, task_queues: config.taskQueues, servers };
  }
}
