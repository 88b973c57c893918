/** The tests of a project's definitions: which there are, what is wrong with them, what comes of them. */
import { relative, resolve, sep } from 'node:path';
import { openDefinition } from '../check/open-definition.ts';
import { type Coverage, measureCoverage } from '../definition-tests/coverage.ts';
import { outcomeOf } from '../definition-tests/explore.ts';
import { readTestFile } from '../definition-tests/read-test-file.ts';
import { type FileResult, runTestFile } from '../definition-tests/run-tests.ts';
import {
  type TestCase,
  type TestedDefinition,
  type TestFile,
  testedName,
} from '../definition-tests/test-file.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Observation } from '../interpreter/observe.ts';
import { didYouMean } from '../json-schema/suggest.ts';
import type { Project } from '../project/project.ts';
import { domainOf } from '../project/project.ts';
import { readTestFiles, type SourceFile } from '../project/read-files.ts';
import { CommandFailure, EXIT } from './command-failure.ts';

export interface ProjectTests {
  /** Those that can run. */
  readonly files: readonly TestFile[];
  /** Of the test files, and of the definitions that they are about. */
  readonly findings: readonly Diagnostic[];
  /** The text of definitions, signatures and tests, by path. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Reads the tests of a project.
 *
 * @param what files, folders, domains or definitions; none means all
 * @throws CommandFailure `nothing-to-test` for one of them that has no test, or if there is none at all
 */
export function readProjectTests(project: Project, what: readonly string[]): ProjectTests {
  const all = readTestFiles(project.root);
  const selected = selectFiles(project, all, what);
  const findings: Diagnostic[] = [];
  const definitions = new Map<string, TestedDefinition | undefined>();
  const definition = (name: string): TestedDefinition | undefined => {
    if (!definitions.has(name)) definitions.set(name, testedDefinition(project, name));
    return definitions.get(name);
  };
  const files = selected.flatMap((source) => {
    const name = testedName(source.file);
    const broken = project.definitions.get(name);
    if (broken !== undefined && broken.runnable === undefined) findings.push(...broken.findings);
    const read =
      source.unreadable === undefined
        ? readTestFile(source.text, source.file, { definition, names: project.definitions.keys() })
        : { findings: [unreadable(source)] };
    findings.push(...read.findings);
    return read.tests === undefined ? [] : [read.tests];
  });
  if (findings.length > 0) findings.unshift(...project.signatureFindings);
  const texts = [...project.sources, ...all.map(({ file, text }) => [file, text] as const)];
  return { files, findings, sources: new Map(texts) };
}

/** Runs them; each file's result is told as soon as it is there. */
export function runProjectTests(
  { files }: ProjectTests,
  tell: (result: FileResult) => void,
): readonly FileResult[] {
  return files.map((file) => {
    const result = runTestFile(file);
    tell(result);
    return result;
  });
}

/**
 * What of each definition the tests have reached.
 *
 * @param all whether those without tests count, too
 */
export function coverageOf(
  project: Project,
  results: readonly FileResult[],
  all: boolean,
): readonly Coverage[] {
  const observed = new Map<string, readonly Observation[]>(
    results.map(({ tests, cases }) => [tests.definition.name, cases.flatMap(({ run }) => run.observed)]),
  );
  return [...project.definitions.values()].flatMap(({ name, file, runnable }) => {
    const seen = observed.get(name);
    if (runnable === undefined || (seen === undefined && !all)) return [];
    return [coverageOfDefinition(project, { file, plan: runnable.plan }, seen ?? [])];
  });
}

/** What of one definition some runs have reached. */
export function coverageOfDefinition(
  project: Project,
  { file, plan }: Pick<TestedDefinition, 'file' | 'plan'>,
  observed: readonly Observation[],
): Coverage {
  const { content } = openDefinition(project.sources.get(file)!, file, project.catalogue.readFile);
  // What has a plan is YAML.
  return measureCoverage(content!.definition, plan, observed);
}

/**
 * A case of the tests of a definition.
 * @throws CommandFailure `unknown-case`, `nothing-to-test`, `invalid-tests`
 */
export function findCase(project: Project, definition: string, name: string): TestCase {
  const { files, findings } = readProjectTests(project, [definition]);
  const cases = files.flatMap((file) => file.cases);
  const found = cases.find((one) => one.name === name);
  if (found !== undefined) return found;
  if (findings.length > 0) {
    const hint = `see \`estuary wf test ${definition}\``;
    throw new CommandFailure('invalid-tests', `the tests of ${definition} have errors`, {
      exit: EXIT.findings,
      hint,
    });
  }
  const hint = didYouMean(
    name,
    cases.map((one) => one.name),
  );
  throw new CommandFailure('unknown-case', `${definition} has no case '${name}'`, { exit: EXIT.usage, hint });
}

/** How the cases of a definition end; of those that can run, however they do. */
export function testedOutcomes(project: Project, definition: string): ReadonlySet<string> {
  const beside = readTestFiles(project.root).some(({ file }) => testedName(file) === definition);
  if (!beside) return new Set();
  const { files } = readProjectTests(project, [definition]);
  return new Set(files.flatMap((file) => runTestFile(file).cases.map(({ run }) => outcomeOf(run))));
}

/** A definition as tests take it; `undefined` for one that has errors, or is not there. */
export function testedDefinition(project: Project, name: string): TestedDefinition | undefined {
  const found = project.definitions.get(name);
  if (found?.runnable === undefined) return undefined;
  const { plan, inputSchema } = found.runnable;
  const { signatures, catalogue } = project;
  const called = Object.keys(plan.signatures).flatMap((activity) => {
    const signature = signatures.get(activity);
    return signature === undefined ? [] : [[activity, signature] as const];
  });
  const outputs = [...catalogue.workflows].flatMap(([child, { outputSchema }]) =>
    outputSchema === undefined ? [] : [[child, outputSchema] as const],
  );
  return {
    name,
    file: found.file,
    plan,
    inputSchema,
    signatures: new Map(called),
    childOutputs: new Map(outputs),
  };
}

function selectFiles(
  project: Project,
  all: readonly SourceFile[],
  what: readonly string[],
): readonly SourceFile[] {
  if (all.length === 0) {
    throw new CommandFailure('nothing-to-test', 'the project has no tests of definitions', {
      exit: EXIT.usage,
      hint: 'write definitions/<domain>/<name>.test.yaml beside the definition',
    });
  }
  if (what.length === 0) return all;
  const selected = new Set(
    what.flatMap((one) => {
      const path = relative(project.root, resolve(one)).split(sep).join('/');
      const found = all.filter(({ file }) => {
        const name = testedName(file);
        const beside = file.replace(/\.test(\.ya?ml)$/, '$1');
        return (
          name === one ||
          domainOf(name) === one ||
          [file, beside].includes(path) ||
          file.startsWith(`${path}/`)
        );
      });
      if (found.length > 0) return found;
      throw new CommandFailure('nothing-to-test', `'${one}' has no tests`, {
        exit: EXIT.usage,
        hint: project.definitions.has(one)
          ? `write definitions/${one}.test.yaml`
          : `tests: ${all.map(({ file }) => testedName(file)).join(', ')}`,
      });
    }),
  );
  return all.filter((file) => selected.has(file));
}

function unreadable({ file, unreadable: reason }: SourceFile): Diagnostic {
  const message = `the file cannot be read: ${reason}`;
  return { code: 'file-unreadable', severity: 'error', file, range: { start: 0, end: 0 }, message };
}
