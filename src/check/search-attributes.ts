import type { SourceRange } from '../diagnostics/diagnostic.ts';
import type { Definition } from '../document/definition.ts';
import { entryOf } from '../document/json.ts';
import type { MappingEntry, YamlNode } from '../document/yaml-tree.ts';
import { describe } from '../expression/types.ts';
import type { SearchAttributeType } from '../plan/plan.ts';
import { SEARCH_ATTRIBUTE_SCHEMAS, searchAttributeTypeOf } from './search-attribute-type.ts';
import type { StepGraph } from './step-graph.ts';
import type { StepPass } from './step-pass.ts';
import type { ValueScope } from './value-checker.ts';

/** Checks search attributes, and keeps the type of each with its value. */
export function checkSearchAttributes(pass: StepPass, attributes: YamlNode, scope: ValueScope): void {
  if (attributes.kind !== 'mapping') return;
  for (const entry of attributes.entries) {
    const type =
      entry.value.kind === 'mapping' ? writtenType(pass, entry, scope) : inferredType(pass, entry, scope);
    if (type !== undefined) pass.subject.searchAttributeTypes.set(entry.value, type);
  }
}

/** The entries of all search attributes of a definition: its own, and those of steps. */
export function searchAttributesOf(definition: Definition, graph: StepGraph): readonly MappingEntry[] {
  const nodes = [definition.searchAttributes, ...graph.steps.map(({ step }) => step.searchAttributes)];
  return nodes.flatMap((node) => (node?.kind === 'mapping' ? node.entries : []));
}

/** A search attribute has one type in the whole namespace, so surely one in a definition. */
export function checkAttributesAgree({ subject, values }: StepPass): void {
  const types = new Map<string, { readonly type: SearchAttributeType; readonly range: SourceRange }>();
  for (const { key, value } of searchAttributesOf(subject.definition, subject.graph)) {
    const type = subject.searchAttributeTypes.get(value);
    const earlier = types.get(key.value);
    if (type !== undefined && earlier === undefined) types.set(key.value, { type, range: key.range });
    if (type === undefined || earlier === undefined || earlier.type === type) continue;
    const message = `'${key.value}' is of type ${type} here and ${earlier.type} before; a search attribute has one type`;
    const related = [{ range: earlier.range, message: earlier.type }];
    values.findings.push({ code: 'search-attribute', range: key.range, message, related });
  }
}

function writtenType(
  pass: StepPass,
  { value }: MappingEntry,
  scope: ValueScope,
): SearchAttributeType | undefined {
  const written = entryOf(value, 'type')?.value;
  const inner = entryOf(value, 'value')?.value;
  const name = written?.kind === 'scalar' ? written.value : undefined;
  const type = (Object.keys(SEARCH_ATTRIBUTE_SCHEMAS) as SearchAttributeType[]).find((one) => one === name);
  if (inner === undefined || type === undefined) return undefined;
  const schema = SEARCH_ATTRIBUTE_SCHEMAS[type];
  pass.values.against(inner, schema, schema, scope, false);
  return type;
}

function inferredType(
  pass: StepPass,
  { key, value }: MappingEntry,
  scope: ValueScope,
): SearchAttributeType | undefined {
  const found = pass.values.findings.length;
  const valueType = pass.values.typeOf(value, scope);
  const type = searchAttributeTypeOf(valueType);
  // After a mistake the type is not known either: that is one mistake.
  if (type !== undefined || pass.values.findings.length > found) return type;
  const message =
    valueType.kind === 'dyn'
      ? `the type of '${key.value}' cannot be told: nothing is known of its value`
      : `no search attribute holds ${describe(valueType)}`;
  const hint =
    valueType.kind === 'dyn'
      ? `write the type: ${key.value}: { type: Keyword, value: … }`
      : 'it is a string, a number, true or false, a date-time, or a list of strings';
  pass.values.findings.push({ code: 'search-attribute', range: value.range, message, hint });
  return undefined;
}
