import { parseExpression } from '../../expression/syntax.ts';
import { enclosing, type StepPlace } from '../step-graph.ts';
import type { Finding, Rule } from '../subject.ts';

/** The names that expressions know already. */
const SCOPE_NAMES: ReadonlySet<string> = new Set([
  'input',
  'steps',
  'index',
  'state',
  'error',
  'payload',
  'workflow',
]);

/** The name of the items where `as` gives none. */
export const DEFAULT_ITEM_NAME = 'item';

/** `as` gives the items of a `for_each` a name that expressions can write and that hides no other. */
export const itemNames: Rule = ({ graph }) =>
  graph.steps.flatMap((place): Finding[] => {
    const { action } = place.step;
    if (action?.kind !== 'for_each') return [];
    const name = action.as?.value ?? DEFAULT_ITEM_NAME;
    const range = action.as?.range ?? action.keyRange;
    if (SCOPE_NAMES.has(name)) {
      return [
        {
          code: 'reserved-name',
          range,
          message: `'${name}' has a meaning in every expression; choose another name`,
        },
      ];
    }
    if (!/^[a-z][a-z0-9_]*$/.test(name)) {
      return [
        {
          code: 'item-name',
          range,
          message: `'${name}' is not a name; expected a-z, 0-9 and _, a letter first`,
        },
      ];
    }
    const parsed = parseExpression(name);
    if (!parsed.ok || parsed.ast.op !== 'id') {
      return [
        {
          code: 'reserved-name',
          range,
          message: `'${name}' is a reserved word of expressions; choose another name`,
        },
      ];
    }
    const outer = enclosing(place).find((around) => itemNameOf(around) === name);
    if (outer === undefined) return [];
    const message = `'${name}' is already the item of the for_each around this one`;
    const hint = "give this one another name with 'as'";
    return [
      {
        code: 'item-name',
        range,
        message,
        hint,
        related: [{ range: headOf(outer), message: `the outer '${name}'` }],
      },
    ];
  });

/** The name of a `for_each`'s items; `undefined` for other steps. */
export function itemNameOf({ step: { action } }: StepPlace): string | undefined {
  return action?.kind === 'for_each' ? (action.as?.value ?? DEFAULT_ITEM_NAME) : undefined;
}

function headOf({ step: { action, range } }: StepPlace) {
  if (action?.kind !== 'for_each') return range;
  return action.as?.range ?? action.keyRange;
}
