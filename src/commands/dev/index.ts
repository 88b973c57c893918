import { err } from '../../cli/colors.ts';
import { EstuaryCommand, logFlags } from '../../cli/estuary-command.ts';
import { loadProject, type Project, typeSourcesOf } from '../../project/project.ts';

export default class Dev extends EstuaryCommand {
  // It serves until it is told to stop: there is no result to give.
  static override enableJsonFlag = false;
  static override summary = 'Everything with a worker, in the foreground: Temporal, PostgreSQL, sample data.';
  static override description =
    'Starts the embedded servers where they do not run yet, or uses the configured ones, and serves the task queue until Ctrl-C. Edits of definitions, schemas and code are taken up as they come; runs that are under way go on. The embedded servers go on running for the next command; `estuary dev stop` ends them.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> stop',
  ];

  static override flags = { ...logFlags };

  async run(): Promise<void> {
    const { flags } = await this.parse(Dev);
    const config = this.configuration(flags);
    const project = loadProject(config.root);
    const notice = (line: string): void => this.notice(line);
    const { openServices } = await import('../../cli/services.ts');
    const services = await openServices(config, notice);
    const { taskQueue } = config.temporal;
    if (services.uiUrl !== undefined) notice(`${err.green('✓')} Web UI ${services.uiUrl}`);
    const first = [...project.definitions.values()].find(({ runnable }) => runnable !== undefined);
    if (first !== undefined) {
      const { address, namespace } = services;
      const options = `--address ${address} --namespace ${namespace} --task-queue ${taskQueue}`;
      notice(err.dim(`  temporal workflow execute ${options} --type ${first.name} --input '{}'`));
    }
    const { develop } = await import('../../cli/develop.ts');
    await develop({ config, services, generate, notice });
  }
}

async function generate(project: Project): Promise<string[]> {
  const { generateCode } = await import('../../../codegen/generate.ts');
  const { writeGenerated } = await import('../../../codegen/files.ts');
  const files = await generateCode(typeSourcesOf(project));
  const { changed, missing, surplus } = await writeGenerated(project.root, files);
  return [...changed, ...missing, ...surplus];
}
