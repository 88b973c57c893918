import type { Json, JsonSchema } from '../plan/plan.ts';

const ONE = new Set(
  'items contains additionalProperties propertyNames if then else not unevaluatedItems unevaluatedProperties'.split(
    ' ',
  ),
);
const BY_NAME = new Set('properties patternProperties $defs dependentSchemas'.split(' '));
const LISTED = new Set('allOf anyOf oneOf prefixItems'.split(' '));
const PLAIN = new Set(
  (
    'type enum const multipleOf maximum exclusiveMaximum minimum exclusiveMinimum maxLength minLength pattern ' +
    'maxItems minItems uniqueItems maxContains minContains maxProperties minProperties required ' +
    'dependentRequired title description default deprecated readOnly writeOnly examples format ' +
    'contentEncoding contentMediaType $ref $comment'
  ).split(' '),
);

/** Every keyword of JSON Schema 2020-12 that schemas here may use; `$id`, `$anchor` and the like are not among them. */
export const KEYWORDS: ReadonlySet<string> = new Set([...ONE, ...BY_NAME, ...LISTED, ...PLAIN]);

type Path = readonly (string | number)[];

/**
 * A copy of a schema in which each direct subschema went through `change`, which gets the path to it. Values
 * that only look like schemas (in `default`, `enum`, `const`, `examples`) stay as they are.
 */
export function mapSubschemas(
  schema: { readonly [keyword: string]: Json },
  change: (subschema: JsonSchema, path: Path) => JsonSchema,
): { [keyword: string]: Json } {
  const entries = Object.entries(schema).map(([keyword, value]): [string, Json] => {
    if (ONE.has(keyword) && isSchema(value)) return [keyword, change(value, [keyword])];
    if (BY_NAME.has(keyword) && isSchema(value) && typeof value === 'object') {
      const named = Object.entries(value).map(([name, item]): [string, Json] => [
        name,
        isSchema(item) ? change(item, [keyword, name]) : item,
      ]);
      return [keyword, Object.fromEntries(named)];
    }
    if (LISTED.has(keyword) && Array.isArray(value)) {
      return [keyword, value.map((item, index) => (isSchema(item) ? change(item, [keyword, index]) : item))];
    }
    return [keyword, value];
  });
  return Object.fromEntries(entries);
}

/** Calls `visit` for the schema and every schema inside it, with the path to it. */
export function visitSchemas(
  schema: JsonSchema,
  visit: (schema: JsonSchema, path: Path) => void,
  path: Path = [],
): void {
  visit(schema, path);
  if (typeof schema === 'boolean') return;
  mapSubschemas(schema, (subschema, step) => {
    visitSchemas(subschema, visit, [...path, ...step]);
    return subschema;
  });
}

/** Whether a JSON value can be a schema at all: an object or a boolean. */
export function isSchema(value: Json | undefined): value is JsonSchema {
  return typeof value === 'boolean' || (value !== null && typeof value === 'object' && !Array.isArray(value));
}
