import { expect, test } from 'vitest';
import { checkDefinition } from '../../src/check/check-definition.ts';
import { catalogue } from './shop.ts';

/** A value of a search attribute, and the type that it makes. */
test.each([
  ['shipped', 'Keyword'],
  ['${{ input.text }}', 'Keyword'],
  ['order ${{ input.whole }}', 'Keyword'],
  ['${{ input.kind }}', 'Keyword'],
  ['${{ input.?perhaps }}', 'Keyword'],
  ['${{ input.nullable }}', 'Keyword'],
  ['${{ input.at }}', 'Datetime'],
  ['${{ timestamp(input.at) }}', 'Datetime'],
  ['${{ workflow.started_at }}', 'Datetime'],
  ['${{ input.whole }}', 'Int'],
  ['${{ input.whole / 2 }}', 'Double'],
  ['${{ input.number }}', 'Double'],
  ['${{ input.whole > 2 }}', 'Bool'],
  ['${{ input.texts }}', 'KeywordList'],
  ['${{ input.kind == "a" ? input.at : input.text }}', 'Keyword'],
])('%s is of type %s', (value, type) => {
  const text = `
input:
  text: { type: string }
  kind: { enum: [a, b] }
  perhaps: { type: string, optional: true }
  nullable: { type: [string, "null"] }
  at: { type: string, format: date-time }
  whole: { type: integer }
  number: { type: number }
  texts: { type: array, items: { type: string } }
search_attributes:
  It: '${value}'
steps:
  - set: {}
`;
  const { findings, checked } = checkDefinition(text, 'definitions/shop/attributes.yaml', catalogue);
  expect(findings).toEqual([]);
  expect([...checked!.searchAttributeTypes.values()]).toEqual([type]);
});
