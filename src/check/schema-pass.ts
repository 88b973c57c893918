/** Holds a file's YAML against the grammar of its kind, and says where it is off. */
import type { Diagnostic, SourceRange } from '../diagnostics/diagnostic.ts';
import { entryOf, nodeAt, toJson } from '../document/json.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import { formatPath, problemsOf, type SchemaProblem } from '../json-schema/schema-problem.ts';
import { grammarOf } from './grammar.ts';
import { withMeantKey } from './meant-keys.ts';

const CODES: { readonly [keyword: string]: string } = {
  required: 'missing-key',
  additionalProperties: 'unknown-key',
  exactlyOneOf: 'step-kind',
  missingChoice: 'missing-key',
  surplusChoice: 'misplaced-key',
  besideOneOf: 'misplaced-key',
  notBeside: 'misplaced-key',
  onlyLast: 'misplaced-key',
};

/**
 * Every place where a tree breaks a grammar of `schemas/`.
 *
 * @param grammar the file's name: `workflow.schema.json` or `signature.schema.json`
 * @returns findings with the codes missing-key, unknown-key, step-kind, misplaced-key, invalid-value
 */
export function schemaPass(tree: YamlNode, file: string, grammar: string): Diagnostic[] {
  const validate = grammarOf(grammar);
  if (validate(toJson(tree))) return [];
  const problems = problemsOf(validate.errors ?? [], true).map((problem) =>
    grammar === 'workflow.schema.json' ? withMeantKey(problem) : problem,
  );
  return withoutEchoes(problems).map((problem) => ({
    code: CODES[problem.keyword] ?? 'invalid-value',
    severity: 'error',
    file,
    range: rangeOfProblem(tree, problem),
    message: problem.message,
    ...(problem.hint === undefined ? {} : { hint: problem.hint }),
  }));
}

/** Where a problem with a value shows in its YAML: at the key that it is about, else at the value. */
export function rangeOfProblem(root: YamlNode, problem: Pick<SchemaProblem, 'at' | 'key'>): SourceRange {
  const { node } = nodeAt(root, problem.at);
  const key = problem.key === undefined ? undefined : entryOf(node, problem.key)?.key;
  if (key !== undefined) return key.range;
  return headOf(node);
}

/** A short range that stands for a node: a mapping's first key, a list's start, a scalar as a whole. */
export function headOf(node: YamlNode): SourceRange {
  if (node.kind === 'mapping') return node.entries[0]?.key.range ?? node.range;
  if (node.kind === 'sequence' && node.items.length > 0)
    return { start: node.range.start, end: node.range.start + 1 };
  return node.range;
}

/** A misspelt key makes its object look as if the right key were missing: that is one mistake. */
function withoutEchoes(problems: readonly SchemaProblem[]): readonly SchemaProblem[] {
  const misspelt = new Set(
    problems.filter(({ keyword }) => keyword === 'additionalProperties').map(({ path }) => path),
  );
  const kindless = new Set(problems.filter((problem) => isKindless(problem)).map(({ path }) => path));
  return problems.filter((problem) => {
    const { keyword, key, path } = problem;
    if (isKindless(problem)) return !misspelt.has(path);
    // `efect`, then, is not also a missing `effect`.
    if (keyword === 'required') {
      return !problems.some(
        (other) => (other.path === path && other.hint?.includes(`'${key}'`)) || isOneLevelUp(other, problem),
      );
    }
    if (keyword === 'besideOneOf')
      return !misspelt.has(path) && !kindless.has(path) && !misspelt.has(`${path}.${key}`);
    return true;
  });
}

/** Whether a key that is missing stands beside the object that should have it: `repeat` and `until`. */
function isOneLevelUp(other: SchemaProblem, missing: SchemaProblem): boolean {
  if (other.keyword !== 'additionalProperties' || other.key !== missing.key) return false;
  return formatPath(missing.at.slice(0, -1)) === other.path;
}

function isKindless({ keyword, key }: SchemaProblem): boolean {
  return keyword === 'missingChoice' || (keyword === 'exactlyOneOf' && key === undefined);
}
