/** Compiles an application's TypeScript to dist/, as `estuary dev` does after an edit. */
import { execFile } from 'node:child_process';
import { existsSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Compiles what the project's `tsconfig.json` names, with the project's own compiler; nothing is written where there
 * is an error. A project without one of the two is compiled by somebody else.
 * @param removed sources that are gone, by path from the root: what was made of them goes too
 * @returns what the compiler has to object; undefined if nothing
 */
export async function compileApplication(
  root: string,
  removed: readonly string[],
): Promise<string | undefined> {
  const compiler = existsSync(join(root, 'tsconfig.json')) ? findCompiler(root) : undefined;
  if (compiler === undefined) return undefined;
  const args = [compiler, '-p', 'tsconfig.json', '--noEmitOnError', '--pretty', 'false'];
  const problem = await new Promise<string | undefined>((resolve) => {
    execFile(process.execPath, args, { cwd: root, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) =>
      resolve(error === null ? undefined : (stdout + stderr).trim() || error.message),
    );
  });
  if (problem !== undefined) return problem;
  for (const path of removed) rmSync(compiledFile(root, path), { force: true });
  return undefined;
}

/** Whether one of these sources is newer than what was made of it, or nothing was. */
export function needsCompiling(root: string, sources: Iterable<string>): boolean {
  const modified = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return [...sources]
    .filter((path) => path.endsWith('.ts'))
    .some((path) => modified(compiledFile(root, path)) < modified(join(root, path)));
}

function compiledFile(root: string, source: string): string {
  return join(root, 'dist', source.replace(/\.ts$/, '.js'));
}

function findCompiler(root: string): string | undefined {
  try {
    const manifest = createRequire(join(root, 'package.json')).resolve('typescript/package.json');
    return join(dirname(manifest), 'bin', 'tsc');
  } catch {
    return undefined;
  }
}
