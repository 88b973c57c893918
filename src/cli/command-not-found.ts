import type { Hook } from '@oclif/core';
import { didYouMean } from '../json-schema/suggest.ts';
import { err } from './colors.ts';
import { EXIT } from './command-failure.ts';

/** oclif's hook for a command that is none: says so with the nearest one. */
const commandNotFound: Hook.CommandNotFound = async ({ id, config, argv }) => {
  const spaced = (command: string): string => command.replaceAll(':', ' ');
  const known = config.commands.map((command) => spaced(command.id));
  const hint = didYouMean(spaced(id), known) ?? 'estuary --help';
  process.exitCode = EXIT.usage;
  const message = `there is no command '${spaced(id)}'`;
  if (argv?.includes('--json')) {
    process.stdout.write(
      `${JSON.stringify({ error: { code: 'unknown-command', message, hint } }, null, 2)}\n`,
    );
  } else process.stderr.write(`${err.red('error')}: ${message}\n${err.dim('hint')}: ${hint}\n`);
};

export default commandNotFound;
