import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import type { Json, JsonSchema } from '../plan/plan.ts';
import { problemsOf, type SchemaProblem } from './schema-problem.ts';

export type Validation =
  /** `value` is a copy with the defaults filled in. */
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly problems: readonly SchemaProblem[] };

export type Validator = (value: Json) => Validation;

const validators = new WeakMap<object, Validator>();

/**
 * A function that holds values against a JSON Schema 2020-12 (with the formats of ajv-formats), fills in
 * defaults, and says in words what is wrong. It never changes its argument. Compiled once a schema object.
 *
 * @throws Error if the schema itself is not valid; `findSchemaProblems` finds out before
 */
export function compileSchema(schema: JsonSchema): Validator {
  if (typeof schema === 'boolean') return validator({ allOf: [schema] });
  let known = validators.get(schema);
  if (known === undefined) {
    known = validator(schema);
    validators.set(schema, known);
  }
  return known;
}

/** An ajv for 2020-12 with all formats, that reports every problem. One a schema: ids cannot collide, and it can be collected. */
export function createAjv(): Ajv2020 {
  const ajv = new Ajv2020({
    allErrors: true,
    strict: false,
    verbose: true,
    useDefaults: true,
    meta: false,
    validateSchema: false,
    addUsedSchema: false,
    ownProperties: true,
  });
  formats.default(ajv);
  return ajv;
}

function validator(schema: Exclude<JsonSchema, boolean>): Validator {
  const validate = createAjv().compile(schema);
  return (value) => {
    const copy = structuredClone(value);
    if (validate(copy)) return { ok: true, value: copy };
    return { ok: false, problems: problemsOf(validate.errors ?? [], schema) };
  };
}
