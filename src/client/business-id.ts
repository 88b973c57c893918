/** The business key of a definition: the workflow id that a run has to have, from its input. */
import { resolveText } from '../interpreter/values.ts';
import { compileSchema } from '../json-schema/compile-schema.ts';
import { formatProblem } from '../json-schema/schema-problem.ts';
import type { IdPlan, Json, JsonObject, JsonSchema } from '../plan/plan.ts';

/** What a start has to know of a definition with an `id`. */
export interface BusinessId extends IdPlan {
  /** The schema of the definition's input: the key sees the input with its defaults. */
  readonly input: JsonSchema;
}

export type ComputedId =
  | { readonly ok: true; readonly id: string }
  /** `invalid-input`: the run would be refused; `no-key`: the expression gives no text for this input. */
  | {
      readonly ok: false;
      readonly reason: 'invalid-input' | 'no-key';
      readonly problems: readonly string[];
    };

/** The workflow id that this input makes; the run itself computes it in the same way, and holds to it. */
export function computeId({ key, input: schema }: BusinessId, input: JsonObject): ComputedId {
  const validation = compileSchema(schema)(input);
  if (!validation.ok)
    return { ok: false, reason: 'invalid-input', problems: validation.problems.map(formatProblem) };
  const found = resolveText(key, { input: validation.value as Json });
  if (found.ok) return { ok: true, id: found.value };
  return { ok: false, reason: 'no-key', problems: [found.failure.message] };
}
