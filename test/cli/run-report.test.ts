import { expect, test } from 'vitest';
import { describeFailure, type LocalDefinition, placeOfFailure } from '../../src/cli/run-report.ts';
import { eventView } from '../../src/cli/run-view.ts';
import type { RunFailure } from '../../src/client/runs.ts';
import type { Progress, StepProgress } from '../../src/interpreter/progress.ts';

const FAILURE: RunFailure = { type: 'AccountClosed', message: 'closed', line: 3 };
const LOCAL: LocalDefinition = {
  file: 'definitions/shop/sell.yaml',
  planHash: 'a',
  source: 'steps:\r\n  - set: {}\r\n\t- activity: \u001bshop/pay\r\n',
};

test.each<[what: string, failure: RunFailure, planHash: string | undefined, lines: string[]]>([
  [
    'all that is known',
    { ...FAILURE, step: 'pay[7]/transfer', activity: 'shop/pay', attempt: 2 },
    'a',
    [
      'failed: AccountClosed: closed',
      '  step pay[7]/transfer, activity shop/pay, attempt 2',
      '  definitions/shop/sell.yaml:3',
      '  3 |   - activity: \ufffdshop/pay',
    ],
  ],
  [
    'another definition here',
    FAILURE,
    'b',
    [
      'failed: AccountClosed: closed',
      "  line 3 of the definition that the run is pinned to; the project's is another one",
    ],
  ],
  [
    'a run whose plan nobody told',
    FAILURE,
    undefined,
    [
      'failed: AccountClosed: closed',
      '  line 3 of the definition that the run is pinned to, which may not be the one in the project',
    ],
  ],
  ['nothing but type and message', { type: 'X', message: 'y' }, 'a', ['failed: X: y']],
])('a failure with %s', (_, failure, planHash, lines) => {
  expect(describeFailure(failure, placeOfFailure(failure, planHash, LOCAL))).toEqual(lines);
});

test('steps as events: each change once, and how far a long loop is', () => {
  const events: object[] = [];
  let now = 0;
  const view = eventView(
    (event) => events.push(event),
    () => now,
  );
  const at = (ms: number, ...steps: StepProgress[]): void => {
    now = ms;
    const progress: Progress = { definition: 'shop/sell', planHash: 'a', steps };
    view.update(progress, []);
  };
  const startedAt = new Date(0).toISOString();
  const pay = (succeeded: number, status: StepProgress['status'] = 'running'): StepProgress => ({
    id: 'pay',
    kind: 'for_each',
    status,
    startedAt,
    items: { total: 3, running: 1, succeeded, failed: 0 },
  });
  view.update(undefined, []);
  at(0, { id: 'pay', kind: 'for_each', status: 'pending' });
  at(10, pay(0));
  at(20, pay(1));
  at(2010, pay(2));
  at(2020, pay(3, 'completed'));
  at(9000, pay(3, 'completed'));
  const event = { event: 'step', step: 'pay', kind: 'for_each', started_at: startedAt };
  expect(events).toEqual([
    { ...event, status: 'running', items: { total: 3, running: 1, succeeded: 0, failed: 0 } },
    { ...event, status: 'running', items: { total: 3, running: 1, succeeded: 2, failed: 0 } },
    { ...event, status: 'completed', items: { total: 3, running: 1, succeeded: 3, failed: 0 } },
  ]);
});
