import { Ajv2020 } from 'ajv/dist/2020.js';
import type { AnyValidateFunction } from 'ajv/dist/types/index.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import type { JsonSchema } from '../plan/plan.ts';
import { compileSchema, createAjv } from './compile-schema.ts';
import { followPointer } from './describe-schema.ts';
import { formatPath, formatProblem, problemsOf, quote, type SchemaProblem } from './schema-problem.ts';
import { KEYWORDS, visitSchemas } from './subschemas.ts';
import { didYouMean } from './suggest.ts';

const META_SCHEMA = 'https://json-schema.org/draft/2020-12/schema';
const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

/** Compiled at the first use: it takes a while, and most commands check no schema. */
let metaSchema: AnyValidateFunction | undefined;

const FORMATS: ReadonlySet<string> = new Set(Object.keys(fullFormats));

/**
 * What is wrong with a schema itself: keywords and formats that do not exist (a slip there would be silently
 * ignored), values of keywords that the 2020-12 meta-schema refuses, references that lead nowhere, defaults
 * that do not fit. `at` is the path into the schema. If this finds nothing, `compileSchema` will not throw.
 */
export function findSchemaProblems(schema: JsonSchema): readonly SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  visitSchemas(schema, (part, at) => {
    if (typeof part === 'boolean') return;
    for (const [keyword, value] of Object.entries(part)) {
      if (!KEYWORDS.has(keyword))
        problems.push(unknown(at, keyword, `unknown JSON Schema keyword '${keyword}'`, KEYWORDS));
      else if (keyword === 'pattern' && typeof value === 'string' && !isPattern(value)) {
        problems.push(problem([...at, 'pattern'], `'${value}' is not a regular expression`));
      } else if (keyword === 'format' && typeof value === 'string' && !FORMATS.has(value)) {
        problems.push(unknown([...at, 'format'], undefined, `unknown format '${value}'`, FORMATS, value));
      } else if (
        keyword === '$ref' &&
        typeof value === 'string' &&
        followPointer(schema, value) === undefined
      ) {
        problems.push(problem([...at, '$ref'], `the reference '${value}' leads nowhere`));
      }
    }
  });
  metaSchema ??= new Ajv2020({ allErrors: true, strict: false, verbose: true }).getSchema(META_SCHEMA);
  const meta = metaSchema;
  if (meta !== undefined && !meta(schema))
    problems.push(
      ...withoutEchoes(problemsOf(meta.errors ?? [], true)).map((found) => aboutType(found, schema)),
    );
  return problems.length > 0 ? problems : [...wrongDefaults(schema), ...notCompiling(schema)];
}

/** Patterns are compiled with the `u` flag, under which more of them are wrong. */
function isPattern(text: string): boolean {
  try {
    new RegExp(text, 'u');
    return true;
  } catch {
    return false;
  }
}

/** What only compiling finds: a schema must not fail where somebody relies on it. */
function notCompiling(schema: JsonSchema): readonly SchemaProblem[] {
  try {
    compileSchema(schema);
    return [];
  } catch (error) {
    return [
      problem([], `the schema does not compile: ${error instanceof Error ? error.message : String(error)}`),
    ];
  }
}

/** Defaults are filled in unasked, so a wrong one would fail far from here. */
function wrongDefaults(schema: JsonSchema): readonly SchemaProblem[] {
  const problems: SchemaProblem[] = [];
  const definitions = typeof schema === 'object' ? schema.$defs : undefined;
  visitSchemas(schema, (part, at) => {
    if (typeof part === 'boolean' || part.default === undefined) return;
    const { default: value, ...rest } = part;
    const validate = createAjv().compile(definitions === undefined ? rest : { ...rest, $defs: definitions });
    if (validate(structuredClone(value))) return;
    const why = problemsOf(validate.errors ?? [], schema)
      .map(formatProblem)
      .join(', ');
    problems.push(problem([...at, 'default'], `the default does not fit: ${why}`));
  });
  return problems;
}

/** The meta-schema's own words about `type` name its definitions. */
function aboutType(found: SchemaProblem, schema: JsonSchema): SchemaProblem {
  if (found.at.at(-1) !== 'type') return found;
  const value = found.at.reduce<unknown>((node, part) => (node as { [part: string]: unknown })[part], schema);
  const hint = typeof value === 'string' ? didYouMean(value, TYPES) : undefined;
  const message = `${quote(value)} is not a type of JSON Schema`;
  return {
    path: found.path,
    at: found.at,
    keyword: 'type',
    message,
    ...(hint === undefined ? {} : { hint }),
  };
}

/** The meta-schema says the same from several of its vocabularies. */
function withoutEchoes(problems: readonly SchemaProblem[]): readonly SchemaProblem[] {
  return problems.filter((one, index) => problems.findIndex((other) => other.path === one.path) === index);
}

function unknown(
  at: readonly (string | number)[],
  key: string | undefined,
  message: string,
  known: ReadonlySet<string>,
  word = key ?? '',
): SchemaProblem {
  // People carry the short form's own word into nested objects, where JSON Schema has another one for it.
  const hint = word === 'optional' ? "did you mean to leave it out of 'required'?" : didYouMean(word, known);
  const near = hint?.startsWith('did you mean') ? { hint } : {};
  return {
    ...problem(at, message),
    keyword: 'additionalProperties',
    ...(key === undefined ? {} : { key }),
    ...near,
  };
}

function problem(at: readonly (string | number)[], message: string): SchemaProblem {
  return { path: formatPath(at), at, keyword: 'schema', message };
}
