import { expect, test } from 'vitest';
import { placesAround } from '../../src/worker/activity-function.ts';

test.each([
  ['run/charge', ['run/charge']],
  ['run/order/charge', ['run/order', 'run/order/charge']],
  ['run/pay[42]/transfer', ['run/pay', 'run/pay[42]', 'run/pay[42]/transfer']],
  ['run/pay[a%2fb]/x[1]', ['run/pay', 'run/pay[a%2fb]', 'run/pay[a%2fb]/x', 'run/pay[a%2fb]/x[1]']],
])('%s stands in all around it', (key, places) => {
  expect(placesAround(key)).toEqual(places);
});
