/** What is wrong with what a case is run with: scripts that signatures do not allow, events that nobody takes. */
import { entryOf } from '../document/json.ts';
import { nodeAtKey, stringAt } from '../document/located.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import { parseDuration } from '../expression/duration.ts';
import { didYouMean, nearest } from '../json-schema/suggest.ts';
import type { JsonSchema } from '../plan/plan.ts';
import { checkPart, checkWhole } from './check-values.ts';
import { readMoment } from './moments.ts';
import type { TestedDefinition, TestFinding } from './test-file.ts';

/**
 * Findings in a file's or a case's setting.
 *
 * @param node the mapping that holds it
 * @param start when the run starts
 */
export function checkSetting(
  node: YamlNode,
  definition: TestedDefinition,
  start: string | undefined,
): TestFinding[] {
  return [
    ...entriesOf(node, 'activities').flatMap(({ key, value }) => {
      const signature = definition.signatures.get(key.value);
      if (signature === undefined) {
        return [unknown('unknown-activity', key, 'calls no activity', definition.signatures.keys())];
      }
      const { input, output, errors } = signature;
      const details = (type: string): JsonSchema | undefined => errors[type]?.details;
      return answersOf(value).flatMap((answer) => [
        ...checkAnswer(answer, input, output),
        ...checkError(answer, Object.keys(errors), details),
      ]);
    }),
    ...entriesOf(node, 'workflows').flatMap(({ key, value }) => {
      const children = childrenOf(definition);
      if (!children.has(key.value)) return [unknown('unknown-workflow', key, 'starts no child', children)];
      const output = definition.childOutputs.get(key.value) ?? true;
      return answersOf(value).flatMap((answer) => checkAnswer(answer, true, output));
    }),
    ...itemsOf(nodeAtKey(node, 'events')).flatMap((event) => checkEvent(event, definition, start)),
  ];
}

/** A finding about a duration or time that is neither, if it is. */
export function checkMoment(node: YamlNode | undefined, start: string | undefined): TestFinding[] {
  if (node?.kind !== 'scalar' || typeof node.value !== 'string') return [];
  const moment = readMoment(node.value, start);
  return moment.ok ? [] : [{ code: 'bad-duration', range: node.range, message: moment.problem }];
}

/** The children that a definition starts. */
export function childrenOf({ plan }: TestedDefinition): ReadonlySet<string> {
  return new Set(
    plan.blocks.flatMap(({ steps }) =>
      steps.flatMap((step) => (step.kind === 'workflow' ? [step.workflow] : [])),
    ),
  );
}

/** A finding about a name that the definition does not know. */
export function unknown(
  code: TestFinding['code'],
  { value, range }: { readonly value: string; readonly range: TestFinding['range'] },
  what: string,
  known: Iterable<string>,
): TestFinding {
  const names = [...known];
  const hint = didYouMean(value, names) ?? 'it has none at all';
  return { code, range, message: `the definition ${what} '${value}'`, hint };
}

function checkAnswer(answer: YamlNode, input: JsonSchema, output: JsonSchema): TestFinding[] {
  const when = nodeAtKey(answer, 'when');
  const given = nodeAtKey(answer, 'output');
  const delay = stringAt(answer, 'delay');
  const parsed = delay && parseDuration(delay.value);
  return [
    ...(when === undefined ? [] : checkPart(when, input)),
    ...(given === undefined ? [] : checkWhole(given, output)),
    ...(parsed && !parsed.ok
      ? [{ code: 'bad-duration' as const, range: delay!.range, message: parsed.problem }]
      : []),
  ];
}

/** Declared errors, and those that are thrown unforeseen: by JavaScript's convention, these end in `Error`. */
function checkError(
  answer: YamlNode,
  declared: readonly string[],
  detailsOf: (type: string) => JsonSchema | undefined,
): TestFinding[] {
  const error = nodeAtKey(answer, 'error');
  if (error === undefined) return [];
  const type = error.kind === 'mapping' ? nodeAtKey(error, 'type') : error;
  if (type?.kind !== 'scalar' || typeof type.value !== 'string') return [];
  const { value, range } = type;
  if (!declared.includes(value)) {
    if (value.endsWith('Error') && nearest(value, declared) === undefined) return [];
    const message = `the activity declares no error '${value}'`;
    const hint =
      value === 'Timeout'
        ? 'write hangs: true for an activity that never answers'
        : `${didYouMean(value, declared) ?? 'it declares none'}; what it throws unforeseen ends in Error`;
    return [{ code: 'unknown-error', range, message, hint }];
  }
  const details = nodeAtKey(error, 'details');
  const schema = detailsOf(value);
  return details === undefined || schema === undefined ? [] : checkWhole(details, schema);
}

function checkEvent(event: YamlNode, { plan }: TestedDefinition, start: string | undefined): TestFinding[] {
  const findings = checkMoment(nodeAtKey(event, 'at'), start);
  const kind = entryOf(event, 'signal') === undefined ? 'update' : 'signal';
  const name = stringAt(event, kind);
  if (name === undefined) return findings;
  const schemas: { readonly [name: string]: JsonSchema } =
    kind === 'signal'
      ? (plan.signals ?? {})
      : Object.fromEntries(Object.entries(plan.updates ?? {}).map(([one, { input }]) => [one, input]));
  if (!Object.hasOwn(schemas, name.value)) {
    return [...findings, unknown('unknown-signal', name, `takes no ${kind}`, Object.keys(schemas))];
  }
  // One that is to be refused may well be wrong.
  if (entryOf(event, 'refused') !== undefined) return findings;
  const payload = nodeAtKey(event, 'with') ?? { kind: 'mapping', entries: [], range: name.range };
  return [...findings, ...checkWhole(payload, schemas[name.value]!)];
}

/** Every answer of a script, those of single calls too. */
function answersOf(script: YamlNode): readonly YamlNode[] {
  if (script.kind === 'sequence') return script.items.flatMap(answersOf);
  const calls = nodeAtKey(script, 'calls');
  return [script, ...(calls === undefined ? [] : answersOf(calls))];
}

function entriesOf(node: YamlNode, key: string) {
  const value = nodeAtKey(node, key);
  return value?.kind === 'mapping' ? value.entries : [];
}

function itemsOf(node: YamlNode | undefined): readonly YamlNode[] {
  return node?.kind === 'sequence' ? node.items : [];
}
