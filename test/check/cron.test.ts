import { expect, test } from 'vitest';
import { findCronProblem } from '../../src/check/cron.ts';

test.each([
  '* * * * *',
  '0 2 * * *',
  '*/15 9-17 * * mon-fri',
  '0,30 0 1,15 JAN,jul *',
  '0 0 29 2 *',
  '0 0 31 2,3 *',
  '5/10 0 * * 7',
  ' 0  2 * * 0 ',
  '@daily',
])("'%s' is right", (text) => {
  expect(findCronProblem(text)).toBeUndefined();
});

test.each([
  ['60 * * * *', '60', "'60' is no minute; expected 0 to 59"],
  ['* 24 * * *', '24', "'24' is no hour; expected 0 to 23"],
  ['* * 0 * *', '0', "'0' is no day of the month; expected 1 to 31"],
  ['* * * 13 *', '13', "'13' is no month; expected 1 to 12, or jan to dec"],
  ['* * * * 8', '8', "'8' is no day of the week; expected 0 to 7, or sun to sat"],
  ['* * * mon *', 'mon', "'mon' is no month; expected 1 to 12, or jan to dec"],
  ['* 17-9 * * *', '17-9', "'17-9' runs backwards"],
  ['* 1-2-3 * * *', '1-2-3', "'1-2-3' is not a range of the field 'hour'"],
  ['* 1,,2 * * *', '1,,2', "'1,,2' does not say which hour"],
  ['* */x * * *', '*/x', "'x' in '*/x' is not a step; expected a number above 0"],
  ['* */2/3 * * *', '*/2/3', "'*/2/3' does not say which hour"],
  ['-1 * * * *', '-1', "'' is no minute; expected 0 to 59"],
  ['1.5 * * * *', '1.5', "'1.5' is no minute; expected 0 to 59"],
  ['0 0 31 feb,apr *', '0 0 31 feb,apr *', "'0 0 31 feb,apr *' never comes: no such month is that long"],
  [
    '@dayly',
    '@dayly',
    "'@dayly' is not one of @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly",
  ],
])("'%s'", (text, part, message) => {
  const problem = findCronProblem(text);
  expect(problem?.message).toBe(message);
  expect(text.slice(problem!.start, problem!.end)).toBe(part);
});

test.each([
  ['0 0 2 * * *', 'seconds and years are not among them'],
  ['TZ=Europe/Prague 0 2 * * *', "the zone stands in 'time_zone'"],
  ['@every 5m', "use 'every' in place of 'cron'"],
  ['@dayly', "did you mean '@daily'?"],
  ['', undefined],
])("the hint for '%s'", (text, hint) => {
  expect(findCronProblem(text)).toMatchObject({ start: 0, end: text.length });
  expect(findCronProblem(text)?.hint).toBe(hint);
});
