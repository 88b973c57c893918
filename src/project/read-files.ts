import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** A file of the project: its path from the root, with forward slashes, and its text. */
export interface SourceFile {
  readonly file: string;
  readonly text: string;
  /** Why it could not be read; `text` is empty then. */
  readonly unreadable?: string;
}

/** No more of a file is read: the checker refuses what is larger than half of it, whatever the rest says. */
const MAXIMUM_BYTES = 1024 * 1024;

const TEST = /\.test\.ya?ml$/;

/** The definitions of a project, sorted by path. Tests (`*.test.yaml`) are not definitions. */
export function readDefinitionFiles(root: string): SourceFile[] {
  return readYamlFiles(root, 'definitions').filter(({ file }) => !TEST.test(file));
}

/** The tests of a project's definitions, `*.test.yaml` beside them, sorted by path. */
export function readTestFiles(root: string): SourceFile[] {
  return readYamlFiles(root, 'definitions').filter(({ file }) => TEST.test(file));
}

/** The activities' signatures of a project, sorted by path. */
export function readSignatureFiles(root: string): SourceFile[] {
  return readYamlFiles(root, 'schemas/activities');
}

/** Reads a file that a schema refers to; `undefined` if there is none. */
export function readProjectFile(root: string, file: string): string | undefined {
  const path = join(root, file);
  return existsSync(path) && statSync(path).isFile() ? readStart(path) : undefined;
}

function readYamlFiles(root: string, folder: string): SourceFile[] {
  const top = join(root, folder);
  if (!existsSync(top)) return [];
  return (readdirSync(top, { recursive: true }) as string[])
    .filter((path) => /\.ya?ml$/.test(path))
    .map((path) => join(top, path))
    .flatMap((path) => {
      const file = relative(root, path).split(sep).join('/');
      try {
        return statSync(path).isFile() ? [{ file, text: readStart(path) }] : [];
      } catch (error) {
        return [{ file, text: '', unreadable: reasonOf(error as NodeJS.ErrnoException) }];
      }
    })
    .sort((a, b) => (a.file < b.file ? -1 : 1));
}

/** One broken file must not keep a worker from all the others, so this is said and not thrown. */
function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'it is a link to nowhere';
  if (code === 'ELOOP') return 'it is a link that leads in a circle';
  if (code === 'EACCES' || code === 'EPERM') return 'reading it is not permitted';
  return message;
}

function readStart(path: string): string {
  if (statSync(path).size <= MAXIMUM_BYTES) return readFileSync(path, 'utf8');
  const file = openSync(path, 'r');
  try {
    const start = Buffer.alloc(MAXIMUM_BYTES);
    return start.toString('utf8', 0, readSync(file, start));
  } finally {
    closeSync(file);
  }
}
