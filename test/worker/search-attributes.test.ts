import { expect, test } from 'vitest';
import { findMissing } from '../../src/worker/search-attributes.ts';

const KEYWORD = 2;
const INT = 3;

test('what the namespace has, as it is wanted, may be set', () => {
  expect(findMissing({ Name: 'Keyword', Count: 'Int' }, { Name: KEYWORD, Count: INT, Other: 1 }, '')).toEqual(
    [],
  );
});

test('what it does not have, or has as something else, may not, and it is said why', () => {
  expect(findMissing({ Name: 'Keyword', Count: 'Int' }, { Count: KEYWORD }, 'not allowed')).toEqual([
    {
      name: 'Name',
      problem: 'the namespace does not have it, and it cannot be registered: not allowed',
    },
    { name: 'Count', problem: 'the namespace has it as Keyword, not as Int' },
  ]);
});
