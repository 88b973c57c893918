import { entryOf } from '../../document/json.ts';
import type { YamlNode } from '../../document/yaml-tree.ts';
import { parseDuration } from '../../expression/duration.ts';
import type { Finding, Rule } from '../subject.ts';

/** A retry policy makes sense: its longest wait is not shorter than its first. */
export const retries: Rule = ({ graph }) =>
  graph.steps.flatMap(({ step: { retry } }): Finding[] => {
    const longest = entryOf(retry, 'maximum_interval')?.value;
    const first = entryOf(retry, 'initial_interval')?.value;
    const [maximum, initial] = [millisecondsOf(longest), millisecondsOf(first)];
    if (maximum === undefined || initial === undefined || maximum >= initial) return [];
    return [
      {
        code: 'retry-policy',
        range: longest!.range,
        message: 'the maximum interval is shorter than the initial one',
        related: [{ range: first!.range, message: 'the initial interval' }],
      },
    ];
  });

function millisecondsOf(node: YamlNode | undefined): number | undefined {
  if (node?.kind !== 'scalar' || typeof node.value !== 'string') return undefined;
  const parsed = parseDuration(node.value);
  return parsed.ok ? parsed.ms : undefined;
}
