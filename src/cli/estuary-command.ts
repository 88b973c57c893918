import { Command, Flags } from '@oclif/core';
import type { Config, ConfigFlags } from '../config/config.ts';
import { err } from './colors.ts';
import { toCommandFailure } from './command-failure.ts';
import { readConfiguration } from './configuration.ts';
import type { Terminal } from './run-input.ts';

/** The flag of commands that run a worker. */
export const logFlags = {
  verbose: Flags.boolean({ description: 'log everything that happens, on stderr' }),
};

/** The flags that make up an object: `--input`, part by part, and `--input-file`, as a whole. */
function objectFlags(part: string, whole: string, fileExcludes: readonly string[] = []) {
  return {
    input: Flags.string({
      char: 'i',
      description: `${part}: key=value, key.inner=value, or key:=json; repeatable`,
      multiple: true,
      multipleNonGreedy: true,
    }),
    'input-file': Flags.string({
      description: `a JSON or YAML object ${whole}, - for stdin; --input goes before it`,
      ...(fileExcludes.length > 0 && { exclusive: [...fileExcludes] }),
    }),
  };
}

/** The flags of commands that run a definition. `fileExcludes`: the flags that `--input-file` cannot stand beside. */
export const inputFlags = (fileExcludes?: readonly string[]) =>
  objectFlags('one input', 'of inputs', fileExcludes);

/** The flags of commands that send a payload to a run. */
export const payloadFlags = objectFlags('one part of the payload', 'as payload');

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

  /** Where people can be asked, if they can. */
  protected terminal(): Terminal | undefined {
    if (this.jsonEnabled() || !process.stdin.isTTY || !process.stderr.isTTY) return undefined;
    return { input: process.stdin, output: process.stderr };
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
