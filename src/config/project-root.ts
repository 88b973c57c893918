import { existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export const CONFIG_FILE = 'estuary.yaml';

/**
 * The project's root: the nearest folder, from `cwd` upwards, that holds `estuary.yaml`, or `definitions/`
 * beside a `package.json`. Absolute path; undefined where there is none.
 */
export function findProjectRoot(cwd: string): string | undefined {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (existsSync(join(folder, CONFIG_FILE))) return folder;
    if (existsSync(join(folder, 'package.json')) && isFolder(join(folder, 'definitions'))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
