import { describe, expect, test } from 'vitest';
import {
  compareSearchAttributes,
  problemOf,
  requiredSearchAttributes,
  type SearchAttributes,
} from '../../src/worker/search-attributes.ts';

const target = { address: 'temporal.example:7233', namespace: 'orders' };
const AT = '--address temporal.example:7233 --namespace orders';

test('the engine needs its own, whatever the definitions are', () => {
  expect(requiredSearchAttributes([])).toEqual({ EstuaryStatus: 'Keyword' });
});

type Row = [
  what: string,
  required: SearchAttributes,
  registered: { readonly [name: string]: number },
  missing: string[],
  otherType: string[],
];
test.each<Row>([
  ['all there', { A: 'Keyword', B: 'Text' }, { A: 2, B: 1, C: 3 }, [], []],
  ['each type', { T: 'Text', K: 'Keyword', I: 'Int', D: 'Double' }, { T: 1, K: 2, I: 3, D: 4 }, [], []],
  ['the other types', { B: 'Bool', D: 'Datetime', L: 'KeywordList' }, { B: 5, D: 6, L: 7 }, [], []],
  ['one missing', { A: 'Keyword', B: 'Text' }, { A: 2 }, ['B'], []],
  ['one of another type', { A: 'Keyword' }, { A: 3 }, [], ['A Int']],
  ['of a type that is not known', { A: 'Keyword' }, { A: 99 }, [], ['A ?']],
  ['both', { A: 'Keyword', B: 'Int' }, { B: 1 }, ['A'], ['B Text']],
  ['a name of JavaScript', JSON.parse('{"constructor":"Keyword"}'), {}, ['constructor'], []],
])('%s', (_, required, registered, missing, otherType) => {
  const difference = compareSearchAttributes(required, registered);
  expect(difference.missing.map(({ name }) => name)).toEqual(missing);
  expect(difference.otherType.map((one) => `${one.name} ${one.registered}`)).toEqual(otherType);
});

describe('what to do about it', () => {
  const problem = (required: SearchAttributes, registered: { readonly [name: string]: number }) =>
    problemOf(compareSearchAttributes(required, registered), target);

  test('nothing where all is there', () => {
    expect(problem({ A: 'Keyword' }, { A: 2 })).toBeUndefined();
  });

  test('the command that registers what is missing', () => {
    expect(problem({ A: 'Keyword', B: 'Datetime' }, {})).toEqual({
      code: 'search-attributes-missing',
      message: 'namespace orders lacks search attributes: A (Keyword), B (Datetime)',
      hint: `run: temporal operator search-attribute create ${AT} --name A --type Keyword --name B --type Datetime`,
    });
  });

  test('another type goes first: nothing can be registered over it', () => {
    expect(problem({ A: 'Keyword', B: 'Int' }, { A: 1 })).toEqual({
      code: 'search-attribute-type',
      message: 'search attributes of namespace orders: A is registered as Text, expected Keyword',
      hint: `use another namespace, or, if nobody needs it as it is: temporal operator search-attribute remove ${AT} --name A`,
    });
  });
});
