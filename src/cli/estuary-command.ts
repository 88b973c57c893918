import { Command, Flags } from '@oclif/core';
import { type Config, type ConfigFlags, loadConfig } from '../config/config.ts';
import { err } from './colors.ts';
import { CommandFailure, EXIT, toCommandFailure } from './command-failure.ts';

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
    const lines = problems.map(
      ({ where, message, hint }) => `${where}: ${message}${hint ? ` (${hint})` : ''}`,
    );
    throw new CommandFailure(problems[0]!.code, lines.join('\n'), { exit: EXIT.usage });
  }

  /** Progress and notices: on stderr, so that stdout holds the result alone; nothing with `--json`. */
  protected notice(line: string): void {
    if (!this.jsonEnabled()) process.stderr.write(`${line}\n`);
  }

  override async catch(error: Error): Promise<void> {
    const failure = toCommandFailure(error);
    if (failure === undefined) throw error;
    process.exitCode = failure.exit;
    const { code, message, hint, findings } = failure;
    if (this.jsonEnabled())
      this.logJson({ error: { code, message, ...(hint && { hint }), ...(findings && { findings }) } });
    else
      process.stderr.write(`${err.red('error')}: ${message}\n${hint ? `${err.dim('hint')}: ${hint}\n` : ''}`);
  }
}
