/** Holds a file's YAML against the grammar of its kind, and says where it is off. */
import type { ValidateFunction } from 'ajv';
import type { Diagnostic, SourceRange } from '../diagnostics/diagnostic.ts';
import { entryOf, nodeAt, toJson } from '../document/json.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import { createAjv } from '../json-schema/compile-schema.ts';
import { problemsOf, type SchemaProblem } from '../json-schema/schema-problem.ts';
import { loadGrammar } from './load-grammar.ts';

const CODES: { readonly [keyword: string]: string } = {
  required: 'missing-key',
  additionalProperties: 'unknown-key',
  exactlyOneOf: 'step-kind',
  dependentRequired: 'misplaced-key',
};

const grammars = new Map<string, ValidateFunction>();

/**
 * Every place where a tree breaks a grammar of `schemas/`.
 *
 * @param grammar the file's name: `workflow.schema.json` or `signature.schema.json`
 * @returns findings with the codes missing-key, unknown-key, step-kind, misplaced-key, invalid-value
 */
export function schemaPass(tree: YamlNode, file: string, grammar: string): Diagnostic[] {
  const validate = grammarOf(grammar);
  if (validate(toJson(tree))) return [];
  const problems = problemsOf(validate.errors ?? [], true);
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
  const kindless = new Set(
    problems
      .filter(({ keyword, key }) => keyword === 'exactlyOneOf' && key === undefined)
      .map(({ path }) => path),
  );
  return problems.filter(({ keyword, key, path }) => {
    if (keyword === 'exactlyOneOf') return key !== undefined || !misspelt.has(path);
    // `efect`, then, is not also a missing `effect`.
    if (keyword === 'required')
      return !problems.some((other) => other.path === path && other.hint?.includes(`'${key}'`));
    if (keyword === 'dependentRequired') return !misspelt.has(path) && !kindless.has(path);
    return true;
  });
}

function grammarOf(name: string): ValidateFunction {
  let validate = grammars.get(name);
  if (validate === undefined) {
    const ajv = createAjv();
    ajv.addKeyword({
      keyword: 'exactlyOneOf',
      type: 'object',
      schemaType: 'object',
      errors: true,
      validate: exactlyOneOf,
    });
    validate = ajv.compile(loadGrammar(name));
    grammars.set(name, validate);
  }
  return validate;
}

/**
 * The keyword `exactlyOneOf: {key: [keys that it brings along]}`: an object has exactly one of the keys. One
 * finding where `oneOf` would give one a branch.
 */
const exactlyOneOf: {
  (choices: { readonly [key: string]: readonly string[] }, value: object): boolean;
  errors?: object[];
} = (choices, value) => {
  const present = Object.keys(choices).filter((key) => Object.hasOwn(value, key));
  const brought = new Set(present.flatMap((key) => choices[key] ?? []));
  const kinds = present.filter((key) => !brought.has(key));
  if (kinds.length === 1) return true;
  const all = Object.keys(choices).join(', ');
  const [first, second] = kinds;
  exactlyOneOf.errors = [
    {
      keyword: 'exactlyOneOf',
      params: second === undefined ? {} : { key: second },
      message:
        second === undefined
          ? `a step needs exactly one of ${all}`
          : `'${first}' and '${second}' cannot stand in one step, which has exactly one of ${all}`,
    },
  ];
  return false;
};
