import type { YamlNode } from '../../document/yaml-tree.ts';
import { hasExpressions } from '../expression-places.ts';
import { type StepPlace, stepsInside } from '../step-graph.ts';
import type { Finding, Rule } from '../subject.ts';
import { itemNameOf } from './item-names.ts';

/**
 * Around an activity that changes something, items need a key of their own: an index into a list that is read
 * again after a crash may mean another item, and the effect would go to the wrong one.
 */
export const itemKeys: Rule = ({ graph, catalogue }) =>
  graph.steps.flatMap((place): Finding[] => {
    const { action } = place.step;
    if (action?.kind !== 'for_each') return [];
    if (action.key !== undefined) return constantKey(action.key);
    const changing = stepsInside(place).find(({ step }) => {
      const effect =
        step.action?.kind === 'activity' && catalogue.signatures.get(step.action.activity.value)?.effect;
      return effect === 'write' || effect === 'external';
    })?.step.action;
    if (changing?.kind !== 'activity') return [];
    const { effect, name } = catalogue.signatures.get(changing.activity.value)!;
    return [
      {
        code: 'key-missing',
        range: action.keyRange,
        message: `this for_each needs a 'key': it calls '${name}', whose effect is ${effect}`,
        hint: `say what tells the items apart, for instance key: \${{ ${example(place, action.items)} }}`,
        related: [{ range: changing.activity.range, message: 'the call' }],
      },
    ];
  });

function example(place: StepPlace, items: YamlNode): string {
  const name = itemNameOf(place)!;
  const plain = items.kind === 'sequence' && items.items.every(({ kind }) => kind === 'scalar');
  return plain ? name : `${name}.id`;
}

/** A key without an expression would be every item's. */
function constantKey(key: YamlNode): Finding[] {
  if (hasExpressions(key)) return [];
  const message = 'this key is the same for every item, and keys must differ';
  return [{ code: 'key-constant', range: key.range, message }];
}
