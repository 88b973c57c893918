import { relative, resolve, sep } from 'node:path';
import { Args } from '@oclif/core';
import { out } from '../../cli/colors.ts';
import { CommandFailure, EXIT } from '../../cli/command-failure.ts';
import { EstuaryCommand } from '../../cli/estuary-command.ts';
import { findingsOf, loadProject, type Project } from '../../project/project.ts';

export default class WfValidate extends EstuaryCommand {
  static override summary = 'Check definitions and signatures; needs no server.';
  static override description =
    'Names files, folders or domains; without any, checks the whole project.\n\nExits with 0 when there is no error, 1 when there is one, 2 for wrong usage.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> payments',
    '<%= config.bin %> <%= command.id %> definitions/payments/batch-payout.yaml --json',
  ];
  static override strict = false;
  static override args = {
    what: Args.string({ description: 'a file, a folder or a domain; repeatable' }),
  };

  async run(): Promise<object> {
    const { argv } = await this.parse(WfValidate);
    const config = this.configuration();
    const project = loadProject(config.root);
    const files = selectFiles(project, argv as string[]);
    const findings = findingsOf(project).filter(({ file }) => files.has(file));
    const { renderJson } = await import('../../diagnostics/render-json.ts');
    const { renderText, summarize } = await import('../../diagnostics/render-text.ts');
    if (findings.some(({ severity }) => severity === 'error')) process.exitCode = EXIT.failed;
    if (findings.length > 0) this.log(renderText(findings, project.sources, out));
    else this.log(`${out.green('✓')} ${files.size} file${files.size === 1 ? '' : 's'}, no findings`);
    if (findings.length > 0) this.log(summarize(findings));
    return { files: files.size, findings: renderJson(findings, project.sources) };
  }
}

/** The files that the arguments name: a file, everything below a folder, or the files of a domain. */
function selectFiles(project: Project, args: readonly string[]): ReadonlySet<string> {
  const all = [...project.sources.keys()];
  if (args.length === 0) return new Set(all);
  return new Set(
    args.flatMap((arg) => {
      const path = relative(project.root, resolve(arg)).split(sep).join('/');
      const domain = all.filter((file) => domainOfFile(file) === arg);
      const selected =
        domain.length > 0 ? domain : all.filter((file) => file === path || file.startsWith(`${path}/`));
      if (selected.length > 0) return selected;
      const domains = [...new Set(all.map(domainOfFile))];
      throw new CommandFailure(
        'nothing-to-validate',
        `'${arg}' is no definition, no signature and no folder or domain with any`,
        {
          exit: EXIT.usage,
          hint: `domains: ${domains.join(', ') || 'none'}`,
        },
      );
    }),
  );
}

/** `definitions/payments/batch-payout.yaml` and `schemas/activities/payments/hold-payout.yaml` are of `payments`. */
function domainOfFile(file: string): string {
  return file.split('/').at(-2)!;
}
