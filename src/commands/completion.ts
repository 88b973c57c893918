import { Args } from '@oclif/core';
import { completionScript, SHELLS, type Shell } from '../cli/completion.ts';
import { EstuaryCommand } from '../cli/estuary-command.ts';

export default class Completion extends EstuaryCommand {
  // The shell reads what it prints.
  static override enableJsonFlag = false;
  static override summary =
    'Print a script that completes commands, flags, workflows and domains in a shell.';
  static override description =
    'Have the shell read it at its start: eval "$(estuary completion bash)" in ~/.bashrc, the same with zsh in ~/.zshrc, estuary completion fish | source in ~/.config/fish/config.fish.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> bash',
    '<%= config.bin %> <%= command.id %> zsh',
    '<%= config.bin %> <%= command.id %> fish',
  ];
  static override args = {
    shell: Args.string({ description: 'bash, zsh or fish', options: [...SHELLS], required: true }),
  };

  async run(): Promise<void> {
    const { args } = await this.parse(Completion);
    const spaced = (id: string): string => id.replaceAll(':', ' ');
    const commands = this.config.commands.map(({ id, summary = '', args: values, flags }) => ({
      name: spaced(id),
      summary,
      choices: Object.values(values).flatMap(({ options }) => options ?? []),
      flags: Object.values(flags).map(({ name, char, description = '', type }) => ({
        name,
        char,
        description,
        takesValue: type === 'option',
      })),
    }));
    const topics = this.config.topics.map(
      ({ name, description = '' }) => [spaced(name), description] as const,
    );
    this.log(completionScript(args.shell as Shell, commands, new Map(topics)).trimEnd());
  }
}
