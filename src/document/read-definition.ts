import type { Definition, InputProperty, Message, ScheduleEntry, Update } from './definition.ts';
import { mappingsOf, nodeAtKey, present, stringAt } from './located.ts';
import { readCallOptions, readRoot } from './read-steps.ts';
import type { MappingEntry, YamlNode } from './yaml-tree.ts';

/**
 * The definition that a YAML tree describes. Lenient: what has the wrong shape is left out, and is the schema
 * pass's to report.
 *
 * @param tree the root of the file
 * @param file the path relative to the project's root, `definitions/payments/batch-payout.yaml`
 * @param source the file's text
 */
export function readDefinition(tree: YamlNode, file: string, source: string): Definition {
  return present<Definition>({
    file,
    name: definitionName(file),
    source,
    description: stringAt(tree, 'description'),
    input: readInput(nodeAtKey(tree, 'input')),
    inputSchema: nodeAtKey(tree, 'input_schema'),
    outputSchema: nodeAtKey(tree, 'output_schema'),
    root: readRoot(tree),
    signals: entriesAt(tree, 'signals').map(readSignal),
    updates: entriesAt(tree, 'updates').map(readUpdate),
    queries: entriesAt(tree, 'queries').map(({ key, value }) => ({ name: key, value })),
    id: readId(nodeAtKey(tree, 'id')),
    schedules: mappingsOf(nodeAtKey(tree, 'schedules')).map(readSchedule),
    searchAttributes: nodeAtKey(tree, 'search_attributes'),
    memo: nodeAtKey(tree, 'memo'),
    deprecated: stringAt(tree, 'deprecated'),
    defaults: readCallOptions(nodeAtKey(tree, 'defaults')),
  });
}

/** The workflow type of a definition's path: `definitions/payments/batch-payout.yaml` is `payments/batch-payout`. */
export function definitionName(file: string): string {
  return file.replace(/^(?:.*\/)?definitions\//, '').replace(/\.ya?ml$/, '');
}

function entriesAt(node: YamlNode, key: string): readonly MappingEntry[] {
  const value = nodeAtKey(node, key);
  return value?.kind === 'mapping' ? value.entries : [];
}

function readInput(node: YamlNode | undefined): readonly InputProperty[] {
  if (node?.kind !== 'mapping') return [];
  return node.entries.map(({ key, value }) => ({ name: key, schema: value }));
}

function readSignal({ key, value }: MappingEntry): Message {
  return { name: key, input: readInput(value) };
}

function readUpdate({ key, value }: MappingEntry): Update {
  const accept = mappingsOf(nodeAtKey(value, 'accept')).map((condition) =>
    present<Update['accept'][number]>({
      range: condition.range,
      when: nodeAtKey(condition, 'when'),
      else: nodeAtKey(condition, 'else'),
    }),
  );
  return { name: key, input: readInput(nodeAtKey(value, 'input')), accept };
}

function readId(node: YamlNode | undefined): Definition['id'] {
  if (node?.kind !== 'mapping') return undefined;
  return present<NonNullable<Definition['id']>>({
    range: node.range,
    key: nodeAtKey(node, 'key'),
    onConflict: stringAt(node, 'on_conflict'),
  });
}

function readSchedule(node: YamlNode): ScheduleEntry {
  return present<ScheduleEntry>({
    range: node.range,
    name: stringAt(node, 'name'),
    cron: stringAt(node, 'cron'),
    every: nodeAtKey(node, 'every'),
    timeZone: stringAt(node, 'time_zone'),
    overlap: stringAt(node, 'overlap'),
    catchup: nodeAtKey(node, 'catchup'),
    input: nodeAtKey(node, 'input'),
  });
}
