import type { Diagnostic } from '../diagnostics/diagnostic.ts';
import type { Step } from '../document/definition.ts';
import type { Signature } from '../document/signature.ts';
import type { CheckedDocument, WorkflowInterface } from './checked-document.ts';
import { type OpenedDefinition, openDefinition } from './open-definition.ts';
import { activities } from './rules/activities.ts';
import { callOptions } from './rules/call-options.ts';
import { catches } from './rules/catches.ts';
import { compensations } from './rules/compensations.ts';
import { durations } from './rules/durations.ts';
import { expressions } from './rules/expressions.ts';
import { failures } from './rules/failures.ts';
import { fileName } from './rules/file-name.ts';
import { itemKeys } from './rules/item-keys.ts';
import { itemNames } from './rules/item-names.ts';
import { messages } from './rules/messages.ts';
import { names } from './rules/names.ts';
import { needs } from './rules/needs.ts';
import { races } from './rules/races.ts';
import { retries } from './rules/retries.ts';
import { returns } from './rules/returns.ts';
import { schedules } from './rules/schedules.ts';
import { size } from './rules/size.ts';
import { stepIds } from './rules/step-ids.ts';
import { workflows } from './rules/workflows.ts';
import { schemaPass } from './schema-pass.ts';
import { buildGraph, type StepGraph } from './step-graph.ts';
import { type Catalogue, type Finding, type Rule, type Subject, toDiagnostic } from './subject.ts';

const RULES: readonly Rule[] = [
  fileName,
  size,
  stepIds,
  itemNames,
  needs,
  names,
  activities,
  workflows,
  messages,
  callOptions,
  itemKeys,
  races,
  catches,
  failures,
  returns,
  compensations,
  retries,
  durations,
  schedules,
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
  return checkOpened(openDefinition(text, file, catalogue.readFile), catalogue);
}

/** Checks a definition that has been opened, as {@link checkDefinition} does. */
export function checkOpened(
  opened: OpenedDefinition,
  catalogue: Catalogue,
): { findings: Diagnostic[]; checked?: CheckedDocument } {
  const { file, content } = opened;
  const findings = [...opened.findings];
  if (content === undefined) return { findings };
  const { tree, definition } = content;
  findings.push(...schemaPass(tree, file, 'workflow.schema.json'));
  const graph = buildGraph(definition);
  const subject: Subject = {
    definition,
    graph,
    catalogue,
    interface: content.interface,
    searchAttributeTypes: new Map(),
  };
  const found = [...content.interfaceFindings, ...RULES.flatMap((rule) => rule(subject))];

  // What the grammar refuses at a place, a rule may refuse there again in other words.
  const told = [...findings];
  for (const finding of found) {
    if (!told.some((earlier) => isToldBy(earlier, finding))) findings.push(toDiagnostic(finding, file));
  }
  if (findings.some(({ severity }) => severity === 'error')) return { findings };
  return {
    findings,
    checked: {
      definition,
      inputSchema: content.interface.inputSchema,
      interface: content.interface,
      signatures: usedSignatures(graph, catalogue),
      workflows: usedWorkflows(graph, catalogue),
      searchAttributeTypes: subject.searchAttributeTypes,
    },
  };
}

/** An expression that YAML cut to pieces has no findings of its own. */
function isToldBy({ code, range }: Diagnostic, { range: { start, end } }: Finding): boolean {
  if (code === 'unquoted-expression') return range.start <= start && end <= range.end;
  return range.start === start && range.end === end;
}

function usedSignatures(graph: StepGraph, catalogue: Catalogue): ReadonlyMap<string, Signature> {
  const used = new Map<string, Signature>();
  for (const name of graph.steps.flatMap(({ step }) => activitiesOf(step))) {
    const signature = catalogue.signatures.get(name);
    if (signature !== undefined) used.set(name, signature);
  }
  return used;
}

/** The activities that a step calls itself: what it does, gets its items from, is undone by. */
function activitiesOf({ action, compensate }: Step): readonly string[] {
  const called =
    action?.kind === 'activity'
      ? action.activity
      : action?.kind === 'for_each' && action.items.kind === 'pages'
        ? action.items.activity
        : undefined;
  return [called, compensate?.activity].flatMap((name) => (name === undefined ? [] : [name.value]));
}

function usedWorkflows(graph: StepGraph, catalogue: Catalogue): ReadonlyMap<string, WorkflowInterface> {
  const used = new Map<string, WorkflowInterface>();
  for (const { step } of graph.steps) {
    if (step.action?.kind !== 'workflow') continue;
    const { value } = step.action.workflow;
    const called = catalogue.workflows.get(value);
    if (called !== undefined) used.set(value, called);
  }
  return used;
}
