import type { Definition } from '../document/definition.ts';
import type { Signature } from '../document/signature.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import type { JsonSchema, SearchAttributeType } from '../plan/plan.ts';
import type { WorkflowInterface } from './subject.ts';

/** A definition without errors: what `compile` takes. */
export interface CheckedDocument {
  readonly definition: Definition;
  /** Of the whole input: an object, self-contained. */
  readonly inputSchema: JsonSchema;
  /** How others call it: the schemas of its messages and of its output. */
  readonly interface: WorkflowInterface;
  /** The signatures of the activities that the definition calls, by name, in the order of the text. */
  readonly signatures: ReadonlyMap<string, Signature>;
  /** The workflows that the definition calls, by name, in the order of the text. */
  readonly workflows: ReadonlyMap<string, WorkflowInterface>;
  /** The types of search attributes, by the nodes of their values, where the definition does not say them. */
  readonly searchAttributeTypes: ReadonlyMap<YamlNode, SearchAttributeType>;
}
