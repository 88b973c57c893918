/** Parts of a YAML tree by key and kind: `undefined` where there is none of that kind. */
import type { Located } from './definition.ts';
import { entryOf } from './json.ts';
import type { YamlNode } from './yaml-tree.ts';

/** The value at a key. */
export function nodeAtKey(node: YamlNode | undefined, key: string): YamlNode | undefined {
  return entryOf(node, key)?.value;
}

/** The string at a key. */
export function stringAt(node: YamlNode | undefined, key: string): Located<string> | undefined {
  const value = nodeAtKey(node, key);
  return value?.kind === 'scalar' && typeof value.value === 'string'
    ? { value: value.value, range: value.range }
    : undefined;
}

/** The boolean at a key. */
export function booleanAt(node: YamlNode | undefined, key: string): Located<boolean> | undefined {
  const value = nodeAtKey(node, key);
  return value?.kind === 'scalar' && typeof value.value === 'boolean'
    ? { value: value.value, range: value.range }
    : undefined;
}

/** The strings of a list. */
export function stringsOf(node: YamlNode & { kind: 'sequence' }): readonly Located<string>[] {
  return node.items.flatMap((item) =>
    item.kind === 'scalar' && typeof item.value === 'string'
      ? [{ value: item.value, range: item.range }]
      : [],
  );
}

/** The mappings of a list. */
export function mappingsOf(node: YamlNode | undefined): readonly YamlNode[] {
  return node?.kind === 'sequence' ? node.items.filter((item) => item.kind === 'mapping') : [];
}

/** Without the keys whose value is `undefined`. */
export function present<T extends object>(
  object: {
    readonly [Key in keyof T]: T[Key] | undefined;
  },
): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}
