import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { ReadFile } from '../document/bundle-schema.ts';
import { entryOf, nodeAt } from '../document/json.ts';
import { readSignature } from '../document/read-signature.ts';
import type { Signature } from '../document/signature.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import { parseDuration } from '../expression/duration.ts';
import { resolveRef } from '../json-schema/describe-schema.ts';
import { findSchemaProblems } from '../json-schema/find-schema-problems.ts';
import type { JsonSchema } from '../plan/plan.ts';
import { BUILT_IN_ERRORS } from './built-in-errors.ts';
import { rangeOfProblem, schemaPass } from './schema-pass.ts';
import { type Finding, toDiagnostic } from './subject.ts';

/**
 * Checks an activity's signature: YAML, grammar, and the schemas that it is made of.
 *
 * @param text the file's text
 * @param file its path from the project's root, `schemas/activities/<domain>/<name>.yaml`
 * @param readFile gives the text of the files that `$ref`s name
 * @returns every finding, and the signature unless an error is among them
 */
export function checkSignature(
  text: string,
  file: string,
  readFile: ReadFile,
): { findings: Diagnostic[]; signature?: Signature } {
  const { tree, signature, findings: read } = readSignature(text, file, readFile);
  if (tree === undefined) return { findings: [...read] };
  const grammar = schemaPass(tree, file, 'signature.schema.json');
  const told = new Set(grammar.map(({ range }) => `${range.start}-${range.end}`));
  // Reading stops at an effect that is none; the grammar has said so already, and where.
  const rest = read.filter(
    ({ code, range }) =>
      !(code === 'invalid-value' && grammar.length > 0) && !told.has(`${range.start}-${range.end}`),
  );
  const findings = [
    ...grammar,
    ...rest,
    ...[...nameFindings(file), ...errorFindings(tree), ...timeoutFindings(tree), ...bothForms(tree)].map(
      (finding) => toDiagnostic(finding, file),
    ),
  ];
  if (signature === undefined || findings.length > 0) return { findings };
  findings.push(...schemaFindings(tree, signature).map((finding) => toDiagnostic(finding, file)));
  return findings.length > 0 ? { findings } : { findings, signature };
}

function nameFindings(file: string): Finding[] {
  if (/^schemas\/activities\/[a-z][a-z0-9-]*\/[a-z][a-z0-9-]*(?:@[1-9][0-9]*)?\.yaml$/.test(file)) return [];
  const message = `'${file}' names no activity; expected schemas/activities/<domain>/<name>.yaml, both of a-z, 0-9 and -`;
  return [{ code: 'file-name', range: { start: 0, end: 0 }, message }];
}

function errorFindings(tree: YamlNode): Finding[] {
  const errors = entryOf(tree, 'errors')?.value;
  if (errors?.kind !== 'mapping') return [];
  return errors.entries.flatMap(({ key: { value, range } }): Finding[] => {
    if (BUILT_IN_ERRORS.has(value)) {
      return [
        {
          code: 'reserved-name',
          range,
          message: `'${value}' is an error of the engine; choose another name`,
        },
      ];
    }
    if (/^[A-Z][A-Za-z0-9]*$/.test(value)) return [];
    return [
      {
        code: 'error-name',
        range,
        message: `'${value}' is not an error type; expected a name such as AccountClosed`,
      },
    ];
  });
}

function timeoutFindings(tree: YamlNode): Finding[] {
  const timeout = entryOf(tree, 'timeout')?.value;
  if (timeout?.kind !== 'scalar' || typeof timeout.value !== 'string') return [];
  const parsed = parseDuration(timeout.value);
  if (!parsed.ok || parsed.ms > 0) return [];
  return [{ code: 'bad-duration', range: timeout.range, message: `'${timeout.value}' is no time at all` }];
}

function bothForms(tree: YamlNode): Finding[] {
  return ['input', 'output'].flatMap((name): Finding[] => {
    const whole = entryOf(tree, `${name}_schema`)?.key;
    if (whole === undefined || entryOf(tree, name) === undefined) return [];
    return [
      {
        code: 'misplaced-key',
        range: whole.range,
        message: `'${name}' and '${name}_schema' say the same; keep one`,
      },
    ];
  });
}

function schemaFindings(tree: YamlNode, { input, output, errors }: Signature): Finding[] {
  const parts: (readonly [schema: JsonSchema, path: readonly string[]])[] = [
    [input, [entryOf(tree, 'input_schema') ? 'input_schema' : 'input']],
    [output, [entryOf(tree, 'output_schema') ? 'output_schema' : 'output']],
    ...Object.entries(errors).flatMap(([type, { details }]) =>
      details === undefined ? [] : [[details, ['errors', type, 'details']] as const],
    ),
  ];
  return parts.flatMap(([schema, path]): Finding[] => {
    const { node } = nodeAt(tree, path);
    const short = !String(path.at(-1)).endsWith('_schema');
    const problems = findSchemaProblems(schema).map((problem): Finding => {
      const at = short ? (problem.at[0] === 'properties' ? problem.at.slice(1) : []) : problem.at;
      return {
        code: 'bad-schema',
        range: rangeOfProblem(node, { ...problem, at }),
        message: problem.message,
        hint: problem.hint,
      };
    });
    const whole = resolveRef(schema, schema);
    if (problems.length > 0 || path[0] !== 'input_schema') return problems;
    if (typeof whole === 'object' && whole.type === 'object') return [];
    return [
      {
        code: 'bad-schema',
        range: rangeOfProblem(node, { at: [] }),
        message: "an activity's input is an object; say type: object",
      },
    ];
  });
}
