import { atomsOf, type Type, withoutAbsence, withoutNull } from '../expression/types.ts';
import type { JsonSchema, SearchAttributeType } from '../plan/plan.ts';

/** What the values of each type of search attribute are. */
export const SEARCH_ATTRIBUTE_SCHEMAS: { readonly [Type in SearchAttributeType]: JsonSchema } = {
  Keyword: { type: 'string' },
  Text: { type: 'string' },
  Int: { type: 'integer' },
  Double: { type: 'number' },
  Bool: { type: 'boolean' },
  Datetime: { type: 'string', format: 'date-time' },
  KeywordList: { type: 'array', items: { type: 'string' } },
};

/**
 * The type of search attribute that holds a value of this type; `undefined` where it cannot be told: nothing is
 * known of the value, it may be of several kinds, or it is an object.
 */
export function searchAttributeTypeOf(type: Type): SearchAttributeType | undefined {
  const present = withoutNull(withoutAbsence(type));
  const [atom, ...others] = atomsOf(present);
  if (atom === undefined || others.length > 0) return undefined;
  switch (atom.kind) {
    case 'string':
      return atom.format === 'date-time' ? 'Datetime' : 'Keyword';
    case 'timestamp':
      return 'Datetime';
    case 'number':
      return atom.integer ? 'Int' : 'Double';
    case 'boolean':
      return 'Bool';
    case 'list': {
      const items = atomsOf(withoutNull(atom.item()));
      return items.length > 0 && items.every(({ kind }) => kind === 'string') ? 'KeywordList' : undefined;
    }
    default:
      return undefined;
  }
}
