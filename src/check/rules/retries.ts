import { entryOf } from '../../document/json.ts';
import type { YamlNode } from '../../document/yaml-tree.ts';
import { parseDuration } from '../../expression/duration.ts';
import type { Finding, Rule } from '../subject.ts';

/** Temporal's. */
const DEFAULT_INITIAL_INTERVAL_MS = 1000;

/** A retry policy makes sense: its longest wait is not shorter than its first. */
export const retries: Rule = ({ definition, graph }) =>
  [definition.defaults, ...graph.steps.flatMap(({ step }) => [step, step.compensate])].flatMap((called) =>
    checkPolicy(called?.retry),
  );

function checkPolicy(retry: YamlNode | undefined): Finding[] {
  const longest = entryOf(retry, 'maximum_interval')?.value;
  const first = entryOf(retry, 'initial_interval')?.value;
  const maximum = millisecondsOf(longest);
  const initial = first === undefined ? DEFAULT_INITIAL_INTERVAL_MS : millisecondsOf(first);
  if (maximum === undefined || initial === undefined || maximum >= initial) return [];
  const message = `the maximum interval is shorter than the initial one${first === undefined ? ', which is 1s by default' : ''}`;
  const related = first === undefined ? [] : [{ range: first.range, message: 'the initial interval' }];
  return [{ code: 'retry-policy', range: longest!.range, message, related }];
}

function millisecondsOf(node: YamlNode | undefined): number | undefined {
  if (node?.kind !== 'scalar' || typeof node.value !== 'string') return undefined;
  const parsed = parseDuration(node.value);
  return parsed.ok ? parsed.ms : undefined;
}
