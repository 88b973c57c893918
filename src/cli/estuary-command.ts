import { Command, Flags } from '@oclif/core';
import { type Config, type ConfigFlags, loadConfig } from '../config/config.ts';
import { err } from './colors.ts';
import { CommandFailure, EXIT, toCommandFailure } from './command-failure.ts';

/** The flag of commands that run a worker. */
export const logFlags = {
  verbose: Flags.boolean({ description: 'log everything that happens, on stderr' }),
};

/** What every command has: the configuration, `--json`, and failures that read well. */
export abstract class EstuaryCommand extends Command {
  static override enableJsonFlag = true;

  /** The flags of commands that talk to a Temporal server. */
  static readonly connectionFlags = {
    address: Flags.string({ description: 'Temporal server, host:port', helpGroup: 'CONNECTION' }),
    namespace: Flags.string({ description: 'Temporal namespace', helpGroup: 'CONNECTION' }),
  };

  /** The configuration of the project around the current folder. */
  protected configuration(flags: ConfigFlags = {}): Config {
    const { config, problems } = loadConfig({ cwd: process.cwd(), env: process.env, flags });
    if (config !== undefined) return config;
    const [first] = problems;
    if (problems.length === 1) {
      const { code, where, message, hint } = first!;
      const place = message.includes(where) ? '' : `${where}: `;
      throw new CommandFailure(code, place + message, { exit: EXIT.usage, hint });
    }
    const lines = problems.map(
      ({ where, message, hint }) => `\n  ${where}: ${message}${hint ? ` (${hint})` : ''}`,
    );
    throw new CommandFailure(first!.code, `the configuration is not valid:${lines.join('')}`, {
      exit: EXIT.usage,
    });
  }

  /** Progress and notices: on stderr, so that stdout holds the result alone; nothing with `--json`. */
  protected notice(line: string): void {
    if (!this.jsonEnabled()) process.stderr.write(`${line}\n`);
  }

  override async catch(error: Error): Promise<void> {
    const failure = toCommandFailure(error);
    if (failure === undefined) throw error;
    process.exitCode = failure.exit;
    const { code, message, hint, detail, findings } = failure;
    if (this.jsonEnabled()) {
      this.logJson({ error: { code, message, ...(hint && { hint }), ...(findings && { findings }) } });
      return;
    }
    const lines = [`${err.red('error')}: ${message}`];
    if (detail) lines.push('', detail.trimEnd());
    if (hint) lines.push(`${err.dim('hint')}: ${hint}`);
    process.stderr.write(`${lines.join('\n')}\n`);
  }
}
