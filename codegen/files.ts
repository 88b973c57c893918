import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';

/** How `generated/` differs from what it should hold. Paths from the project's root, sorted. */
export interface GeneratedDrift {
  readonly changed: readonly string[];
  readonly missing: readonly string[];
  readonly surplus: readonly string[];
}

/** Compares `generated/` with what `generateCode` gives. Three empty lists mean that it is up to date. */
export async function checkGenerated(
  root: string,
  files: ReadonlyMap<string, string>,
): Promise<GeneratedDrift> {
  const present = await listGenerated(root);
  const changed: string[] = [];
  const missing: string[] = [];
  for (const [path, text] of [...files].sort()) {
    if (!present.includes(path)) missing.push(path);
    else if ((await readFile(join(root, path), 'utf8')) !== text) changed.push(path);
  }
  return { changed, missing, surplus: present.filter((path) => !files.has(path)) };
}

/** Brings `generated/` up to date: writes what differs, removes what should not be there. Returns what it did. */
export async function writeGenerated(
  root: string,
  files: ReadonlyMap<string, string>,
): Promise<GeneratedDrift> {
  const drift = await checkGenerated(root, files);
  for (const path of [...drift.changed, ...drift.missing]) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), files.get(path)!);
  }
  for (const path of drift.surplus) await rm(join(root, path));
  return drift;
}

async function listGenerated(root: string): Promise<string[]> {
  const entries = await readdir(join(root, 'generated'), { recursive: true }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  const paths = entries.map((entry) => `generated/${entry.split(sep).join('/')}`).sort();
  const stats = await Promise.all(paths.map((path) => stat(join(root, path))));
  return paths.filter((_, index) => stats[index]!.isFile());
}
