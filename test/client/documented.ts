/** The programs of docs/client.md, in a project that has the package installed, as an application has it. */
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../cli/estuary.ts';

export interface Application {
  readonly root: string;
  /** Compiles `<name>.ts` of these sources to `out/<name>.js`; what the compiler says, empty if it has no complaint. */
  compile(sources: { readonly [name: string]: string }): string;
  remove(): void;
}

export function documentedPrograms(): string[] {
  const page = readFileSync(join(ROOT, 'docs', 'client.md'), 'utf8');
  return [...page.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, program]) => program!);
}

export function openApplication(): Application {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'estuary-application-')));
  const { name } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { name: string };
  mkdirSync(join(root, 'node_modules', '@types'), { recursive: true });
  symlinkSync(ROOT, join(root, 'node_modules', name));
  symlinkSync(join(ROOT, 'node_modules', '@types', 'node'), join(root, 'node_modules', '@types', 'node'));
  symlinkSync(join(ROOT, 'generated'), join(root, 'generated'));
  for (const folder of ['definitions', 'schemas', 'dist'])
    symlinkSync(join(ROOT, folder), join(root, folder));
  writeFileSync(join(root, 'package.json'), '{ "type": "module" }\n');
  return {
    root,
    compile(sources) {
      const files = Object.entries(sources).map(([file, text]) => {
        writeFileSync(join(root, `${file}.ts`), text);
        return `${file}.ts`;
      });
      writeFileSync(
        join(root, 'tsconfig.json'),
        JSON.stringify({ compilerOptions: COMPILER_OPTIONS, files }),
      );
      const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
      try {
        execFileSync(process.execPath, [tsc, '-p', root], { cwd: root, encoding: 'utf8' });
        return '';
      } catch (error) {
        return (error as { stdout: string }).stdout;
      }
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

const COMPILER_OPTIONS = {
  target: 'ES2022',
  module: 'NodeNext',
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  preserveSymlinks: true,
  rewriteRelativeImportExtensions: true,
  outDir: 'out',
};
