/** What is wrong with what a case expects: names that the definition does not know, inputs that no call can have. */
import { nodeAtKey, stringAt } from '../document/located.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import { didYouMean } from '../json-schema/suggest.ts';
import { checkMoment, childrenOf, unknown } from './check-setting.ts';
import { checkPart } from './check-values.ts';
import type { TestedDefinition, TestFinding } from './test-file.ts';

/** Findings in the `expect` of a case. */
export function checkExpectation(
  expect: YamlNode,
  definition: TestedDefinition,
  start: string | undefined,
): TestFinding[] {
  const names = callNames(definition);
  const ids = stepIds(definition);
  const output = nodeAtKey(expect, 'output');
  return [
    ...(output === undefined ? [] : checkPart(output, definition.plan.outputSchema ?? true)),
    ...checkMoment(nodeAtKey(expect, 'ends_at'), start),
    ...itemsAt(expect, 'calls').flatMap((call) => checkCall(call, definition, start)),
    ...itemsAt(expect, 'never').flatMap((node) => checkName(located(node), names, ids)),
    ...entriesAt(expect, 'times').flatMap(({ key }) => checkName(key, names, ids)),
    ...itemsAt(expect, 'path').flatMap((node) => checkPath(located(node), ids)),
    ...itemsAt(expect, 'state').flatMap((state) => checkState(state, definition, start)),
  ];
}

function checkCall(call: YamlNode, definition: TestedDefinition, start: string | undefined): TestFinding[] {
  if (call.kind === 'scalar') {
    const { value, range } = located(call);
    const names = callNames(definition);
    return names.has(value) ? [] : [unknown('unknown-activity', { value, range }, 'calls no', names)];
  }
  const findings = checkMoment(nodeAtKey(call, 'at'), start);
  const activity = stringAt(call, 'activity');
  const workflow = stringAt(call, 'workflow');
  const signal = stringAt(call, 'signal');
  const path = stringAt(call, 'step');
  if (path !== undefined) findings.push(...checkPath(path, stepIds(definition)));
  const given = nodeAtKey(call, 'with');
  if (activity !== undefined) {
    const signature = definition.signatures.get(activity.value);
    if (signature === undefined) {
      findings.push(unknown('unknown-activity', activity, 'calls no activity', definition.signatures.keys()));
    } else if (given !== undefined) findings.push(...checkPart(given, signature.input));
  }
  if (workflow !== undefined && !childrenOf(definition).has(workflow.value)) {
    findings.push(unknown('unknown-workflow', workflow, 'starts no child', childrenOf(definition)));
  }
  if (signal !== undefined && !signalsOf(definition).has(signal.value)) {
    findings.push(unknown('unknown-signal', signal, 'sends no signal', signalsOf(definition)));
  }
  return findings;
}

interface Name {
  readonly value: string;
  readonly range: TestFinding['range'];
}

/** Something that is called, or a step. */
function checkName(name: Name, calls: ReadonlySet<string>, ids: ReadonlySet<string>): TestFinding[] {
  if (calls.has(name.value) || ids.has(name.value)) return [];
  if (!name.value.includes('/')) {
    const message = `the definition has no step '${name.value}', and calls nothing of that name`;
    return [
      { code: 'unknown-step', range: name.range, message, hint: didYouMean(name.value, [...calls, ...ids]) },
    ];
  }
  // A path looks like the name of an activity: it is one if it begins with a step.
  const [first = ''] = name.value.split('/');
  if (ids.has(withoutLabel(first))) return checkPath(name, ids);
  return [unknown('unknown-activity', name, 'calls no', calls)];
}

/** Every part of a path is a step, with the label of an item where it has one. */
function checkPath({ value, range }: Name, ids: ReadonlySet<string>): TestFinding[] {
  const wrong = value
    .split('/')
    .map(withoutLabel)
    .find((id) => !ids.has(id) && id !== '~compensate');
  if (wrong === undefined) return [];
  const message = `the definition has no step '${wrong}'`;
  return [{ code: 'unknown-step', range, message, hint: didYouMean(wrong, ids) }];
}

function checkState(state: YamlNode, definition: TestedDefinition, start: string | undefined): TestFinding[] {
  const own = rootIds(definition);
  const queries = Object.keys(definition.plan.queries ?? {});
  return [
    ...checkMoment(nodeAtKey(state, 'at'), start),
    ...entriesAt(state, 'steps').flatMap(({ key }): TestFinding[] => {
      if (own.has(key.value)) return [];
      const message = `the definition's own list has no step '${key.value}'`;
      return [{ code: 'unknown-step', range: key.range, message, hint: didYouMean(key.value, own) }];
    }),
    ...entriesAt(state, 'queries').flatMap(({ key }) =>
      queries.includes(key.value) ? [] : [unknown('unknown-property', key, 'has no query', queries)],
    ),
  ];
}

/** The activities, children and signals of a definition. */
function callNames(definition: TestedDefinition): ReadonlySet<string> {
  return new Set([...definition.signatures.keys(), ...childrenOf(definition), ...signalsOf(definition)]);
}

function signalsOf({ plan }: TestedDefinition): ReadonlySet<string> {
  const steps = plan.blocks.flatMap((block) => block.steps);
  return new Set(
    steps.flatMap((step) => (step.kind === 'signal' ? [`${step.workflow}.${step.signal}`] : [])),
  );
}

function stepIds({ plan }: TestedDefinition): ReadonlySet<string> {
  return new Set(
    plan.blocks.flatMap(({ steps }) => steps.flatMap(({ id, transparent }) => (transparent ? [] : [id]))),
  );
}

/** The steps that `estuary.progress` tells about. */
function rootIds({ plan }: TestedDefinition): ReadonlySet<string> {
  const root = plan.blocks[0]!;
  const [first] = root.steps;
  const body = first?.transparent && first.kind === 'group' ? plan.blocks[first.block]! : root;
  return new Set(body.steps.map(({ id }) => id));
}

function withoutLabel(part: string): string {
  return part.replace(/\[.*$/, '');
}

function located(node: YamlNode): Name {
  return { value: node.kind === 'scalar' ? String(node.value) : '', range: node.range };
}

function itemsAt(node: YamlNode, key: string): readonly YamlNode[] {
  const value = nodeAtKey(node, key);
  return value?.kind === 'sequence' ? value.items : [];
}

function entriesAt(node: YamlNode, key: string) {
  const value = nodeAtKey(node, key);
  return value?.kind === 'mapping' ? value.entries : [];
}
