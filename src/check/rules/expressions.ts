import type { SourceRange } from '../../diagnostics/diagnostic.ts';
import type { ScheduleEntry } from '../../document/definition.ts';
import { checkAssignable } from '../../expression/assignable.ts';
import { objectType, type Type } from '../../expression/types.ts';
import type { JsonSchema } from '../../plan/plan.ts';
import { checkArguments } from '../arguments.ts';
import { hasExpressions } from '../expression-places.ts';
import { headOf } from '../schema-pass.ts';
import { checkAttributesAgree, checkSearchAttributes } from '../search-attributes.ts';
import { neverEnds } from '../step-flow.ts';
import { blocksOf } from '../step-graph.ts';
import { TEXT } from '../step-outputs.ts';
import { givesWorkflowOutput, StepPass } from '../step-pass.ts';
import { conditionOf, scopeAtAnyTime, scopeAtStart } from '../step-scope.ts';
import type { Rule } from '../subject.ts';
import { checkDuration } from '../time-values.ts';

/** Every expression is right where it stands: what it reads is there, and its value fits. */
export const expressions: Rule = (subject) => {
  const pass = new StepPass(subject);
  pass.block(subject.graph.root);
  checkStart(pass);
  checkAnyTime(pass);
  checkOutputIsThere(pass);
  checkAttributesAgree(pass);
  return pass.values.findings;
};

/** What is computed before the first step. */
function checkStart(pass: StepPass): void {
  const { definition } = pass.subject;
  const atStart = scopeAtStart(pass.subject, ['input', 'workflow']);
  if (definition.id?.key !== undefined)
    pass.against(definition.id.key, TEXT, scopeAtStart(pass.subject, ['input']));
  if (definition.root.timeout !== undefined) checkDuration(pass.values, definition.root.timeout, atStart);
  if (definition.searchAttributes !== undefined)
    checkSearchAttributes(pass, definition.searchAttributes, atStart);
  if (definition.memo !== undefined) pass.values.typeOf(definition.memo, atStart);
  // The defaults are computed where each step starts, and so see what all of them see.
  pass.callOptions(definition.defaults, atStart);
  for (const schedule of definition.schedules) checkScheduledInput(pass, schedule);
}

/** The input of a schedule's runs fits; one with expressions is a finding of the schedules' own. */
function checkScheduledInput({ subject, values }: StepPass, { name, range, input }: ScheduleEntry): void {
  if (input !== undefined && hasExpressions(input)) return;
  const head = name?.range ?? { start: range.start, end: range.start + 1 };
  const callee = { name: subject.definition.name, range: head, input: subject.interface.inputSchema };
  const scope = scopeAtStart(subject, []);
  values.findings.push(...checkArguments({ ...callee, key: 'input' }, input, values, scope));
}

/** What may be asked while the run is anywhere. */
function checkAnyTime(pass: StepPass): void {
  const { definition, interface: own } = pass.subject;
  for (const { value } of definition.queries) pass.values.typeOf(value, scopeAtAnyTime(pass.known));
  for (const { name, accept } of definition.updates) {
    const payload: JsonSchema | Type = own.updates.get(name.value) ?? true;
    const scope = scopeAtAnyTime(pass.known, { payload });
    for (const [position, { when, else: otherwise }] of accept.entries()) {
      // They are asked in their order: where one is asked, those before it hold.
      const given = accept.slice(0, position).flatMap((before) => conditionOf(before.when));
      if (when !== undefined) pass.values.condition(when, { ...scope, given });
      const refused = conditionOf(when).map((source) => `!(${source})`);
      if (otherwise !== undefined) pass.against(otherwise, TEXT, { ...scope, given: [...given, ...refused] });
    }
  }
}

/** Without an output a workflow gives an empty object, which its schema may not take. */
function checkOutputIsThere({ subject: { definition, interface: own, graph }, values }: StepPass): void {
  const { outputSchema: schema, root } = definition;
  if (schema === undefined || own.outputSchema === undefined) return;
  const problem = checkAssignable(objectType([]), own.outputSchema);
  if (problem === undefined) return;
  const report = (range: SourceRange, what: string): void => {
    const message = `${what} no output, and output_schema wants one: ${problem}`;
    values.findings.push({ code: 'missing-key', range, message, hint: "add 'output'" });
  };
  for (const place of blocksOf(graph)) {
    if (!givesWorkflowOutput(place) || place.block.output !== undefined || neverEnds(place)) continue;
    if (place.role === 'root') report(headOf(schema), 'this workflow has');
    else report({ start: place.block.range.start, end: place.block.range.start + 1 }, 'this catch gives');
  }
  if (root.catch?.kind === 'ignore') report(root.catch.range, 'a failure that is ignored gives');
}
