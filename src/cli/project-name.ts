import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** The name in package.json, else the folder's: the same in every checkout of an application. */
export function projectName(root: string): string {
  try {
    const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { name?: unknown };
    if (typeof name === 'string' && name !== '') return name;
  } catch {
    // Without package.json, or with one that nobody can read, the folder has to do.
  }
  return basename(root);
}
