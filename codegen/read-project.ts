import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Diagnostic } from '../src/diagnostics/diagnostic.ts';
import { bundleSchema } from '../src/document/bundle-schema.ts';
import { toJson } from '../src/document/json.ts';
import { readDefinition } from '../src/document/read-definition.ts';
import { readSignature } from '../src/document/read-signature.ts';
import { parseYaml } from '../src/document/yaml.ts';
import { expandShortForm } from '../src/json-schema/short-form.ts';
import type { CodegenProject, WorkflowSource } from './generate.ts';

/**
 * Reads what code is generated from: every signature in `schemas/activities` and the inputs of every definition in
 * `definitions`. Needs no activity's code, so it works while that does not compile yet.
 *
 * @param root the project's root, an absolute path
 * @returns what could be read, and the findings that kept the rest out
 */
export function readProject(root: string): {
  readonly project: CodegenProject;
  readonly findings: readonly Diagnostic[];
} {
  const readText = (path: string): string | undefined => {
    const full = join(root, path);
    return existsSync(full) ? readFileSync(full, 'utf8') : undefined;
  };
  const signatures = listYaml(root, 'schemas/activities').map((file) =>
    readSignature(readText(file)!, file, readText),
  );
  const workflows = listYaml(root, 'definitions')
    .filter((file) => !/\.test\.ya?ml$/.test(file))
    .map((file) => readWorkflow(readText(file)!, file, readText));
  return {
    project: {
      signatures: signatures.flatMap(({ signature }) => (signature ? [signature] : [])),
      workflows: workflows.flatMap(({ workflow }) => (workflow ? [workflow] : [])),
    },
    findings: [...signatures, ...workflows].flatMap(({ findings }) => findings),
  };
}

function readWorkflow(
  text: string,
  file: string,
  readText: (path: string) => string | undefined,
): { readonly workflow?: WorkflowSource; readonly findings: readonly Diagnostic[] } {
  const { tree, findings } = parseYaml(text, file);
  if (!tree || findings.length > 0) return { findings };
  const { name, description, input } = readDefinition(tree, file, text);
  const short = Object.fromEntries(input.map((property) => [property.name.value, toJson(property.schema)]));
  const { schema, problems } = bundleSchema(expandShortForm(short), file, readText);
  return {
    workflow: {
      name,
      file,
      input: schema,
      ...(description === undefined ? {} : { description: description.value }),
    },
    findings: problems.map(({ message }) => ({
      code: 'bad-reference',
      severity: 'error',
      file,
      range: tree.range,
      message,
    })),
  };
}

function listYaml(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.ya?ml$/.test(path))
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .sort();
}
