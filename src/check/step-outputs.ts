/** What each kind of step gives: its values are checked on the way. */
import type { Action, Pages } from '../document/definition.ts';
import { entryOf } from '../document/json.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import {
  atomsOf,
  DYN,
  itemType,
  listType,
  NULL,
  objectType,
  type Type,
  typeOfSchema,
  unionOf,
} from '../expression/types.ts';
import type { JsonSchema } from '../plan/plan.ts';
import { type Callee, checkArguments } from './arguments.ts';
import { checkRepeat } from './repeat-state.ts';
import type { BlockPlace, StepPlace } from './step-graph.ts';
import type { StepPass } from './step-pass.ts';
import { conditionsBefore, localsOf } from './step-scope.ts';
import { DETACHED_TYPE, NOTHING } from './step-types.ts';
import type { Subject } from './subject.ts';
import { checkDuration, checkMoment } from './time-values.ts';
import type { ValueScope } from './value-checker.ts';

export const TEXT: JsonSchema = { type: 'string' };
export const COUNT: JsonSchema = { type: 'integer', minimum: 1 };
const NOT_NEGATIVE: JsonSchema = { type: 'integer', minimum: 0 };
const PERCENTAGE: JsonSchema = { type: 'number', minimum: 0, maximum: 100 };
const KEY: JsonSchema = { type: ['string', 'number'] };
const LIST: JsonSchema = { type: 'array' };

type ActionOf<K extends Action['kind']> = Extract<Action, { kind: K }>;

/** The type of what a step gives where it completes; `undefined` if it never does. */
export function actionOutput(pass: StepPass, place: StepPlace, scope: ValueScope): Type | undefined {
  const { action } = place.step;
  switch (action?.kind) {
    case undefined:
      return DYN;
    case 'set':
      return pass.values.typeOf(action.value, scope);
    case 'group':
      return pass.block(place.blocks[0]!);
    case 'activity':
      return activityOutput(pass, action, scope);
    case 'workflow':
      return workflowOutput(pass, action, scope);
    case 'switch':
      return switchOutput(pass, place, action, scope);
    case 'for_each':
      return forEachOutput(pass, place, action, scope);
    case 'repeat':
      return checkRepeat(pass, place, action, scope);
    case 'race':
      return raceOutput(pass, place, action, scope);
    case 'all':
      return allOutput(pass, place);
    case 'wait':
      if ('until' in action) checkMoment(pass.values, action.until, scope);
      else checkDuration(pass.values, action.duration, scope);
      return NOTHING;
    case 'await':
      return payloadType(pass.subject, action.name.value);
    case 'signal':
      checkSignal(pass, action, scope);
      return NOTHING;
    case 'fail':
      checkFailure(pass, action.failure, scope);
      return undefined;
    case 'return':
      pass.returned(place, action, scope);
      return undefined;
  }
}

function payloadType({ interface: { signals, updates } }: Subject, name: string): Type {
  return typeOfSchema(signals.get(name) ?? updates.get(name) ?? true);
}

/** Checks the input of a call; without a callee the values alone. */
export function checkCall(
  pass: StepPass,
  callee: Callee | undefined,
  given: YamlNode | undefined,
  scope: ValueScope,
): void {
  if (callee !== undefined) pass.values.findings.push(...checkArguments(callee, given, pass.values, scope));
  else if (given !== undefined) pass.values.typeOf(given, scope);
}

function activityOutput(pass: StepPass, action: ActionOf<'activity'>, scope: ValueScope): Type {
  const signature = pass.subject.catalogue.signatures.get(action.activity.value);
  checkCall(pass, signature && { ...signature, range: action.activity.range }, action.with, scope);
  return signature === undefined ? DYN : typeOfSchema(signature.output);
}

function workflowOutput(pass: StepPass, action: ActionOf<'workflow'>, scope: ValueScope): Type {
  const { value: name, range } = action.workflow;
  const child = pass.subject.catalogue.workflows.get(name);
  checkCall(pass, child && { name, range, input: child.inputSchema }, action.with, scope);
  if (action.detach?.value) return DETACHED_TYPE;
  return child?.outputSchema === undefined ? DYN : typeOfSchema(child.outputSchema);
}

function checkSignal(pass: StepPass, action: ActionOf<'signal'>, scope: ValueScope): void {
  if (action.to !== undefined) pass.against(action.to, TEXT, scope);
  const { value: name, range } = action.signal;
  const dot = name.lastIndexOf('.');
  const receiver = pass.subject.catalogue.workflows.get(name.slice(0, dot));
  const input = receiver?.signals.get(name.slice(dot + 1));
  checkCall(pass, input === undefined ? undefined : { name, range, input }, action.with, scope);
}

/** `fail: ${{ error }}` is the rule's to judge. */
function checkFailure(pass: StepPass, failure: YamlNode, scope: ValueScope): void {
  if (failure.kind !== 'mapping') return;
  const message = entryOf(failure, 'message')?.value;
  const details = entryOf(failure, 'details')?.value;
  if (message !== undefined) pass.against(message, TEXT, scope);
  if (details !== undefined) pass.values.typeOf(details, scope);
}

function switchOutput(
  pass: StepPass,
  place: StepPlace,
  { cases }: ActionOf<'switch'>,
  scope: ValueScope,
): Type | undefined {
  for (const [position, { when }] of cases.entries()) {
    const given = [...(scope.given ?? []), ...conditionsBefore(cases, position)];
    if (when !== undefined) pass.values.condition(when, { ...scope, given });
  }
  const outputs = pass.blocks(place, 'case').map(([, output]) => output);
  const hasElse = cases.some(({ when }) => when === undefined);
  return joined(hasElse ? outputs : [...outputs, NOTHING]);
}

function forEachOutput(
  pass: StepPass,
  place: StepPlace,
  action: ActionOf<'for_each'>,
  scope: ValueScope,
): Type {
  const { items, concurrency, tolerate, key } = action;
  pass.items.set(
    place,
    'activity' in items ? pagedItemType(pass, items, scope) : listedItemType(pass, items, scope),
  );
  if (concurrency !== undefined) pass.against(concurrency, COUNT, scope);
  if (tolerate !== undefined) checkTolerance(pass, tolerate, scope);
  const [body] = place.blocks as readonly [BlockPlace];
  if (key !== undefined) {
    const variables = { ...scope.variables, ...localsOf(pass.known, body) };
    pass.against(key, KEY, { ...scope, variables });
  }
  const output = joined([pass.block(body), ...(tolerate === undefined ? [] : [NULL])]);
  return listType(output ?? DYN);
}

function listedItemType(pass: StepPass, items: YamlNode, scope: ValueScope): Type {
  const type = pass.values.typeOf(items, scope);
  pass.values.fits(items, type, LIST);
  return itemType(type);
}

function pagedItemType(pass: StepPass, pages: Pages, scope: ValueScope): Type {
  const signature = pass.subject.catalogue.signatures.get(pages.activity.value);
  const callee = signature && { ...signature, range: pages.activity.range, given: ['cursor'] };
  checkCall(pass, callee, pages.with, scope);
  if (signature === undefined) return DYN;
  const items = atomsOf(typeOfSchema(signature.output)).flatMap((atom) =>
    atom.kind === 'object' ? (atom.properties().get('items')?.type() ?? []) : [],
  );
  return items.length === 0 ? DYN : itemType(unionOf(items));
}

function checkTolerance(pass: StepPass, tolerate: YamlNode, scope: ValueScope): void {
  const count = entryOf(tolerate, 'count')?.value;
  const percent = entryOf(tolerate, 'percent')?.value;
  if (count !== undefined) pass.against(count, NOT_NEGATIVE, scope);
  if (percent !== undefined) pass.against(percent, PERCENTAGE, scope);
}

function raceOutput(
  pass: StepPass,
  place: StepPlace,
  { tolerate }: ActionOf<'race'>,
  scope: ValueScope,
): Type | undefined {
  if (tolerate !== undefined) checkTolerance(pass, tolerate, scope);
  const outputs = pass.blocks(place, 'branch');
  for (const [branch, output] of outputs) pass.branches.set(branch, output ?? DYN);
  // What follows a win is checked when the winners' outputs are known; it adds nothing to the race's own.
  pass.blocks(place, 'then');
  return joined(outputs.map(([, output]) => output));
}

function allOutput(pass: StepPass, place: StepPlace): Type {
  const outputs = pass
    .blocks(place, 'branch')
    .map(([block, output]): [string, Type] => [
      block.role === 'branch' ? block.branch.name.value : '',
      output ?? NOTHING,
    ]);
  return objectType(outputs);
}

/** Any of what may come; `undefined` if nothing may. */
export function joined(types: readonly (Type | undefined)[]): Type | undefined {
  const possible = types.filter((type) => type !== undefined);
  return possible.length === 0 ? undefined : unionOf(possible);
}
