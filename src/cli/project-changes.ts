/** What an edit does to what is served. */
import type { Project } from '../project/project.ts';
import { type FileChanges, pathsOf } from './watched-files.ts';

export interface Change {
  readonly how: 'added' | 'changed' | 'removed';
  /** `workflow payments/refund`, `activity payments/charge`, or a file of code that they share. */
  readonly what: string;
}

/** The definitions and signatures that were sound before and are there with errors now, by name. */
export function brokenBy(before: Project, after: Project): string[] {
  const definitions = [...before.definitions.values()]
    .filter(({ name, runnable }) => runnable !== undefined && isBroken(after, name))
    .map(({ name }) => name);
  const signatures = [...before.signatures.keys()].filter(
    (name) => !after.signatures.has(name) && after.sources.has(signatureFile(name)),
  );
  return [...signatures, ...definitions];
}

function isBroken({ definitions }: Project, name: string): boolean {
  const definition = definitions.get(name);
  return definition !== undefined && definition.runnable === undefined;
}

function signatureFile(name: string): string {
  return `schemas/activities/${name}.yaml`;
}

/** What differs for runs: workflows by their plans, activities by their signatures and code, and shared code. */
export function changesBetween(before: Project, after: Project, files: FileChanges): Change[] {
  const touched = pathsOf(files);
  const code = touched.filter((path) => !/^(definitions|schemas)\//.test(path));
  const workflows = compare('workflow', planHashes(before), planHashes(after));
  const activities = compare(
    'activity',
    signatureHashes(before, []),
    // An activity whose code has changed is another one, whatever its signature says.
    signatureHashes(after, code),
  );
  const own = new Set([...after.signatures.keys(), ...before.signatures.keys()].map(codeFile));
  const shared = code
    .filter((path) => !own.has(path))
    .map((path): Change => ({ how: howOf(path, files), what: path }));
  return [...workflows, ...activities, ...shared];
}

function codeFile(activity: string): string {
  return `activities/${activity}.ts`;
}

function howOf(path: string, { added, removed }: FileChanges): Change['how'] {
  if (added.includes(path)) return 'added';
  return removed.includes(path) ? 'removed' : 'changed';
}

type Hashes = ReadonlyMap<string, string>;

function planHashes({ definitions }: Project): Hashes {
  const runnable = [...definitions.values()].flatMap(({ name, runnable: it }) =>
    it === undefined ? [] : [[name, it.plan.hash] as const],
  );
  return new Map(runnable);
}

function signatureHashes({ signatures }: Project, code: readonly string[]): Hashes {
  return new Map(
    [...signatures.values()].map(({ name, hash }) => [
      name,
      code.includes(codeFile(name)) ? `${hash} with other code` : hash,
    ]),
  );
}

function compare(what: string, before: Hashes, after: Hashes): Change[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((name): Change[] => {
    const [was, is] = [before.get(name), after.get(name)];
    if (was === is) return [];
    const how = was === undefined ? 'added' : is === undefined ? 'removed' : 'changed';
    return [{ how, what: `${what} ${name}` }];
  });
}
