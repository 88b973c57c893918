import { entryOf } from '../document/json.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import type { SearchAttributesPlan, SearchAttributeType } from '../plan/plan.ts';
import { type Compiler, value } from './compiler.ts';
import { members } from './values.ts';

/** Search attributes, each with its type: the written one, or the one that the checker found. */
export function compileSearchAttributes(compiler: Compiler, node: YamlNode): SearchAttributesPlan {
  return Object.fromEntries(
    members(node).map(([name, member]) => {
      const written = entryOf(member, 'type')?.value;
      if (written?.kind === 'scalar') {
        const type = written.value as SearchAttributeType;
        return [name, { type, value: value(compiler, entryOf(member, 'value')!.value) }];
      }
      const type = compiler.document.searchAttributeTypes.get(member);
      if (type === undefined) throw new Error(`no type for '${name}'; the checker should have said so`);
      return [name, { type, value: value(compiler, member) }];
    }),
  );
}
