import { out } from '../cli/colors.ts';
import { EXIT, toCommandFailure } from '../cli/command-failure.ts';
import type { Check } from '../cli/doctor.ts';
import { EstuaryCommand } from '../cli/estuary-command.ts';
import { findingsOf, loadProject, type Project, typeSourcesOf } from '../project/project.ts';

const MARKS = { ok: out.green('✓'), note: out.yellow('•'), wrong: out.red('✗'), unreachable: out.red('✗') };

export default class Doctor extends EstuaryCommand {
  static override summary =
    'Look at everything: what is real, what is a sandbox, what is wrong and how to mend it.';
  static override description =
    'Starts nothing and changes nothing. Exits with 0 when nothing is wrong, 1 when something is, 4 when a server cannot be reached.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ];
  static override flags = { ...EstuaryCommand.connectionFlags };

  async run(): Promise<object> {
    const { flags } = await this.parse(Doctor);
    const config = this.configuration(flags);
    const { checkDatabase, checkProject, checkProviders, checkTemporal, list } = await import(
      '../cli/doctor.ts'
    );
    const { findServices } = await import('../cli/services.ts');
    const project = loadProject(config.root);
    const checks: Check[] = [
      { what: 'versions', status: 'ok', detail: `Node ${process.version}, Estuary ${this.config.version}` },
    ];
    try {
      const services = await findServices(config);
      if (services === undefined) {
        checks.push({
          what: 'servers',
          status: 'note',
          detail: 'embedded, not running; every command that needs them starts them',
        });
      } else {
        const { checkSearchAttributes } = await import('../cli/check-search-attributes.ts');
        checks.push(await checkTemporal(services), ...(await checkSearchAttributes(services, project)));
        checks.push(...(await checkDatabase(config, services)));
      }
    } catch (error) {
      const failure = toCommandFailure(error);
      if (failure === undefined) throw error;
      checks.push({ what: 'servers', status: 'wrong', detail: failure.message, hint: failure.hint });
    }
    checks.push(...(await checkProviders(config, process.env)), ...(await checkProject(project, config)));
    const drift = await driftOf(project);
    if (drift !== undefined)
      checks.push(list('generated code', drift, 'up to date', 'out of date:', 'run `estuary codegen`'));
    for (const { what, status, detail, hint } of checks) {
      this.log(
        `${MARKS[status]} ${what}: ${detail}${hint === undefined ? '' : `\n  ${out.dim('hint')}: ${hint}`}`,
      );
    }
    if (checks.some(({ status }) => status === 'unreachable')) process.exitCode = EXIT.unreachable;
    else if (checks.some(({ status }) => status === 'wrong')) process.exitCode = EXIT.failed;
    return { checks };
  }
}

/** The files of `generated/` that are not what they should be; undefined while there is no telling. */
async function driftOf(project: Project): Promise<string[] | undefined> {
  if (findingsOf(project).some(({ severity }) => severity === 'error')) return undefined;
  const { generateCode } = await import('../../codegen/generate.ts');
  const { checkGenerated } = await import('../../codegen/files.ts');
  const files = await generateCode(typeSourcesOf(project));
  const { changed, missing, surplus } = await checkGenerated(project.root, files);
  return [...changed, ...missing, ...surplus];
}
