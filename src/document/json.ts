import type { Json } from '../plan/plan.ts';
import type { MappingEntry, MappingNode, YamlNode } from './yaml-tree.ts';

/** The node's JSON value. A `__proto__` key stays an ordinary key of the object. */
export function toJson(node: YamlNode): Json {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'sequence') return node.items.map(toJson);
  const object: { [key: string]: Json } = {};
  for (const { key, value } of node.entries) setKey(object, key.value, toJson(value));
  return object;
}

/** The entry of a mapping with this key, if the node is a mapping that has it. */
export function entryOf(node: YamlNode | undefined, key: string): MappingEntry | undefined {
  return node?.kind === 'mapping' ? node.entries.find((entry) => entry.key.value === key) : undefined;
}

/**
 * The node at a path of keys and indexes, and the entry that leads to it where that is a mapping's; the nearest
 * node on the way where the path leads nowhere.
 */
export function nodeAt(
  root: YamlNode,
  path: readonly (string | number)[],
): { readonly node: YamlNode; readonly entry?: MappingEntry } {
  let node = root;
  let entry: MappingEntry | undefined;
  for (const part of path) {
    const step: MappingEntry | undefined = entryOf(node, String(part));
    const next = step?.value ?? (node.kind === 'sequence' ? node.items[Number(part)] : undefined);
    if (next === undefined) break;
    node = next;
    entry = step;
  }
  return entry === undefined ? { node } : { node, entry };
}

/** Assigning would call the setter of `Object.prototype` for `__proto__`. */
function setKey(object: { [key: string]: Json }, key: string, value: Json): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Whether a node is a mapping. */
export function isMapping(node: YamlNode | undefined): node is MappingNode {
  return node?.kind === 'mapping';
}
