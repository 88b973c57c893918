import { checkOpened } from '../check/check-definition.ts';
import { checkSignature } from '../check/check-signature.ts';
import { type OpenedDefinition, openDefinition } from '../check/open-definition.ts';
import type { Catalogue } from '../check/subject.ts';
import { compile } from '../compile/compile.ts';
import { compileSchedules } from '../compile/compile-schedules.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { ReadFile } from '../document/bundle-schema.ts';
import { definitionName } from '../document/read-definition.ts';
import { signatureName } from '../document/read-signature.ts';
import type { Signature } from '../document/signature.ts';
import type { IdPlan, JsonSchema, Plan } from '../plan/plan.ts';
import type { SchedulePlan } from '../plan/schedule.ts';
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
  readonly schedules: readonly SchedulePlan[];
}

/**
 * Reads, checks and compiles all definitions and signatures of a project.
 * @param root the project's folder
 */
export function loadProject(root: string): Project {
  const readFile = (path: string) => readProjectFile(root, path);
  const signatureFiles = readSignatureFiles(root);
  const definitionFiles = readDefinitionFiles(root);
  const checked = signatureFiles.map(
    (source): ReturnType<typeof checkSignature> =>
      source.unreadable === undefined
        ? checkSignature(source.text, source.file, readFile)
        : { findings: [unreadable(source)] },
  );
  const signatures = new Map(
    checked.flatMap(({ signature }) => (signature ? [[signature.name, signature]] : [])),
  );
  const broken = signatureFiles
    .map(({ file }) => signatureName(file))
    .filter((name) => !signatures.has(name));
  // All are opened before any is checked, since they call one another.
  const opened = definitionFiles.map((source) => open(source, readFile));
  const readable = opened.flatMap(({ file, content }) =>
    content === undefined ? [] : [[definitionName(file), content.interface] as const],
  );
  const catalogue: Catalogue = {
    signatures,
    workflows: new Map(readable),
    brokenSignatures: new Set(broken),
    brokenWorkflows: new Set(opened.flatMap(({ file, content }) => (content ? [] : [definitionName(file)]))),
    readFile,
  };
  const definitions = opened.map((one): [string, ProjectDefinition] => {
    const definition = loadDefinition(one, catalogue);
    return [definition.name, definition];
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
  readonly output?: JsonSchema;
  /** The schemas of payloads, by name. */
  readonly signals?: { readonly [name: string]: JsonSchema };
  readonly updates?: { readonly [name: string]: JsonSchema };
  readonly queries?: readonly string[];
  readonly id?: IdPlan;
}

/** What types are generated from: of a project with errors, only what has none. */
export function typeSourcesOf(project: Project): {
  readonly signatures: readonly Signature[];
  readonly workflows: readonly TypeSource[];
} {
  const workflows = [...project.definitions.values()].flatMap(({ name, file, runnable }): TypeSource[] => {
    if (runnable === undefined) return [];
    const { description, outputSchema, signals, updates, queries, id } = runnable.plan;
    const payloads = Object.entries(updates ?? {}).map(([update, { input }]) => [update, input] as const);
    return [
      {
        name,
        file,
        input: runnable.inputSchema,
        ...(description !== undefined && { description }),
        ...(outputSchema !== undefined && { output: outputSchema }),
        ...(signals !== undefined && { signals }),
        ...(updates !== undefined && { updates: Object.fromEntries(payloads) }),
        ...(queries !== undefined && { queries: Object.keys(queries) }),
        ...(id !== undefined && { id }),
      },
    ];
  });
  return { signatures: [...project.signatures.values()], workflows };
}

/** The domain of a definition or an activity: the part of its name before the slash. */
export function domainOf(name: string): string {
  return name.slice(0, name.indexOf('/'));
}

function open(source: SourceFile, readFile: ReadFile): OpenedDefinition {
  if (source.unreadable === undefined) return openDefinition(source.text, source.file, readFile);
  return { file: source.file, findings: [unreadable(source)] };
}

function unreadable({ file, unreadable: reason }: SourceFile): Diagnostic {
  const message = `the file cannot be read: ${reason}`;
  return { code: 'file-unreadable', severity: 'error', file, range: { start: 0, end: 0 }, message };
}

function loadDefinition(opened: OpenedDefinition, catalogue: Catalogue): ProjectDefinition {
  const { file } = opened;
  const name = definitionName(file);
  const { findings, checked } = checkOpened(opened, catalogue);
  if (checked === undefined) return { name, file, findings };
  const { inputSchema } = checked;
  const runnable = { plan: compile(checked), inputSchema, schedules: compileSchedules(checked) };
  return { name, file, findings, runnable };
}
