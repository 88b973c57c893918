import { rangeOfProblem, schemaPass } from '../check/schema-pass.ts';
import { toDiagnostic } from '../check/subject.ts';
import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { entryOf, nodeAt, toJson } from '../document/json.ts';
import { nodeAtKey } from '../document/located.ts';
import { parseYaml } from '../document/yaml.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import { compileSchema } from '../json-schema/compile-schema.ts';
import { didYouMean } from '../json-schema/suggest.ts';
import type { Json, JsonObject } from '../plan/plan.ts';
import { checkExpectation } from './check-expectation.ts';
import { checkSetting } from './check-setting.ts';
import { codeOf } from './check-values.ts';
import {
  type Expectation,
  type Setting,
  type TestCase,
  type TestedDefinition,
  type TestFile,
  type TestFinding,
  testedName,
} from './test-file.ts';

/** What the tests of a project may be about. */
export interface Tested {
  /** `undefined` for one that is not there, or has errors. */
  definition(name: string): TestedDefinition | undefined;
  /** Every definition, those with errors too. */
  readonly names: Iterable<string>;
}

/**
 * Reads and checks a test file: YAML, grammar, then all that the definition and its signatures say about it.
 *
 * @param file its path from the project's root, `definitions/<domain>/<name>.test.yaml`
 * @returns every finding, and the tests unless an error is among them or the definition cannot run
 */
export function readTestFile(
  text: string,
  file: string,
  tested: Tested,
): { findings: Diagnostic[]; tests?: TestFile } {
  const { tree, findings } = parseYaml(text, file);
  if (tree === undefined) return { findings };
  findings.push(...schemaPass(tree, file, 'definition-test.schema.json'));
  const name = testedName(file);
  const definition = tested.definition(name);
  if (definition === undefined) {
    const names = [...tested.names];
    if (!names.includes(name)) findings.push(toDiagnostic(noDefinition(name, names), file));
    return { findings };
  }
  // What breaks the grammar would have to be read around.
  if (findings.length > 0) return { findings };
  const common = toJson(tree) as Setting;
  const startOf = (node: YamlNode): string | undefined => (toJson(node) as Setting).start ?? common.start;
  const nodes = itemsOf(nodeAtKey(tree, 'cases'));
  const inputs = nodes.map((node) => inputOf(node, tree, definition));
  const found = [
    ...checkSetting(tree, definition, common.start),
    ...nodes.flatMap((node) => [
      ...checkSetting(node, definition, startOf(node)),
      ...checkExpectation(nodeAtKey(node, 'expect')!, definition, startOf(node)),
    ]),
    ...inputs.flatMap(({ problems }) => problems),
    ...sameNames(nodes),
  ];
  findings.push(...distinct(found).map((finding) => toDiagnostic(finding, file)));
  if (findings.length > 0) return { findings };
  const cases = nodes.map((node, index): TestCase => {
    const own = toJson(node) as unknown as Setting & { name: string; expect: Expectation };
    return {
      ...common,
      ...own,
      activities: { ...common.activities, ...own.activities },
      workflows: { ...common.workflows, ...own.workflows },
      input: inputs[index]!.value,
      node,
    };
  });
  return { findings, tests: { file, definition, cases } };
}

/** The input of a case, the file's below it; what is wrong with it shows where it is written. */
function inputOf(
  node: YamlNode,
  tree: YamlNode,
  { inputSchema }: TestedDefinition,
): { readonly value: JsonObject; readonly problems: readonly TestFinding[] } {
  const own = nodeAtKey(node, 'input');
  const common = nodeAtKey(tree, 'input');
  const value = { ...objectOf(common), ...objectOf(own) };
  const result = compileSchema(inputSchema)(value);
  if (result.ok) return { value: result.value as JsonObject, problems: [] };
  const problems = result.problems.map((problem): TestFinding => {
    const key = String(problem.at[0] ?? problem.key);
    const holder = [own, common].find((one) => entryOf(one, key) !== undefined) ?? own ?? common;
    const range = holder === undefined ? nodeAt(node, ['name']).node.range : rangeOfProblem(holder, problem);
    return { code: codeOf(problem), range, message: problem.message, hint: problem.hint };
  });
  return { value, problems };
}

function objectOf(node: YamlNode | undefined): { readonly [key: string]: Json } {
  return node === undefined ? {} : (toJson(node) as JsonObject);
}

function sameNames(cases: readonly YamlNode[]): TestFinding[] {
  const names = cases.map((node) => nodeAt(node, ['name']).node);
  return names.flatMap((node, index): TestFinding[] => {
    const name = toJson(node);
    if (names.findIndex((other) => toJson(other) === name) === index) return [];
    return [{ code: 'duplicate-name', range: node.range, message: `another case has the name '${name}'` }];
  });
}

function noDefinition(name: string, names: readonly string[]): TestFinding {
  const message = `there is no definition '${name}' beside this file`;
  return { code: 'unknown-workflow', range: { start: 0, end: 0 }, message, hint: didYouMean(name, names) };
}

/** What is wrong with the file's input is found in each of its cases. */
function distinct(findings: readonly TestFinding[]): readonly TestFinding[] {
  const told = new Set<string>();
  return findings.filter(({ range, message }) => {
    const key = `${range.start} ${message}`;
    if (told.has(key)) return false;
    told.add(key);
    return true;
  });
}

function itemsOf(node: YamlNode | undefined): readonly YamlNode[] {
  return node?.kind === 'sequence' ? node.items : [];
}
