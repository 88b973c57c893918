/** Holds what a test writes against a schema: as a whole, or only as far as it is written. */
import { rangeOfProblem } from '../check/schema-pass.ts';
import { isRecord } from '../check/value-checker.ts';
import { toJson } from '../document/json.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import { compileSchema } from '../json-schema/compile-schema.ts';
import { resolveRef } from '../json-schema/describe-schema.ts';
import type { SchemaProblem } from '../json-schema/schema-problem.ts';
import { didYouMean } from '../json-schema/suggest.ts';
import type { Json, JsonSchema } from '../plan/plan.ts';
import { hasExpression } from './matching.ts';
import type { TestFinding } from './test-file.ts';

/** A value that is used as it stands: all that the schema says counts. What expressions give is known when they run. */
export function checkWhole(node: YamlNode, schema: JsonSchema): TestFinding[] {
  const value = toJson(node);
  if (hasExpression(value)) return checkPart(node, schema);
  return findingsOf(node, value, schema);
}

/** A value that others are matched with: its keys have to be there, and what is written must be possible. */
export function checkPart(node: YamlNode, schema: JsonSchema, root: JsonSchema = schema): TestFinding[] {
  const expected = resolveRef(schema, root);
  if (node.kind === 'mapping' && isRecord(expected)) {
    const properties = (expected.properties ?? {}) as { readonly [name: string]: JsonSchema };
    return node.entries.flatMap(({ key, value }): TestFinding[] => {
      if (Object.hasOwn(properties, key.value)) return checkPart(value, properties[key.value]!, root);
      if (expected.additionalProperties !== false) return [];
      const hint = didYouMean(key.value, Object.keys(properties));
      return [{ code: 'unknown-key', range: key.range, message: `unknown key '${key.value}'`, hint }];
    });
  }
  if (node.kind === 'sequence' && isListOf(expected)) {
    return node.items.flatMap((item) => checkPart(item, expected.items, root));
  }
  const value = toJson(node);
  if (node.kind !== 'scalar' || hasExpression(value)) return [];
  return findingsOf(node, value, contained(expected, root));
}

function findingsOf(node: YamlNode, value: Json, schema: JsonSchema): TestFinding[] {
  const result = compileSchema(schema)(value);
  if (result.ok) return [];
  const { problems } = result;
  // A key that is misspelt is not missing too.
  const own = problems.filter(
    ({ keyword, key, path }) =>
      keyword !== 'required' ||
      !problems.some((other) => other.path === path && other.hint?.includes(`'${key}'`)),
  );
  return own.map((problem) => ({
    code: codeOf(problem),
    range: rangeOfProblem(node, problem),
    message: problem.message,
    hint: problem.hint,
  }));
}

/** The code of a finding for a value that does not fit. */
export function codeOf({ keyword }: SchemaProblem): 'missing-key' | 'unknown-key' | 'invalid-value' {
  if (keyword === 'required') return 'missing-key';
  return keyword === 'additionalProperties' ? 'unknown-key' : 'invalid-value';
}

function isListOf(schema: JsonSchema): schema is { [keyword: string]: Json; items: JsonSchema } {
  return typeof schema === 'object' && typeof schema.items === 'object' && !Array.isArray(schema.items);
}

/** Compiling is slow, and a validator is kept with its schema: so it has to be the same object every time. */
const wholes = new WeakMap<object, JsonSchema>();

function contained(schema: JsonSchema, root: JsonSchema): JsonSchema {
  if (typeof schema === 'boolean' || typeof root === 'boolean' || root.$defs === undefined) return schema;
  const known = wholes.get(schema) ?? { ...schema, $defs: root.$defs };
  wholes.set(schema, known);
  return known;
}
