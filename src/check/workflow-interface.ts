import { bundleSchema, type ReadFile } from '../document/bundle-schema.ts';
import type { Definition, InputProperty } from '../document/definition.ts';
import { toJson } from '../document/json.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import { parseTemplate } from '../expression/template.ts';
import { resolveRef } from '../json-schema/describe-schema.ts';
import { findSchemaProblems } from '../json-schema/find-schema-problems.ts';
import { expandShortForm } from '../json-schema/short-form.ts';
import type { JsonObject, JsonSchema, OnConflict } from '../plan/plan.ts';
import type { WorkflowInterface } from './checked-document.ts';
import { rangeOfProblem } from './schema-pass.ts';
import type { Finding } from './subject.ts';

/**
 * How a definition is called: its schemas as whole JSON Schemas, its business key.
 *
 * @param readFile for `$ref`s to other files; without it they lead nowhere
 * @returns the interface, with `true` in place of a schema that has findings: bad-schema, bad-reference,
 *   misplaced-key
 */
export function readInterface(
  definition: Definition,
  readFile: ReadFile = () => undefined,
): { readonly interface: WorkflowInterface; readonly findings: readonly Finding[] } {
  const findings: Finding[] = [];
  const schemaOf = (node: YamlNode, expand: (json: JsonObject) => JsonSchema): JsonSchema => {
    const json = toJson(node);
    if (json === null || typeof json !== 'object' || Array.isArray(json)) return true;
    const { schema, problems } = bundleSchema(expand(json), definition.file, readFile);
    const found = [
      ...problems.map((problem) => ({ ...problem, code: 'bad-reference', hint: undefined })),
      ...findSchemaProblems(schema).map((problem) => ({
        ...problem,
        code: 'bad-schema',
        hint: problem.hint,
      })),
    ].map((problem): Finding => {
      // The expanded schema has `properties` above what the file has at once.
      const short = problem.at[0] === 'properties' ? problem.at.slice(1) : [];
      const at = expand === whole ? problem.at : short;
      const range = rangeOfProblem(node, { ...problem, at });
      return { code: problem.code, range, message: problem.message, hint: problem.hint };
    });
    findings.push(...found);
    return found.length > 0 ? true : schema;
  };
  const { inputSchema, outputSchema, input, deprecated } = definition;
  if (inputSchema !== undefined && input.length > 0) findings.push(bothForms(inputSchema));
  const id = readId(definition);
  const read: WorkflowInterface = {
    inputSchema:
      inputSchema === undefined ? schemaOf(mappingOf(input), expandShortForm) : schemaOf(inputSchema, whole),
    ...(outputSchema && { outputSchema: schemaOf(outputSchema, whole) }),
    signals: new Map(
      definition.signals.map(({ name, input: payload }) => [
        name.value,
        schemaOf(mappingOf(payload), expandShortForm),
      ]),
    ),
    updates: new Map(
      definition.updates.map(({ name, input: payload }) => [
        name.value,
        schemaOf(mappingOf(payload), expandShortForm),
      ]),
    ),
    ...(id && { id }),
    ...(deprecated && { deprecated: deprecated.value }),
  };
  if (inputSchema !== undefined && !isObjectSchema(read.inputSchema)) findings.push(noObject(inputSchema));
  return { interface: read, findings };
}

/** A schema that is written as a whole. */
function whole(json: JsonObject): JsonSchema {
  return json;
}

function mappingOf(properties: readonly InputProperty[]): YamlNode {
  const start = properties[0]?.name.range.start ?? 0;
  const end = properties.at(-1)?.schema.range.end ?? 0;
  const entries = properties.map(({ name, schema }) => ({ key: name, value: schema }));
  return { kind: 'mapping', entries, range: { start, end } };
}

/** The key, where it is text that a plan can hold: what else is wrong with it is told in its own file. */
function readId({ id }: Definition): WorkflowInterface['id'] {
  if (id?.key?.kind !== 'scalar' || typeof id.key.value !== 'string') return undefined;
  if (!parseTemplate(id.key.value).ok) return undefined;
  const said = id.onConflict?.value;
  const onConflict: OnConflict = said === 'fail' || said === 'replace' ? said : 'join';
  return { key: id.key, onConflict };
}

function isObjectSchema(schema: JsonSchema): boolean {
  const resolved = resolveRef(schema, schema);
  return schema === true || (typeof resolved === 'object' && resolved.type === 'object');
}

function noObject(node: YamlNode): Finding {
  const message = "a workflow's input is an object; say type: object";
  return { code: 'bad-schema', range: rangeOfProblem(node, { at: [] }), message };
}

function bothForms(node: YamlNode): Finding {
  const message = "'input' and 'input_schema' say the same; keep one";
  return { code: 'misplaced-key', range: rangeOfProblem(node, { at: [] }), message };
}
