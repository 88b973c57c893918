import { stepsInside } from '../step-graph.ts';
import type { Finding, Rule } from '../subject.ts';
import { itemNameOf } from './item-names.ts';

/**
 * Around an activity that changes something, items need a key of their own: an index into a list that is read
 * again after a crash may mean another item, and the effect would go to the wrong one.
 */
export const itemKeys: Rule = ({ graph, catalogue }) =>
  graph.steps.flatMap((place): Finding[] => {
    const { action } = place.step;
    if (action?.kind !== 'for_each' || action.key !== undefined) return [];
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
        hint: `say what tells the items apart, for instance key: \${{ ${itemNameOf(place)}.id }}`,
        related: [{ range: changing.activity.range, message: 'the call' }],
      },
    ];
  });
