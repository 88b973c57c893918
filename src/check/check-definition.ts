import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import { readDefinition } from '../document/read-definition.ts';
import type { Signature } from '../document/signature.ts';
import { parseYaml } from '../document/yaml.ts';
import type { CheckedDocument } from './checked-document.ts';
import { readInputSchema } from './input-schema.ts';
import { activities } from './rules/activities.ts';
import { catches } from './rules/catches.ts';
import { durations } from './rules/durations.ts';
import { expressions } from './rules/expressions.ts';
import { fileName } from './rules/file-name.ts';
import { itemKeys } from './rules/item-keys.ts';
import { itemNames } from './rules/item-names.ts';
import { needs } from './rules/needs.ts';
import { retries } from './rules/retries.ts';
import { size } from './rules/size.ts';
import { stepIds } from './rules/step-ids.ts';
import { schemaPass } from './schema-pass.ts';
import { buildGraph, type StepGraph } from './step-graph.ts';
import { type Catalogue, type Finding, type Rule, toDiagnostic } from './subject.ts';

const RULES: readonly Rule[] = [
  fileName,
  size,
  stepIds,
  itemNames,
  needs,
  activities,
  itemKeys,
  catches,
  retries,
  durations,
  expressions,
];

/**
 * Checks a definition: YAML, grammar, then each rule; all findings come at once.
 *
 * @param text the file's text
 * @param file its path from the project's root, `definitions/<domain>/<name>.yaml`
 * @param catalogue the activities and workflows that there are
 * @returns every finding, in no order, and the checked document unless an error is among them
 */
export function checkDefinition(
  text: string,
  file: string,
  catalogue: Catalogue,
): { findings: Diagnostic[]; checked?: CheckedDocument } {
  const { tree, findings } = parseYaml(text, file);
  if (tree === undefined) return { findings };
  findings.push(...schemaPass(tree, file, 'workflow.schema.json'));
  const definition = readDefinition(tree, file, text);
  const graph = buildGraph(definition);
  const input = readInputSchema(definition, tree, catalogue);
  const subject = { definition, graph, catalogue, inputSchema: input.schema };
  const found = [...input.findings, ...RULES.flatMap((rule) => rule(subject))];

  // What the grammar refuses at a place, a rule may refuse there again in other words.
  const told = [...findings];
  for (const finding of found) {
    if (!told.some((earlier) => isToldBy(earlier, finding))) findings.push(toDiagnostic(finding, file));
  }
  if (findings.some(({ severity }) => severity === 'error')) return { findings };
  return {
    findings,
    checked: { definition, inputSchema: input.schema, signatures: usedSignatures(graph, catalogue) },
  };
}

/** An expression that YAML cut to pieces has no findings of its own. */
function isToldBy({ code, range }: Diagnostic, { range: { start, end } }: Finding): boolean {
  if (code === 'unquoted-expression') return range.start <= start && end <= range.end;
  return range.start === start && range.end === end;
}

function usedSignatures(graph: StepGraph, catalogue: Catalogue): ReadonlyMap<string, Signature> {
  const used = new Map<string, Signature>();
  for (const { step } of graph.steps) {
    if (step.action?.kind !== 'activity') continue;
    const signature = catalogue.signatures.get(step.action.activity.value);
    if (signature !== undefined) used.set(signature.name, signature);
  }
  return used;
}
