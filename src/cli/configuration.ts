import { type Config, type ConfigFlags, loadConfig } from '../config/config.ts';
import { CommandFailure, EXIT } from './command-failure.ts';

/**
 * The configuration of the project around `cwd`.
 * @throws CommandFailure with all that is wrong with it; the code is that of the first problem, `no-project` if there is none
 */
export function readConfiguration(from: {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly flags?: ConfigFlags;
}): Config {
  const { config, problems } = loadConfig(from);
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
