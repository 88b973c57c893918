import { checkDefinition } from '../check/check-definition.ts';
import { checkSignature } from '../check/check-signature.ts';
import type { WorkflowInterface } from '../check/checked-document.ts';
import type { Catalogue } from '../check/subject.ts';
import { readInterface } from '../check/workflow-interface.ts';
import { compile } from '../compile/compile.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { definitionName, readDefinition } from '../document/read-definition.ts';
import { signatureName } from '../document/read-signature.ts';
import type { Signature } from '../document/signature.ts';
import { parseYaml } from '../document/yaml.ts';
import type { JsonSchema, Plan } from '../plan/plan.ts';
import { readDefinitionFiles, readProjectFile, readSignatureFiles, type SourceFile } from './read-files.ts';

/** What a project's files say, read and judged once. */
export interface Project {
  readonly root: string;
  /** By name, sorted. Only those without findings of their own. */
  readonly signatures: ReadonlyMap<string, Signature>;
  /** By name, sorted; the broken ones too. */
  readonly definitions: ReadonlyMap<string, ProjectDefinition>;
  /** What a definition of this project may refer to. */
  readonly catalogue: Catalogue;
  /** Findings in signatures; a definition's own are with it. */
  readonly signatureFindings: readonly Diagnostic[];
  /** The text of every file that was read, by path, for code frames. */
  readonly sources: ReadonlyMap<string, string>;
}

export interface ProjectDefinition {
  /** `payments/batch-payout`. */
  readonly name: string;
  readonly file: string;
  readonly findings: readonly Diagnostic[];
  /** Absent if there are errors among the findings. */
  readonly runnable?: RunnableDefinition;
}

export interface RunnableDefinition {
  readonly plan: Plan;
  /** Of the whole input: an object. */
  readonly inputSchema: JsonSchema;
}

/**
 * Reads, checks and compiles all definitions and signatures of a project.
 * @param root the project's folder
 */
export function loadProject(root: string): Project {
  const signatureFiles = readSignatureFiles(root);
  const definitionFiles = readDefinitionFiles(root);
  const checked = signatureFiles.map(({ file, text }) =>
    checkSignature(text, file, (path) => readProjectFile(root, path)),
  );
  const signatures = new Map(
    checked.flatMap(({ signature }) => (signature ? [[signature.name, signature]] : [])),
  );
  const broken = signatureFiles
    .map(({ file }) => signatureName(file))
    .filter((name) => !signatures.has(name));
  const interfaces = readInterfaces(root, definitionFiles);
  const names = definitionFiles.map(({ file }) => definitionName(file));
  const catalogue: Catalogue = {
    signatures,
    workflows: interfaces,
    brokenSignatures: new Set(broken),
    brokenWorkflows: new Set(names.filter((name) => !interfaces.has(name))),
    readFile: (path) => readProjectFile(root, path),
  };
  const definitions = definitionFiles.map((source): [string, ProjectDefinition] => {
    const name = definitionName(source.file);
    return [name, loadDefinition(name, source, catalogue)];
  });
  return {
    root,
    signatures,
    definitions: new Map(definitions),
    catalogue,
    signatureFindings: checked.flatMap(({ findings }) => findings),
    sources: new Map([...signatureFiles, ...definitionFiles].map(({ file, text }) => [file, text])),
  };
}

/** All findings of a project, in the order of its files. */
export function findingsOf(project: Project): Diagnostic[] {
  return [
    ...project.signatureFindings,
    ...[...project.definitions.values()].flatMap(({ findings }) => findings),
  ];
}

/** A definition as types are generated from it. */
export interface TypeSource {
  readonly name: string;
  readonly file: string;
  readonly input: JsonSchema;
  readonly description?: string;
}

/** What types are generated from: of a project with errors, only what has none. */
export function typeSourcesOf(project: Project): {
  readonly signatures: readonly Signature[];
  readonly workflows: readonly TypeSource[];
} {
  const workflows = [...project.definitions.values()].flatMap(({ name, file, runnable }): TypeSource[] => {
    if (runnable === undefined) return [];
    const { description } = runnable.plan;
    return [{ name, file, input: runnable.inputSchema, ...(description !== undefined && { description }) }];
  });
  return { signatures: [...project.signatures.values()], workflows };
}

/** The domain of a definition or an activity: the part of its name before the slash. */
export function domainOf(name: string): string {
  return name.slice(0, name.indexOf('/'));
}

/** How each definition is called: known of all before any is checked, since they call one another. */
function readInterfaces(root: string, files: readonly SourceFile[]): ReadonlyMap<string, WorkflowInterface> {
  const interfaces = new Map<string, WorkflowInterface>();
  for (const { file, text } of files) {
    const { tree } = parseYaml(text, file);
    if (tree === undefined) continue;
    const read = readInterface(readDefinition(tree, file, text), (path) => readProjectFile(root, path));
    interfaces.set(definitionName(file), read.interface);
  }
  return interfaces;
}

function loadDefinition(name: string, { file, text }: SourceFile, catalogue: Catalogue): ProjectDefinition {
  const { findings, checked } = checkDefinition(text, file, catalogue);
  if (checked === undefined) return { name, file, findings };
  return { name, file, findings, runnable: { plan: compile(checked), inputSchema: checked.inputSchema } };
}
