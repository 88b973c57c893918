import { readFileSync } from 'node:fs';
import { checkOpened } from '../../src/check/check-definition.ts';
import { openDefinition } from '../../src/check/open-definition.ts';
import type { Catalogue } from '../../src/check/subject.ts';
import { compile } from '../../src/compile/compile.ts';
import { measureCoverage } from '../../src/definition-tests/coverage.ts';
import { readTestFile } from '../../src/definition-tests/read-test-file.ts';
import { renderCoverage, renderFile, summarizeResults } from '../../src/definition-tests/render-text.ts';
import { type FileResult, runTestFile } from '../../src/definition-tests/run-tests.ts';
import type { TestedDefinition } from '../../src/definition-tests/test-file.ts';
import { renderText, summarize } from '../../src/diagnostics/render-text.ts';
import type { JsonSchema } from '../../src/plan/plan.ts';
import { catalogue as shop } from '../check/shop.ts';

export const cases = new URL('./cases/', import.meta.url);

export function read(path: string): string {
  return readFileSync(new URL(path, cases), 'utf8');
}

/** Runs the tests of a folder, and tells all about them. */
export function reportOf(name: string): string {
  const texts = { definition: read(`${name}/definition.yaml`), tests: read(`${name}/tests.yaml`) };
  const { result, sources, findings, coverage } = runTexts(`shop/${name}`, texts);
  return [
    ...(result === undefined ? [] : [renderFile(result, sources)]),
    ...(coverage === undefined ? [] : [renderCoverage([coverage], undefined)]),
    ...(findings.length === 0 ? [] : [`${renderText(findings, sources)}\n${summarize(findings)}\n`]),
    ...(result === undefined ? [] : [`${summarizeResults([result])}\n`]),
  ].join('\n');
}

/** Checks and runs the tests of a definition; `name` with its domain. */
export function runTexts(
  name: string,
  texts: { readonly definition: string; readonly tests: string },
  catalogue: Catalogue = shop,
) {
  const file = `definitions/${name}.yaml`;
  const testFile = `definitions/${name}.test.yaml`;
  const sources = new Map([
    [file, texts.definition],
    [testFile, texts.tests],
  ]);
  const opened = openDefinition(texts.definition, file, catalogue.readFile);
  const { checked, findings: own } = checkOpened(opened, catalogue);
  if (checked === undefined) throw new Error(renderText(own, sources));
  const outputs = [...catalogue.workflows].flatMap(([child, { outputSchema }]): [string, JsonSchema][] =>
    outputSchema === undefined ? [] : [[child, outputSchema]],
  );
  const definition: TestedDefinition = {
    name,
    file,
    plan: compile(checked),
    inputSchema: checked.inputSchema,
    signatures: checked.signatures,
    childOutputs: new Map(outputs),
  };
  const { findings, tests } = readTestFile(texts.tests, testFile, {
    definition: (wanted) => (wanted === definition.name ? definition : undefined),
    names: [definition.name],
  });
  const result = tests && withoutTimes(runTestFile(tests));
  const observed = result?.cases.flatMap(({ run }) => run.observed);
  const coverage = observed && measureCoverage(checked.definition, definition.plan, observed);
  return { result, sources, findings, coverage };
}

function withoutTimes({ tests, cases: all }: FileResult): FileResult {
  return { tests, cases: all.map((one) => ({ ...one, tookMs: 0 })) };
}
