/** The files that `estuary dev` watches: looked at again and again, which works on every kind of disk. */
import { readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What makes up an application. */
export const WATCHED = ['definitions', 'schemas', 'activities', 'generated', 'providers', 'database'];

/** What tells one state of a file from another, by path from the root with forward slashes. */
export type Snapshot = ReadonlyMap<string, string>;

export interface FileChanges {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

const READ = /\.(ya?ml|json|[cm]?[jt]s|sql)$/;

/** The watched files as they are now. */
export function takeSnapshot(root: string, folders: readonly string[] = WATCHED): Snapshot {
  return new Map(folders.flatMap((folder) => filesBelow(root, folder)).sort());
}

function filesBelow(root: string, folder: string): (readonly [path: string, state: string])[] {
  let paths: string[];
  try {
    paths = readdirSync(join(root, folder), { recursive: true }) as string[];
  } catch {
    // Not there, or a folder within it went while it was read: the next look tells.
    return [];
  }
  return paths
    .filter((path) => READ.test(path))
    .flatMap((path) => {
      const stats = statSync(join(root, folder, path), { throwIfNoEntry: false });
      if (!stats?.isFile()) return [];
      return [[`${folder}/${path.split(sep).join('/')}`, `${stats.mtimeMs} ${stats.size}`] as const];
    });
}

export function compareSnapshots(before: Snapshot, after: Snapshot): FileChanges {
  const there = [...after.keys()];
  return {
    added: there.filter((path) => !before.has(path)),
    changed: there.filter((path) => before.has(path) && before.get(path) !== after.get(path)),
    removed: [...before.keys()].filter((path) => !after.has(path)),
  };
}

/** All paths of a change. */
export function pathsOf({ added, changed, removed }: FileChanges): string[] {
  return [...added, ...changed, ...removed];
}

const LOOK_EVERY_MS = 200;

/**
 * Waits until the files are others than in `seen` and stay so for one look: an editor writes several at a time.
 * Never resolves once `signal` is aborted.
 */
export async function nextChange(
  root: string,
  seen: Snapshot,
  signal: AbortSignal,
  folders: readonly string[] = WATCHED,
): Promise<Snapshot> {
  for (let last = seen; ; ) {
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => new Promise<never>(() => {}));
    const now = takeSnapshot(root, folders);
    const settled = pathsOf(compareSnapshots(last, now)).length === 0;
    if (settled && pathsOf(compareSnapshots(seen, now)).length > 0) return now;
    last = now;
  }
}
