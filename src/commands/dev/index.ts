import pc from 'picocolors';
import { EstuaryCommand } from '../../cli/estuary-command.ts';

export default class Dev extends EstuaryCommand {
  static override summary = 'Everything with a worker, in the foreground: Temporal, PostgreSQL, sample data.';
  static override description =
    'Starts the embedded servers where they do not run yet, and serves the task queue until Ctrl-C. The servers go on running for the next command; `estuary dev stop` ends them.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> stop',
  ];

  async run(): Promise<void> {
    await this.parse(Dev);
    const config = this.configuration();
    const { loadProject } = await import('../../project/project.ts');
    const project = loadProject(config.root);
    const notice = (line: string): void => this.notice(line);
    const { openServices } = await import('../../cli/services.ts');
    const services = await openServices(config, notice);
    const { serveUntilStopped } = await import('../../cli/serving.ts');
    const { taskQueue } = config.temporal;
    if (services.uiUrl !== undefined) notice(`${pc.green('✓')} Web UI ${services.uiUrl}`);
    notice(
      pc.dim(
        `  temporal workflow execute --address ${services.address} --namespace ${services.namespace} --task-queue ${taskQueue} --type payments/batch-payout --input '{"min_amount": 10}'`,
      ),
    );
    await serveUntilStopped({ config, services, project, taskQueue, notice });
  }
}
