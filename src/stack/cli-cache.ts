import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

/**
 * Where binaries are kept for all projects of this user: `$XDG_CACHE_HOME/estuary`, or `~/.cache/estuary`. Where
 * neither can be written (a user without a home), `cache/` beside the project's data folder.
 */
export function cacheDirectory(env: NodeJS.ProcessEnv, dataDirectory: string): string {
  const { XDG_CACHE_HOME: cache = '', HOME: home = '' } = env;
  const bases = [cache, home === '' ? '' : join(home, '.cache')].filter(isAbsolute);
  const usable = bases.map((base) => join(base, 'estuary')).find(canWrite);
  return usable ?? join(dirname(dataDirectory), 'cache');
}

/** Whether this user can create files in a folder, or create the folder. */
export function canWrite(directory: string): boolean {
  try {
    if (!existsSync(directory)) mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Whether `path` is a file that this user may run. */
export function isExecutableFile(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
