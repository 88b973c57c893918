/**
 * The reference says what the language is: every key of the grammar, with an example that runs, every error, every
 * function, every limit. `npx vitest run test/docs/language.test.ts -u` brings its examples up to date.
 */
import { readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BUILT_IN_ERRORS } from '../../src/check/built-in-errors.ts';
import { checkDefinition } from '../../src/check/check-definition.ts';
import { MAX_DEFINITION_BYTES, MAX_STEPS } from '../../src/check/rules/size.ts';
import { renderText } from '../../src/diagnostics/render-text.ts';
import { MAX_YAML_BYTES, MAX_YAML_DEPTH } from '../../src/document/yaml.ts';
import { DEFAULT_STEPS } from '../../src/expression/evaluate.ts';
import { FUNCTION_SIGNATURES, METHOD_SIGNATURES } from '../../src/expression/signatures.ts';
import { COMPREHENSIONS, LIMITS } from '../../src/expression/syntax.ts';
import { MAXIMUM_INBOX } from '../../src/interpreter/messages.ts';
import { MAXIMUM_ERRORS, MAXIMUM_REFUSED } from '../../src/interpreter/state.ts';
import { catalogue } from '../check/shop.ts';
import { ROOT } from '../cli/estuary.ts';
import {
  anchorsOf,
  examplesIn,
  LANGUAGE_PAGES,
  readPage,
  type Section,
  sectionsOf,
  withExamples,
} from './language-pages.ts';

const WORKFLOW = 'docs/language/workflow.md';
const STEPS = 'docs/language/steps.md';
const MODIFIERS = 'docs/language/modifiers.md';

const grammar = JSON.parse(readPage('schemas/workflow.schema.json'));
const kinds = Object.keys(grammar.$defs.step.exactlyOneOf.keys);
const modifiers = Object.keys(grammar.$defs.step.properties).filter((key) => !kinds.includes(key));
const sections = LANGUAGE_PAGES.flatMap(sectionsOf);

describe.each(LANGUAGE_PAGES)('%s', (page) => {
  test('shows its examples as they are', async () => {
    await expect(withExamples(readPage(page))).toMatchFileSnapshot(join(ROOT, page));
  });

  test('shows no definition that is not a file', () => {
    const shown = readPage(page).match(/^```yaml$/gm) ?? [];
    expect(shown).toHaveLength(examplesIn(readPage(page)).length);
  });

  test('has links that lead to headings', () => {
    const links = [...readPage(page).matchAll(/\]\((?!https?:)([^)#]*)#([^)]+)\)/g)];
    const wrong = links.filter(([, file, anchor]) => {
      const target = file === '' ? page : resolve('/', dirname(page), file!).slice(1);
      return !anchorsOf(target).includes(anchor!);
    });
    expect(wrong.map(([link]) => link)).toEqual([]);
  });
});

describe.each(readdirSync(join(ROOT, 'docs/examples')))('docs/examples/%s', (name) => {
  test('is a definition without findings', () => {
    const text = readPage(`docs/examples/${name}`);
    const file = `definitions/shop/${name}`;
    const { findings } = checkDefinition(text, file, catalogue);
    expect(renderText(findings, new Map([[file, text]]))).toBe('');
  });

  test('is shown', () => {
    expect(LANGUAGE_PAGES.flatMap((page) => examplesIn(readPage(page)))).toContain(`docs/examples/${name}`);
  });
});

describe.each([
  ['the workflow', WORKFLOW, Object.keys(grammar.properties)],
  ['the kinds of steps', STEPS, kinds],
  ['what a step may add', MODIFIERS, modifiers],
])('of %s', (_, page, keys) => {
  const own = sectionsOf(page).filter(({ heading }) => heading.startsWith('`'));

  test('each key has a section', () => {
    expect(own.map(({ heading }) => heading.replaceAll('`', ''))).toEqual(keys);
  });

  test.each(own.map((section) => [section.heading, section] as const))(
    '%s has type, default, look and example',
    (heading, section) => {
      const [facts] = section.tables;
      expect(facts?.head).toEqual(['type', 'default', 'in the Web UI']);
      expect(facts?.rows).toHaveLength(1);
      expect(facts!.rows[0]!.filter((cell) => cell === '')).toEqual([]);
      expect(keysWithoutExample(section, [heading.replaceAll('`', '')])).toEqual([]);
    },
  );
});

test.each(mappingsIn(grammar).map((keys) => [keys.join(', '), keys] as const))(
  'a table with an example has the keys %s',
  (_, keys) => {
    const telling = sections.filter(({ tables }) =>
      tables.some(
        ({ head, rows }) =>
          head[0] === 'key' && rows.map(([key]) => key!.replaceAll('`', '')).join() === keys.join(),
      ),
    );
    expect(telling.map(({ page, heading }) => `${page}: ${heading}`)).not.toEqual([]);
    expect(telling.flatMap((section) => keysWithoutExample(section, keys))).toEqual([]);
  },
);

test('the errors of the engine are told', () => {
  expect(columnOf('docs/language/errors.md', 'The errors of the engine')).toEqual([...BUILT_IN_ERRORS]);
});

test('every function is named', () => {
  const [functions, , , , macros] = tableOf('docs/language/expressions.md', 'Functions').map(([, cell]) =>
    words(cell!),
  );
  const methods = tableOf('docs/language/expressions.md', 'Functions')
    .slice(1, 4)
    .flatMap(([, cell]) => words(cell!));
  expect(functions).toEqual([...FUNCTION_SIGNATURES.keys()]);
  // `orValue` and `or` are the two that the checker knows by themselves.
  expect(methods).toEqual([...METHOD_SIGNATURES.keys(), 'orValue', 'or']);
  expect(macros).toEqual([...COMPREHENSIONS.keys()]);
});

test('the limits are told', () => {
  const rows = tableOf('docs/language.md', 'Limits').map(([, cell]) =>
    cell!.match(/[\d,]+\d|\d/g)!.map((number) => Number(number.replaceAll(',', ''))),
  );
  expect(rows.slice(0, 7)).toEqual([
    [MAX_YAML_BYTES / 1024, MAX_YAML_DEPTH, MAX_DEFINITION_BYTES / 1024],
    [MAX_STEPS],
    [LIMITS.source, LIMITS.nodes, LIMITS.depth],
    [DEFAULT_STEPS],
    [MAXIMUM_INBOX],
    [MAXIMUM_REFUSED],
    [MAXIMUM_ERRORS],
  ]);
});

/** The keys of every mapping that the grammar knows below the definition and the step, which have pages of their own. */
function mappingsIn(node: unknown): string[][] {
  const found = new Map<string, string[]>();
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    if ('properties' in part && 'type' in part && part !== grammar && part !== grammar.$defs.step) {
      const keys = Object.keys(part.properties as object);
      found.set(keys.join(), keys);
    }
    for (const member of Object.values(part)) visit(member);
  };
  visit(node);
  return [...found.values()];
}

function keysWithoutExample({ examples }: Section, keys: readonly string[]): string[] {
  return keys.filter(
    (key) => !examples.some((example) => new RegExp(`(^|[\\s{-])${key}:`, 'm').test(example)),
  );
}

function tableOf(page: string, heading: string): readonly (readonly string[])[] {
  return sectionsOf(page).find((section) => section.heading === heading)!.tables[0]!.rows;
}

function columnOf(page: string, heading: string): string[] {
  return tableOf(page, heading).map(([cell]) => cell!.replaceAll('`', ''));
}

function words(cell: string): string[] {
  return [...cell.matchAll(/`(\w+)`/g)].map(([, word]) => word!);
}
