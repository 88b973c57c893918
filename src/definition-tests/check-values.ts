/** Holds what a test writes against a schema: as a whole, or only as far as it is written. */
import { placeIn } from '../check/expression-places.ts';
import { rangeOfProblem } from '../check/schema-pass.ts';
import { isRecord } from '../check/value-checker.ts';
import { toJson } from '../document/json.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import { checkExpression } from '../expression/check.ts';
import { parseTemplate } from '../expression/template.ts';
import { compileSchema } from '../json-schema/compile-schema.ts';
import { resolveRef } from '../json-schema/describe-schema.ts';
import type { SchemaProblem } from '../json-schema/schema-problem.ts';
import { didYouMean } from '../json-schema/suggest.ts';
import type { Json, JsonSchema } from '../plan/plan.ts';
import { ABSENT, hasExpression } from './matching.ts';
import type { TestFinding } from './test-file.ts';

/** A value that is used as it stands: all that the schema says counts. What expressions give is known when they run. */
export function checkWhole(node: YamlNode, schema: JsonSchema): TestFinding[] {
  const value = toJson(node);
  if (hasExpression(value)) {
    return [...checkExpressions(node, ['input', 'attempt', 'step']), ...checkWritten(node, schema, schema)];
  }
  return findingsOf(node, value, schema);
}

/** A value that others are matched with: its keys have to be there, and what is written must be possible. */
export function checkPart(node: YamlNode, schema: JsonSchema): TestFinding[] {
  return [...checkExpressions(node, ['value', ABSENT]), ...checkWritten(node, schema, schema)];
}

/** Expressions that do not parse, or name what there is not. */
function checkExpressions(node: YamlNode, names: readonly string[]): TestFinding[] {
  if (node.kind === 'mapping') return node.entries.flatMap(({ value }) => checkExpressions(value, names));
  if (node.kind === 'sequence') return node.items.flatMap((item) => checkExpressions(item, names));
  if (typeof node.value !== 'string' || !node.value.includes('${{')) return [];
  const parsed = parseTemplate(node.value);
  if (!parsed.ok) {
    const { code, message, start, end } = parsed.error;
    return [{ code, range: placeIn(node, start, end), message }];
  }
  const { template } = parsed;
  const parts =
    template.kind === 'expression'
      ? [template.expression]
      : template.kind === 'text'
        ? template.parts.filter((part) => typeof part !== 'string')
        : [];
  const variables = Object.fromEntries(names.map((name) => [name, true]));
  return parts.flatMap(({ source, offset }) =>
    checkExpression(source, { variables, steps: {} }).findings.map(({ code, start, end, message, hint }) => ({
      code: code as TestFinding['code'],
      range: placeIn(node, offset + start, offset + end),
      message,
      hint,
    })),
  );
}

/** What is written out, without expressions, has to be possible. */
function checkWritten(node: YamlNode, schema: JsonSchema, root: JsonSchema): TestFinding[] {
  const expected = resolveRef(schema, root);
  if (node.kind === 'mapping' && isRecord(expected)) {
    const properties = (expected.properties ?? {}) as { readonly [name: string]: JsonSchema };
    return node.entries.flatMap(({ key, value }): TestFinding[] => {
      if (Object.hasOwn(properties, key.value)) return checkWritten(value, properties[key.value]!, root);
      if (expected.additionalProperties !== false) return [];
      const hint = didYouMean(key.value, Object.keys(properties));
      return [{ code: 'unknown-key', range: key.range, message: `unknown key '${key.value}'`, hint }];
    });
  }
  if (node.kind === 'sequence' && isListOf(expected)) {
    return node.items.flatMap((item) => checkWritten(item, expected.items, root));
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
