import { err } from '../../cli/colors.ts';
import { EstuaryCommand, logFlags } from '../../cli/estuary-command.ts';

export default class Dev extends EstuaryCommand {
  // It serves until it is told to stop: there is no result to give.
  static override enableJsonFlag = false;
  static override summary = 'Everything with a worker, in the foreground: Temporal, PostgreSQL, sample data.';
  static override description =
    'Starts the embedded servers where they do not run yet, or uses the configured ones, and serves the task queue until Ctrl-C. The embedded servers go on running for the next command; `estuary dev stop` ends them.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> stop',
  ];

  static override flags = { ...logFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(Dev);
    const config = this.configuration(flags);
    const { loadProject } = await import('../../project/project.ts');
    const project = loadProject(config.root);
    const notice = (line: string): void => this.notice(line);
    const { openServices } = await import('../../cli/services.ts');
    const services = await openServices(config, notice);
    const { serveUntilStopped } = await import('../../cli/serving.ts');
    const { taskQueue } = config.temporal;
    if (services.uiUrl !== undefined) notice(`${err.green('✓')} Web UI ${services.uiUrl}`);
    const first = [...project.definitions.values()].find(({ runnable }) => runnable !== undefined);
    if (first !== undefined) {
      const { address, namespace } = services;
      const options = `--address ${address} --namespace ${namespace} --task-queue ${taskQueue}`;
      notice(err.dim(`  temporal workflow execute ${options} --type ${first.name} --input '{}'`));
    }
    await serveUntilStopped({ config, services, project, taskQueue, notice });
  }
}
