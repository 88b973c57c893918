import type { Definition } from '../document/definition.ts';
import type { Signature } from '../document/signature.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import type { JsonSchema, OnConflict, SearchAttributeType } from '../plan/plan.ts';

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

/** What others need to know of a definition to call it. A schema with errors of its own is `true`; all are self-contained. */
export interface WorkflowInterface {
  /** Of the whole input: an object. */
  readonly inputSchema: JsonSchema;
  readonly outputSchema?: JsonSchema;
  /** The schemas of the payloads, by name. */
  readonly signals: ReadonlyMap<string, JsonSchema>;
  readonly updates: ReadonlyMap<string, JsonSchema>;
  readonly id?: { readonly key: YamlNode; readonly onConflict: OnConflict };
  /** Why nobody should start it any more. */
  readonly deprecated?: string;
}
