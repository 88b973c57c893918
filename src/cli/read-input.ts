import { coerceInput } from '../json-schema/coerce-input.ts';
import { compileSchema } from '../json-schema/compile-schema.ts';
import { formatProblem } from '../json-schema/schema-problem.ts';
import { didYouMean } from '../json-schema/suggest.ts';
import type { Json, JsonObject, JsonSchema } from '../plan/plan.ts';

/** The input of a run, or all that is wrong with it, a sentence each. */
export type ReadInput =
  | { readonly ok: true; readonly input: JsonObject }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads `--input key=value` by the definition's schema: `min_amount=10` is a number where the schema says so.
 * @param assignments the flags' values, in order; of two with one key the later counts
 * @param schema the definition's input, an object schema
 */
export function readInput(assignments: readonly string[], schema: JsonSchema): ReadInput {
  const properties = propertiesOf(schema);
  const input: { [name: string]: Json } = {};
  const problems: string[] = [];
  const unread = new Set<string>();
  for (const assignment of assignments) {
    const equals = assignment.indexOf('=');
    if (equals <= 0) {
      problems.push(`--input takes key=value, got '${assignment}'`);
      continue;
    }
    const name = assignment.slice(0, equals);
    if (!Object.hasOwn(properties, name)) {
      const known = Object.keys(properties);
      const suggestion = didYouMean(name, known) ?? 'it takes none';
      problems.push(`unknown input '${name}'; ${suggestion}`);
      continue;
    }
    const coerced = coerceInput(assignment.slice(equals + 1), properties[name]!, schema);
    if (coerced.ok) input[name] = coerced.value;
    else {
      unread.add(name);
      problems.push(`${name}: ${coerced.problem}`);
    }
  }
  const validation = compileSchema(schema)(input);
  if (!validation.ok) {
    // What could not be read is no missing input as well.
    const others = validation.problems.filter(
      ({ keyword, key }) => keyword !== 'required' || !unread.has(key!),
    );
    problems.push(...others.map(formatProblem));
  }
  return problems.length === 0 ? { ok: true, input } : { ok: false, problems };
}

function propertiesOf(schema: JsonSchema): { readonly [name: string]: JsonSchema } {
  const properties = typeof schema === 'object' ? schema.properties : undefined;
  return (properties ?? {}) as { [name: string]: JsonSchema };
}
