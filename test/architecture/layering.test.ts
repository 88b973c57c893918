import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LAYERS, SANDBOXED_FILES } from './layers.ts';

interface Import {
  readonly from: string;
  /** A path from the root for a relative import, else the package or built-in. */
  readonly to: string;
  readonly kind: 'file' | 'package' | 'node';
}

const files = ['src', 'activities', 'database', 'providers', 'generated', 'codegen'].flatMap((folder) =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((path) => path.endsWith('.ts'))
    .map((path) => posix.join(folder, path.replaceAll('\\', '/'))),
);
const imports = files.flatMap((file) => importsOf(file));

describe('the table of imports', () => {
  it('has a row for every module', () => {
    const unknown = files.filter((file) => layerOf(file) === undefined);
    expect(unknown).toEqual([]);
  });

  it('is held by every import', () => {
    expect(imports.filter((each) => !isAllowed(each)).map(show)).toEqual([]);
  });

  it('lets nothing of Node into the sandbox', () => {
    const reached = reachableFrom([
      ...files.filter((file) => LAYERS[layerOf(file)!]?.sandboxed),
      ...SANDBOXED_FILES,
    ]);
    expect(imports.filter(({ from, kind }) => kind === 'node' && reached.has(from)).map(show)).toEqual([]);
  });

  it('sees an import that breaks it', () => {
    const [broken] = importsOf('src/interpreter/broken.ts', "import { readFileSync } from 'node:fs';");
    expect(isAllowed(broken!)).toBe(false);
    const [upward] = importsOf(
      'src/plan/broken.ts',
      "import { advance } from '../interpreter/interpreter.ts';",
    );
    expect(isAllowed(upward!)).toBe(false);
  });
});

function importsOf(file: string, text = readFileSync(file, 'utf8')): Import[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const specifiers = [
    ...code.matchAll(/(?:^|\n)\s*(?:import|export)\s[^;'"`]*?from\s*['"]([^'"]+)['"]/g),
    ...code.matchAll(/\bimport\(\s*['"]([^'"]+)['"]/g),
    ...code.matchAll(/(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g),
  ].map(([, specifier]) => specifier!);
  return specifiers.map((specifier): Import => {
    if (specifier.startsWith('.')) {
      return { from: file, to: posix.normalize(posix.join(posix.dirname(file), specifier)), kind: 'file' };
    }
    if (specifier.startsWith('node:') || builtinModules.includes(specifier)) {
      return { from: file, to: specifier, kind: 'node' };
    }
    const parts = specifier.split('/');
    const name = specifier.startsWith('@') ? `${parts[0]}/${parts[1]}` : parts[0]!;
    return { from: file, to: name, kind: 'package' };
  });
}

function layerOf(file: string): string | undefined {
  return Object.keys(LAYERS).find((module) => file.startsWith(`${module}/`));
}

function isAllowed({ from, to, kind }: Import): boolean {
  const module = layerOf(from)!;
  const layer = LAYERS[module]!;
  if (kind === 'node') return !layer.sandboxed;
  if (kind === 'package') return layer.packages?.includes(to) ?? false;
  return [module, ...layer.imports].some((allowed) => to === allowed || to.startsWith(`${allowed}/`));
}

function reachableFrom(start: readonly string[]): Set<string> {
  const reached = new Set(start);
  // A Set's iteration goes on over what is added meanwhile.
  for (const file of reached) {
    for (const { from, to, kind } of imports) if (from === file && kind === 'file') reached.add(to);
  }
  return reached;
}

function show({ from, to }: Import): string {
  return `${from} imports ${to}`;
}
