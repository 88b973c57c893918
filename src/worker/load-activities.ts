import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Signature } from '../document/signature.ts';
import { domainOf } from '../project/project.ts';
import type { Implementation } from './activity-function.ts';

export interface ServedActivity {
  readonly signature: Signature;
  readonly implementation: Implementation;
}

export interface LoadedActivities {
  /** In the order of the signatures. */
  readonly served: readonly ServedActivity[];
  /** What is missing or wrong, a sentence each. */
  readonly problems: readonly string[];
}

/**
 * Imports the code of every activity whose signature is there, from the project's build.
 * @param build the folder with the compiled code, absolute; `activities/<domain>/<name>.js` stands in it
 * @param domains only these; all if absent
 */
export async function loadActivities(
  signatures: Iterable<Signature>,
  build: string,
  domains?: readonly string[],
): Promise<LoadedActivities> {
  const served: ServedActivity[] = [];
  const problems: string[] = [];
  for (const signature of signatures) {
    if (domains !== undefined && !domains.includes(domainOf(signature.name))) continue;
    const implementation = await importActivity(join(build, 'activities', `${signature.name}.js`));
    if (typeof implementation === 'string') problems.push(`${signature.name}: ${implementation}`);
    else served.push({ signature, implementation });
  }
  return { served, problems };
}

/** The module's default export, or what is wrong. */
async function importActivity(path: string): Promise<Implementation | string> {
  if (!existsSync(path)) return `it has a signature but no code; expected ${path}`;
  try {
    const { default: implementation } = (await import(pathToFileURL(path).href)) as { default?: unknown };
    if (typeof implementation === 'function') return implementation as Implementation;
    return `${path} has no function as its default export`;
  } catch (error) {
    return `${path} cannot be loaded: ${error instanceof Error ? error.message : String(error)}`;
  }
}
