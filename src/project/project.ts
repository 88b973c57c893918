import { checkDefinition } from '../check/check-definition.ts';
import { checkSignature } from '../check/check-signature.ts';
import type { Catalogue } from '../check/subject.ts';
import { compile } from '../compile/compile.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { definitionName } from '../document/read-definition.ts';
import { signatureName } from '../document/read-signature.ts';
import type { Signature } from '../document/signature.ts';
import type { JsonSchema, Plan } from '../plan/plan.ts';
import { readDefinitionFiles, readProjectFile, readSignatureFiles, type SourceFile } from './read-files.ts';

/** What a project's files say, read and judged once. */
export interface Project {
  readonly root: string;
  /** By name, sorted. Only those without findings of their own. */
  readonly signatures: ReadonlyMap<string, Signature>;
  /** By name, sorted; the broken ones too. */
  readonly definitions: ReadonlyMap<string, ProjectDefinition>;
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
  const checked = signatureFiles.map(
    (source): ReturnType<typeof checkSignature> =>
      source.unreadable === undefined
        ? checkSignature(source.text, source.file, (path) => readProjectFile(root, path))
        : { findings: [unreadable(source)] },
  );
  const signatures = new Map(
    checked.flatMap(({ signature }) => (signature ? [[signature.name, signature]] : [])),
  );
  const broken = signatureFiles
    .map(({ file }) => signatureName(file))
    .filter((name) => !signatures.has(name));
  const catalogue: Catalogue = {
    signatures,
    workflows: definitionFiles.map(({ file }) => definitionName(file)),
    brokenSignatures: new Set(broken),
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

function unreadable({ file, unreadable: reason }: SourceFile): Diagnostic {
  const message = `the file cannot be read: ${reason}`;
  return { code: 'file-unreadable', severity: 'error', file, range: { start: 0, end: 0 }, message };
}

function loadDefinition(name: string, source: SourceFile, catalogue: Catalogue): ProjectDefinition {
  const { file, text } = source;
  if (source.unreadable !== undefined) return { name, file, findings: [unreadable(source)] };
  const { findings, checked } = checkDefinition(text, file, catalogue);
  if (checked === undefined) return { name, file, findings };
  return { name, file, findings, runnable: { plan: compile(checked), inputSchema: checked.inputSchema } };
}
