import type { Action, Branch, Pages, SwitchCase } from './definition.ts';
import { entryOf } from './json.ts';
import { booleanAt, mappingsOf, nodeAtKey, present, stringAt } from './located.ts';
import { readBlock, readBody } from './read-steps.ts';
import type { MappingEntry, YamlNode } from './yaml-tree.ts';

/** The keys that say what a step does; `steps` does so where none of the others is there. */
const KINDS = [
  'activity',
  'workflow',
  'set',
  'switch',
  'for_each',
  'repeat',
  'race',
  'all',
  'wait',
  'await',
  'signal',
  'fail',
  'return',
] as const;

type Kind = (typeof KINDS)[number];
type ActionOf<K extends Kind> = Extract<Action, { kind: K }>;

/** What a step does; `undefined` if it names no kind, or several, or one of the wrong shape. */
export function readAction(step: YamlNode): Action | undefined {
  const kinds = KINDS.filter((kind) => entryOf(step, kind) !== undefined);
  if (kinds.length > 1) return undefined;
  const [kind] = kinds;
  if (kind !== undefined) return READERS[kind](step, entryOf(step, kind)!);
  const group = entryOf(step, 'steps');
  return group && { kind: 'group', keyRange: group.key.range, block: readBody(step) };
}

const READERS: { readonly [K in Kind]: (step: YamlNode, entry: MappingEntry) => Action | undefined } = {
  activity(step, { key }) {
    const activity = stringAt(step, 'activity');
    return (
      activity &&
      present<ActionOf<'activity'>>({
        kind: 'activity',
        keyRange: key.range,
        activity,
        with: nodeAtKey(step, 'with'),
      })
    );
  },
  workflow(step, { key }) {
    const workflow = stringAt(step, 'workflow');
    return (
      workflow &&
      present<ActionOf<'workflow'>>({
        kind: 'workflow',
        keyRange: key.range,
        workflow,
        with: nodeAtKey(step, 'with'),
        detach: booleanAt(step, 'detach'),
      })
    );
  },
  set: (_step, { key, value }) => ({ kind: 'set', keyRange: key.range, value }),
  switch(_step, { key, value }) {
    if (value.kind !== 'sequence') return undefined;
    return { kind: 'switch', keyRange: key.range, cases: mappingsOf(value).map(readCase) };
  },
  for_each: (step, { key, value }) =>
    present<ActionOf<'for_each'>>({
      kind: 'for_each',
      keyRange: key.range,
      items: readPages(value) ?? value,
      as: stringAt(step, 'as'),
      key: nodeAtKey(step, 'key'),
      concurrency: nodeAtKey(step, 'concurrency'),
      tolerate: nodeAtKey(step, 'tolerate'),
      block: readBody(step),
    }),
  repeat(step, { key, value }) {
    if (value.kind !== 'mapping') return undefined;
    return present<ActionOf<'repeat'>>({
      kind: 'repeat',
      keyRange: key.range,
      state: nodeAtKey(value, 'state'),
      until: nodeAtKey(value, 'until'),
      every: nodeAtKey(value, 'every'),
      max: nodeAtKey(value, 'max'),
      block: readBody(step),
    });
  },
  race(step, { key, value }) {
    if (value.kind !== 'mapping') return undefined;
    const branches = value.entries.map((entry) => {
      const then = nodeAtKey(entry.value, 'then');
      // biome-ignore lint/suspicious/noThenProperty: a branch's key in the YAML, and never a function.
      return { ...readBranch(entry), ...(then && { then: readBlock(then) }) };
    });
    const tolerate = nodeAtKey(step, 'tolerate');
    return { kind: 'race', keyRange: key.range, branches, ...(tolerate && { tolerate }) };
  },
  all(_step, { key, value }) {
    if (value.kind !== 'mapping') return undefined;
    return { kind: 'all', keyRange: key.range, branches: value.entries.map(readBranch) };
  },
  wait(_step, { key, value }) {
    if (value.kind !== 'mapping') return { kind: 'wait', keyRange: key.range, duration: value };
    const until = nodeAtKey(value, 'until');
    return until && { kind: 'wait', keyRange: key.range, until };
  },
  await(step, { key }) {
    const name = stringAt(step, 'await');
    return name && { kind: 'await', keyRange: key.range, name };
  },
  signal(step, { key }) {
    const signal = stringAt(step, 'signal');
    return (
      signal &&
      present<ActionOf<'signal'>>({
        kind: 'signal',
        keyRange: key.range,
        signal,
        to: nodeAtKey(step, 'to'),
        with: nodeAtKey(step, 'with'),
      })
    );
  },
  fail: (_step, { key, value }) => ({ kind: 'fail', keyRange: key.range, failure: value }),
  return: (step, { key, value }) =>
    present<ActionOf<'return'>>({ kind: 'return', keyRange: key.range, value, from: stringAt(step, 'from') }),
};

function readCase(node: YamlNode): SwitchCase {
  const otherwise = nodeAtKey(node, 'else');
  if (otherwise !== undefined) return { range: node.range, block: readBlock(otherwise) };
  return present<SwitchCase>({
    range: node.range,
    when: nodeAtKey(node, 'when'),
    block: readBlock(node),
  });
}

function readBranch({ key, value }: MappingEntry): Branch {
  return { name: key, block: readBlock(value) };
}

function readPages(node: YamlNode): Pages | undefined {
  const activity = stringAt(node, 'pages');
  return (
    activity && present<Pages>({ kind: 'pages', range: node.range, activity, with: nodeAtKey(node, 'with') })
  );
}
