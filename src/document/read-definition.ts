import type {
  Action,
  Block,
  Catch,
  CatchCase,
  Definition,
  InputProperty,
  Located,
  Step,
} from './definition.ts';
import { entryOf } from './json.ts';
import type { YamlNode } from './yaml-tree.ts';

/**
 * The definition that a YAML tree describes. Lenient: what has the wrong shape is left out, and is the schema
 * pass's to report.
 *
 * @param tree the root of the file
 * @param file the path relative to the project's root, `definitions/payments/batch-payout.yaml`
 * @param source the file's text
 */
export function readDefinition(tree: YamlNode, file: string, source: string): Definition {
  const description = stringAt(tree, 'description');
  const output = nodeOf(tree, 'output');
  return {
    file,
    name: definitionName(file),
    source,
    ...(description === undefined ? {} : { description }),
    input: readInput(nodeOf(tree, 'input')),
    root: {
      range: tree.range,
      steps: readSteps(nodeOf(tree, 'steps')),
      ...(output === undefined ? {} : { output }),
    },
  };
}

/** The workflow type of a definition's path: `definitions/payments/batch-payout.yaml` is `payments/batch-payout`. */
export function definitionName(file: string): string {
  return file.replace(/^(?:.*\/)?definitions\//, '').replace(/\.ya?ml$/, '');
}

function readInput(node: YamlNode | undefined): readonly InputProperty[] {
  if (node?.kind !== 'mapping') return [];
  return node.entries.map(({ key, value }) => ({ name: key, schema: value }));
}

function readSteps(node: YamlNode | undefined): readonly Step[] {
  if (node?.kind !== 'sequence') return [];
  return node.items.filter((item) => item.kind === 'mapping').map(readStep);
}

/** `node` holds `steps` and, if wanted, `output`. */
function readBlock(node: YamlNode): Block {
  const output = nodeOf(node, 'output');
  return {
    range: node.range,
    steps: readSteps(nodeOf(node, 'steps')),
    ...(output === undefined ? {} : { output }),
  };
}

function readStep(node: YamlNode): Step {
  const step: { -readonly [Key in keyof Step]: Step[Key] } = { range: node.range };
  const id = stringAt(node, 'id');
  if (id !== undefined) step.id = id;
  for (const key of ['if', 'timeout', 'retry', 'summary'] as const) {
    const value = nodeOf(node, key);
    if (value !== undefined) step[key] = value;
  }
  const needs = nodeOf(node, 'needs');
  if (needs?.kind === 'sequence') step.needs = { range: needs.range, ids: strings(needs) };
  const caught = nodeOf(node, 'catch');
  if (caught !== undefined) {
    const read = readCatch(caught);
    if (read !== undefined) step.catch = read;
  }
  const action = readAction(node);
  if (action !== undefined) step.action = action;
  return step;
}

function readCatch(node: YamlNode): Catch | undefined {
  if (node.kind === 'scalar')
    return node.value === 'ignore' ? { kind: 'ignore', range: node.range } : undefined;
  if (node.kind !== 'sequence') return undefined;
  const cases = node.items
    .filter((item) => item.kind === 'mapping')
    .map((item): CatchCase => {
      const errors = nodeOf(item, 'errors');
      return {
        range: item.range,
        ...(errors?.kind === 'sequence' ? { errors: strings(errors) } : {}),
        block: readBlock(item),
      };
    });
  return { kind: 'cases', range: node.range, cases };
}

function readAction(node: YamlNode): Action | undefined {
  const kinds = ['activity', 'set', 'for_each'].filter((key) => entryOf(node, key) !== undefined);
  if (kinds.length > 1) return undefined;
  const kind = kinds[0] ?? 'steps';
  const entry = entryOf(node, kind);
  if (entry === undefined) return undefined;
  const keyRange = entry.key.range;
  if (kind === 'steps') return { kind: 'group', keyRange, block: readBlock(node) };
  if (kind === 'set') return { kind: 'set', keyRange, value: entry.value };
  if (kind === 'activity') {
    const activity = stringAt(node, 'activity');
    const args = nodeOf(node, 'with');
    if (activity === undefined) return undefined;
    return { kind: 'activity', keyRange, activity, ...(args === undefined ? {} : { with: args }) };
  }
  const as = stringAt(node, 'as');
  const key = nodeOf(node, 'key');
  const concurrency = nodeOf(node, 'concurrency');
  return {
    kind: 'for_each',
    keyRange,
    items: entry.value,
    ...(as === undefined ? {} : { as }),
    ...(key === undefined ? {} : { key }),
    ...(concurrency === undefined ? {} : { concurrency }),
    block: readBlock(node),
  };
}

function nodeOf(node: YamlNode, key: string): YamlNode | undefined {
  return entryOf(node, key)?.value;
}

function stringAt(node: YamlNode, key: string): Located<string> | undefined {
  const value = nodeOf(node, key);
  return value?.kind === 'scalar' && typeof value.value === 'string'
    ? { value: value.value, range: value.range }
    : undefined;
}

function strings(node: YamlNode & { kind: 'sequence' }): readonly Located<string>[] {
  return node.items.flatMap((item) =>
    item.kind === 'scalar' && typeof item.value === 'string'
      ? [{ value: item.value, range: item.range }]
      : [],
  );
}
