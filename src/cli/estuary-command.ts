import { Command, Flags } from '@oclif/core';
import type { Config, ConfigFlags } from '../config/config.ts';
import { err } from './colors.ts';
import { toCommandFailure } from './command-failure.ts';
import { readConfiguration } from './configuration.ts';

/** The flag of commands that run a worker. */
export const logFlags = {
  verbose: Flags.boolean({ description: 'log everything that happens, on stderr' }),
};

/** What every command has: the configuration, `--json`, and failures that read well. */
export abstract class EstuaryCommand extends Command {
  static override enableJsonFlag = true;

  /** The flags of commands that talk to a Temporal server. No secret is one: the list of processes shows the flags of each. */
  static readonly connectionFlags = {
    address: Flags.string({ description: 'Temporal server, host:port', helpGroup: 'CONNECTION' }),
    namespace: Flags.string({ description: 'Temporal namespace', helpGroup: 'CONNECTION' }),
    profile: Flags.string({ description: 'profile of temporal.toml', helpGroup: 'CONNECTION' }),
  };

  /** The configuration of the project around the current folder. */
  protected configuration(flags: ConfigFlags = {}): Config {
    return readConfiguration({ cwd: process.cwd(), env: process.env, flags });
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
