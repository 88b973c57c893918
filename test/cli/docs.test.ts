/** What the documents say is what is there. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../src/cli/command-failure.ts';
import { SETTINGS } from '../../src/config/settings.ts';
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
      /(?:`|^|\$ |\bnpx )estuary ((?:wf|schedule|db|dev|worker|codegen|config|doctor|completion)\b[^`\n]*)/gm,
    )) {
      const [first, second = ''] = line!.split(' ');
      const id = `${first}:${second}` in commands ? `${first}:${second}` : first!;
      if (id === 'db' || (['wf', 'schedule'].includes(id) && second === '')) continue;
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
