import { Flags } from '@oclif/core';
import { err, out } from '../cli/colors.ts';
import { CommandFailure, EXIT } from '../cli/command-failure.ts';
import { EstuaryCommand } from '../cli/estuary-command.ts';
import { findingsOf, loadProject, typeSourcesOf } from '../project/project.ts';

export default class Codegen extends EstuaryCommand {
  static override summary = 'Generate the types of activities and workflows from their schemas.';
  static override description =
    'With --check nothing is written: exits with 1 when generated/ is out of date.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --check',
  ];
  static override flags = {
    check: Flags.boolean({ description: 'only say whether generated/ is up to date' }),
  };

  async run(): Promise<object> {
    const { flags } = await this.parse(Codegen);
    const project = loadProject(this.configuration().root);
    const findings = findingsOf(project).filter(({ severity }) => severity === 'error');
    if (findings.length > 0) {
      const { renderText } = await import('../diagnostics/render-text.ts');
      const { renderJson } = await import('../diagnostics/render-json.ts');
      throw new CommandFailure('invalid-definition', 'definitions or signatures have errors', {
        exit: EXIT.findings,
        detail: renderText(findings, project.sources, err),
        findings: renderJson(findings, project.sources),
      });
    }
    const { generateCode } = await import('../../codegen/generate.ts');
    const { checkGenerated, writeGenerated } = await import('../../codegen/files.ts');
    const files = await generateCode(typeSourcesOf(project));
    const drift = await (flags.check ? checkGenerated : writeGenerated)(project.root, files);
    const [changed, missing, surplus] = flags.check
      ? ['out of date', 'missing', 'left over']
      : ['updated', 'added', 'removed'];
    for (const path of drift.changed) this.log(`${changed}  ${path}`);
    for (const path of drift.missing) this.log(`${missing}  ${path}`);
    for (const path of drift.surplus) this.log(`${surplus}  ${path}`);
    const differs = drift.changed.length + drift.missing.length + drift.surplus.length > 0;
    if (!differs) this.log(`${out.green('✓')} generated/ is up to date`);
    if (flags.check && differs) {
      process.exitCode = EXIT.failed;
      this.notice('run `estuary codegen`');
    }
    return drift;
  }
}
