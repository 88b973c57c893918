import { bundleSchema } from '../document/bundle-schema.ts';
import type { Definition } from '../document/definition.ts';
import { entryOf, toJson } from '../document/json.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import { findSchemaProblems } from '../json-schema/find-schema-problems.ts';
import { expandShortForm } from '../json-schema/short-form.ts';
import type { JsonObject, JsonSchema } from '../plan/plan.ts';
import { rangeOfProblem } from './schema-pass.ts';
import type { Catalogue, Finding } from './subject.ts';

/**
 * The JSON Schema of a definition's whole input, from its short form.
 *
 * @returns the schema, `true` if it has findings: bad-schema, bad-reference
 */
export function readInputSchema(
  definition: Definition,
  tree: YamlNode,
  catalogue: Catalogue,
): { readonly schema: JsonSchema; readonly findings: readonly Finding[] } {
  const node = entryOf(tree, 'input')?.value;
  const short = node?.kind === 'mapping' ? (toJson(node) as JsonObject) : {};
  const { schema, problems } = bundleSchema(
    expandShortForm(short),
    definition.file,
    catalogue.readFile ?? (() => undefined),
  );
  if (node === undefined) return { schema, findings: [] };
  const findings = [
    ...problems.map((problem) => ({ ...problem, code: 'bad-reference', hint: undefined })),
    ...findSchemaProblems(schema).map((problem) => ({ ...problem, code: 'bad-schema', hint: problem.hint })),
  ].map((problem): Finding => {
    // The expanded schema has `properties` above what the file has at once.
    const place = { ...problem, at: problem.at[0] === 'properties' ? problem.at.slice(1) : [] };
    return {
      code: problem.code,
      range: rangeOfProblem(node, place),
      message: problem.message,
      hint: problem.hint,
    };
  });
  return { schema: findings.length > 0 ? true : schema, findings };
}
