import type { CallOptions } from '../../document/definition.ts';
import { entryOf } from '../../document/json.ts';
import type { YamlNode } from '../../document/yaml-tree.ts';
import { parseDuration } from '../../expression/duration.ts';
import { parseTemplate } from '../../expression/template.ts';
import { hasExpressions } from '../expression-places.ts';
import type { StepPlace } from '../step-graph.ts';
import type { Finding, Rule } from '../subject.ts';
import { isWrittenMoment } from '../time-values.ts';

/** Written durations are in the grammar and more than nothing; `timeout` stands where something takes time. */
export const durations: Rule = ({ definition, graph }) => [
  ...[
    ...callNodes(definition.defaults),
    definition.root.timeout,
    ...definition.schedules.flatMap(({ every, catchup }) => [every, catchup]),
    ...graph.steps.flatMap(nodesOf),
  ].flatMap((node) => (node === undefined ? [] : checkDuration(node))),
  ...graph.steps.flatMap((place) => [...checkWait(place), ...checkKind(place)]),
];

function nodesOf({ step }: StepPlace): readonly (YamlNode | undefined)[] {
  const { action, compensate } = step;
  const every = action?.kind === 'repeat' ? action.every : undefined;
  return [...callNodes(step), ...(compensate === undefined ? [] : callNodes(compensate)), every];
}

function callNodes({ timeout, retry }: CallOptions): readonly (YamlNode | undefined)[] {
  const timeouts = timeout?.kind === 'mapping' ? timeout.entries.map(({ value }) => value) : [timeout];
  const intervals = ['initial_interval', 'maximum_interval'].map((key) => entryOf(retry, key)?.value);
  return [...timeouts, ...intervals];
}

/** A wait that has nothing to wait for is no mistake where it runs, but one where it is written. */
function checkWait({ step: { action } }: StepPlace): Finding[] {
  if (action?.kind !== 'wait') return [];
  if ('duration' in action) return checkDuration(action.duration).map(asWait);
  const { until } = action;
  if (until.kind !== 'scalar' || typeof until.value !== 'string' || hasExpressions(until)) return [];
  if (isWrittenMoment(until.value)) return [];
  const message = `'${until.value}' is not a time; expected ISO 8601 such as 2030-01-31T09:00:00Z`;
  return [{ code: 'bad-duration', range: until.range, message }];
}

function asWait(finding: Finding): Finding {
  return finding.message.endsWith('no time at all') ? { ...finding, severity: 'warning' } : finding;
}

function checkDuration(node: YamlNode): Finding[] {
  if (node.kind !== 'scalar' || typeof node.value !== 'string') return [];
  const template = parseTemplate(node.value);
  if (!template.ok || template.template.kind !== 'literal') return [];
  const parsed = parseDuration(node.value);
  if (!parsed.ok) return [{ code: 'bad-duration', range: node.range, message: parsed.problem }];
  if (parsed.ms > 0) return [];
  return [{ code: 'bad-duration', range: node.range, message: `'${node.value}' is no time at all` }];
}

function checkKind({ step: { timeout, action } }: StepPlace): Finding[] {
  if (timeout === undefined || action === undefined) return [];
  if (action.kind === 'set' || action.kind === 'fail' || action.kind === 'return') {
    const message = `'${action.kind}' takes no time, so it has no timeout`;
    return [{ code: 'misplaced-key', range: timeout.range, message }];
  }
  if (action.kind === 'activity' || timeout.kind !== 'mapping') return [];
  const message =
    action.kind === 'group' || action.kind === 'for_each'
      ? "the timeout of a block is one duration; Temporal's activity timeouts stand with 'activity'"
      : `the timeout of '${action.kind}' is one duration; Temporal's activity timeouts stand with 'activity'`;
  return [{ code: 'misplaced-key', range: timeout.entries[0]?.key.range ?? timeout.range, message }];
}
