import type { AnyValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { fullFormats } from 'ajv-formats/dist/formats.js';
import type { JsonSchema } from '../plan/plan.ts';
import { createAjv } from './compile-schema.ts';
import { followPointer } from './describe-schema.ts';
import { formatPath, formatProblem, problemsOf, type SchemaProblem } from './schema-problem.ts';
import { KEYWORDS, visitSchemas } from './subschemas.ts';
import { didYouMean } from './suggest.ts';

const META_SCHEMA = 'https://json-schema.org/draft/2020-12/schema';
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
      else if (keyword === 'format' && typeof value === 'string' && !FORMATS.has(value)) {
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
    problems.push(...withoutEchoes(problemsOf(meta.errors ?? [], true)));
  return problems.length > 0 ? problems : wrongDefaults(schema);
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
