import { entryOf } from '../../document/json.ts';
import type { YamlNode } from '../../document/yaml-tree.ts';
import { parseDuration } from '../../expression/duration.ts';
import { parseTemplate } from '../../expression/template.ts';
import type { StepPlace } from '../step-graph.ts';
import type { Finding, Rule } from '../subject.ts';

/** Written durations are in the grammar and more than nothing; `timeout` stands where something takes time. */
export const durations: Rule = ({ graph }) =>
  graph.steps.flatMap((place): Finding[] => [...nodesOf(place).flatMap(checkDuration), ...checkKind(place)]);

function nodesOf({ step: { timeout, retry } }: StepPlace): readonly YamlNode[] {
  const timeouts = timeout?.kind === 'mapping' ? timeout.entries.map(({ value }) => value) : [timeout];
  const intervals = ['initial_interval', 'maximum_interval'].map((key) => entryOf(retry, key)?.value);
  return [...timeouts, ...intervals].filter((node) => node !== undefined);
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
  if (action.kind === 'set') {
    return [
      { code: 'misplaced-key', range: timeout.range, message: "'set' takes no time, so it has no timeout" },
    ];
  }
  if (action.kind === 'activity' || timeout.kind !== 'mapping') return [];
  const message =
    "the timeout of a block is one duration; Temporal's activity timeouts stand with 'activity'";
  return [{ code: 'misplaced-key', range: timeout.entries[0]?.key.range ?? timeout.range, message }];
}
