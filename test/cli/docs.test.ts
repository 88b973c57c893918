/** What the documents say is what is there. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BUILT_IN_ERRORS } from '../../src/check/built-in-errors.ts';
import { checkDefinition } from '../../src/check/check-definition.ts';
import { MAX_DEFINITION_BYTES, MAX_STEPS } from '../../src/check/rules/size.ts';
import { EXIT } from '../../src/cli/command-failure.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { renderText } from '../../src/diagnostics/render-text.ts';
import { MAX_YAML_BYTES, MAX_YAML_DEPTH } from '../../src/document/yaml.ts';
import { DEFAULT_STEPS } from '../../src/expression/evaluate.ts';
import { FUNCTION_SIGNATURES, METHOD_SIGNATURES } from '../../src/expression/signatures.ts';
import { COMPREHENSIONS, LIMITS } from '../../src/expression/syntax.ts';
import { loadProject } from '../../src/project/project.ts';
import { LAYERS } from '../architecture/layers.ts';
import { PAGES } from '../docs/pages.ts';
import { ROOT } from './estuary.ts';

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
const json = (path: string) => JSON.parse(read(path));

/** The rows of the first table below a heading, as cells; without its head. */
function tableBelow(text: string, heading: string): string[][] {
  const from = text.indexOf(`\n${heading}\n`);
  if (from < 0) throw new Error(`no heading '${heading}'`);
  const lines = text.slice(from).split('\n');
  const start = lines.findIndex((line) => line.startsWith('| --- '));
  const rows = lines.slice(start + 1);
  return rows
    .slice(
      0,
      rows.findIndex((line) => !line.startsWith('|')),
    )
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}
const firstCells = (text: string, heading: string): string[] =>
  tableBelow(text, heading).map(([cell]) => cell!.replaceAll('`', ''));
const blocks = (text: string, language: string): string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'gm'))].map(([, block]) => block!);
const words = (cell: string): string[] => [...cell.matchAll(/`(\w+)`/g)].map(([, word]) => word!);

describe.each(PAGES)('%s', (page) => {
  test('its links lead somewhere', () => {
    const targets = [...read(page).matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target]) => target!);
    const missing = targets.filter((target) => !existsSync(resolve(ROOT, dirname(page), target)));
    expect(missing).toEqual([]);
  });

  test('the commands and flags that it shows exist', () => {
    const { commands } = json('oclif.manifest.json') as {
      commands: Record<string, { flags: Record<string, { char?: string }> }>;
    };
    const wrong: string[] = [];
    for (const [, line] of read(page).matchAll(
      /(?:`|^|\$ |\bnpx )estuary ((?:wf|db|dev|worker|codegen|config|doctor|completion)\b[^`\n]*)/gm,
    )) {
      const [first, second = ''] = line!.split(' ');
      const id = `${first}:${second}` in commands ? `${first}:${second}` : first!;
      if (id === 'db' || (id === 'wf' && second === '')) continue;
      const flags = commands[id]?.flags;
      const used = [...line!.matchAll(/(?:^| )--([a-z-]+)/g)].map(([, flag]) => flag!);
      if (!flags || used.some((flag) => flag !== 'help' && !(flag in flags))) wrong.push(line!);
    }
    expect(wrong).toEqual([]);
  });

  test('the npm scripts that it names exist', () => {
    const { scripts } = json('package.json');
    const named = [...read(page).matchAll(/npm run ([a-z]+)/g)].map(([, name]) => name!);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

describe('README.md', () => {
  test('shows the definition as it is', () => {
    expect(blocks(read('README.md'), 'yaml')).toEqual([read('definitions/payments/batch-payout.yaml')]);
  });
});

describe('docs/architecture.md', () => {
  test('has the table of modules', () => {
    const rows = tableBelow(read('docs/architecture.md'), '## Which module may know what');
    const expected = Object.entries(LAYERS).map(([module, { imports, packages = [] }]) => {
      const modules = imports.map((path) => path.replace(/^src\//, '')).join(', ');
      const external = packages.map((name) => `\`${name}\``).join(', ');
      return [`\`${module}\``, [modules, external].filter((part) => part !== '').join('; ') || '–'];
    });
    expect(rows.map(([module, , imports]) => [module, imports])).toEqual(expected);
    expect(rows.filter(([, holds]) => holds === '')).toEqual([]);
  });
});

describe('docs/cli.md', () => {
  const page = read('docs/cli.md');

  test('has the exit codes', () => {
    expect(firstCells(page, '## Exit codes').map(Number)).toEqual(Object.values(EXIT));
  });

  test('has each command with its arguments, flags and examples', () => {
    const { commands } = json('oclif.manifest.json') as { commands: Record<string, ManifestCommand> };
    const sections = page.split(/^## estuary /m).slice(1);
    const shown = sections.map((section) => ({
      id: section.slice(0, section.indexOf('\n')).replaceAll(' ', ':'),
      options: [...section.matchAll(/^\| `([^`]+)`/gm)].map(([, option]) => option),
      examples: blocks(section, 'sh')[0]!.trimEnd().split('\n'),
    }));
    const expected = Object.entries(commands).map(([id, { args, flags, examples }]) => ({
      id,
      options: [
        ...Object.keys(args).map((name) => name.toUpperCase()),
        ...Object.keys(flags).flatMap((name) => (name === 'json' ? [] : [`--${name}`])),
      ],
      examples: examples.map((example) =>
        example.replace('<%= config.bin %>', 'estuary').replace('<%= command.id %>', id.replaceAll(':', ' ')),
      ),
    }));
    const byId = (one: { id: string }, other: { id: string }): number => (one.id < other.id ? -1 : 1);
    expect(shown.sort(byId)).toEqual(expected.sort(byId));
  });
});

interface ManifestCommand {
  readonly args: object;
  readonly flags: object;
  readonly examples: readonly string[];
}

describe('docs/configuration.md', () => {
  test('has the settings', () => {
    const rows = tableBelow(read('docs/configuration.md'), '## Settings').slice(0, -1);
    expect(
      rows.map(([flag, env, file, toml, fallback]) => [
        flag!.replaceAll('`', ''),
        words(env!),
        ...[file, toml, fallback].map((cell) => cell!.replaceAll('`', '')),
      ]),
    ).toEqual(
      SETTINGS.map(({ flag, env, file, toml = '', fallback = '' }) => [
        flag === undefined ? '' : `--${flag}`,
        [...env],
        file.join(', '),
        toml,
        String(fallback),
      ]),
    );
  });
});

describe('docs/language.md', () => {
  const page = read('docs/language.md');
  const grammar = json('schemas/workflow.schema.json');

  test.each<[heading: string, schema: { properties: object }]>([
    ['## The workflow', grammar],
    ['## Steps', grammar.$defs.step],
    ['### retry', grammar.$defs.retry],
    ['### timeout', grammar.$defs.timeout.anyOf[1]],
    ['### catch', grammar.$defs.catchCase],
  ])('%s has every key of the grammar', (heading, { properties }) => {
    expect(firstCells(page, heading)).toEqual(Object.keys(properties));
  });

  test.each(blocks(page, 'yaml').map((block, index) => [index + 1, block] as const))(
    'example %i is a definition without findings',
    (_, block) => {
      const { signatures, definitions } = loadProject(ROOT);
      const file = 'definitions/docs/example.yaml';
      const { findings } = checkDefinition(block, file, { signatures, workflows: [...definitions.keys()] });
      expect(renderText(findings, new Map([[file, block]]))).toBe('');
    },
  );

  test('names the errors of the engine', () => {
    const paragraph = /the engine's own: (.*?)\./.exec(page)![1]!;
    expect(words(paragraph)).toEqual([...BUILT_IN_ERRORS]);
  });

  test('names every function', () => {
    const [functions, , , , macros] = tableBelow(page, '## Expressions').map(([, cell]) => words(cell!));
    const methods = tableBelow(page, '## Expressions')
      .slice(1, 4)
      .flatMap(([, cell]) => words(cell!));
    expect(functions).toEqual([...FUNCTION_SIGNATURES.keys()]);
    // `orValue` and `or` are the two that the checker knows by themselves.
    expect(methods).toEqual([...METHOD_SIGNATURES.keys(), 'orValue', 'or']);
    expect(macros).toEqual([...COMPREHENSIONS.keys()]);
  });

  test('has the limits', () => {
    const rows = tableBelow(page, '## Limits').map(([, cell]) => cell!.match(/\d+/g)!.map(Number));
    expect(rows.slice(0, 4)).toEqual([
      [MAX_YAML_BYTES / 1024, MAX_YAML_DEPTH, MAX_DEFINITION_BYTES / 1024],
      [MAX_STEPS],
      [LIMITS.source, LIMITS.nodes, LIMITS.depth],
      [DEFAULT_STEPS],
    ]);
  });
});

describe('docs/dependencies.md', () => {
  test.each([
    ['## At run time', 'dependencies'],
    ['## For building and testing', 'devDependencies'],
  ])('%s has each of %s with version and licence', (heading, kind) => {
    const rows = tableBelow(read('docs/dependencies.md'), heading);
    const expected = Object.entries(json('package.json')[kind] as Record<string, string>).map(
      ([name, version]) => [name, version, json(`node_modules/${name}/package.json`).license],
    );
    expect(rows.map(([name, version, licence]) => [name, version, licence])).toEqual(expected);
    expect(rows.filter(([, , , reason]) => reason === '')).toEqual([]);
  });
});
