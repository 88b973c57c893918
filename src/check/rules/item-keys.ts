import type { Located, Pages, Step } from '../../document/definition.ts';
import type { YamlNode } from '../../document/yaml-tree.ts';
import { hasExpressions } from '../expression-places.ts';
import { type StepPlace, stepsInside } from '../step-graph.ts';
import type { Catalogue, Finding, Rule } from '../subject.ts';
import { itemNameOf } from './item-names.ts';

/**
 * Around what changes something, items need a key of their own: an index into a list that is read again after a
 * crash may mean another item, and the effect would go to the wrong one.
 */
export const itemKeys: Rule = ({ graph, catalogue }) =>
  graph.steps.flatMap((place): Finding[] => {
    const { action } = place.step;
    if (action?.kind !== 'for_each') return [];
    if (action.key !== undefined) return constantKey(action.key);
    const [change] = stepsInside(place).flatMap(({ step }) => changeIn(step, catalogue) ?? []);
    if (change === undefined) return [];
    return [
      {
        code: 'key-missing',
        range: action.keyRange,
        message: `this for_each needs a 'key': it ${change.what}`,
        hint: `say what tells the items apart, for instance key: \${{ ${example(place, action.items)} }}`,
        related: [{ range: change.range, message: change.related }],
      },
    ];
  });

interface Change {
  readonly what: string;
  readonly related: string;
  readonly range: Finding['range'];
}

/** What a step does, or its undoing, that must not be done for another item. */
function changeIn({ action, compensate }: Step, catalogue: Catalogue): Change | undefined {
  const undo =
    compensate?.activity && changingCall(compensate.activity, 'undoes by', 'the compensation', catalogue);
  switch (action?.kind) {
    case 'activity':
      return changingCall(action.activity, 'calls', 'the call', catalogue) ?? undo;
    case 'workflow': {
      const { value, range } = action.workflow;
      // One with a business key is the same child whatever item it is started for.
      if (catalogue.workflows.get(value)?.id !== undefined) return undo;
      return { what: `starts '${value}', which has no id of its own`, related: 'the child', range };
    }
    case 'signal':
      return { what: `signals '${action.signal.value}'`, related: 'the signal', range: action.signal.range };
    default:
      return undo;
  }
}

function changingCall(
  { value, range }: Located<string>,
  verb: string,
  related: string,
  { signatures }: Catalogue,
): Change | undefined {
  const effect = signatures.get(value)?.effect;
  if (effect !== 'write' && effect !== 'external') return undefined;
  return { what: `${verb} '${value}', whose effect is ${effect}`, related, range };
}

function example(place: StepPlace, items: YamlNode | Pages): string {
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
