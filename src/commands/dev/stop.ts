import { err } from '../../cli/colors.ts';
import { EstuaryCommand } from '../../cli/estuary-command.ts';
import { stackReport } from '../../cli/services.ts';

export default class DevStop extends EstuaryCommand {
  static override summary = "Stop this project's embedded servers; their data stays.";
  static override examples = ['<%= config.bin %> <%= command.id %>'];

  async run(): Promise<object> {
    await this.parse(DevStop);
    const { root } = this.configuration();
    const { stackDirectory, stopStack } = await import('../../stack/stack.ts');
    const ran = await stopStack(
      stackDirectory(root, 'dev'),
      stackReport((line) => this.notice(line)),
    );
    if (!ran.temporal && !ran.database) this.notice(err.dim('nothing was running'));
    return ran;
  }
}
