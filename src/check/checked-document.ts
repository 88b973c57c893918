import type { Definition } from '../document/definition.ts';
import type { Signature } from '../document/signature.ts';
import type { JsonSchema } from '../plan/plan.ts';

/** A definition without errors: what `compile` takes. */
export interface CheckedDocument {
  readonly definition: Definition;
  /** Of the whole input: an object, self-contained. */
  readonly inputSchema: JsonSchema;
  /** The signatures of the activities that the definition calls, by name, in the order of the text. */
  readonly signatures: ReadonlyMap<string, Signature>;
}
