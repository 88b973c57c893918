/** What crosses on its way to the engine, often in one and the same workflow task: the run still ends as it should. */
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { describe, expect, test } from 'vitest';
import { HistoryBuilder } from './build-history.ts';
import { replay } from './history.ts';

const BOUNDED = `
steps:
  - timeout: 10s
    steps:
      - activity: shop/archive
        with: { order_id: "1" }
  - activity: shop/archive
    with: { order_id: "2" }
output: done
`;

const ONE_CALL = `
steps:
  - activity: shop/archive
    with: { order_id: "1" }
output: done
`;

interface Race {
  readonly history: () => HistoryBuilder;
  readonly end: 'completed' | 'canceled';
}

const RACES: { readonly [name: string]: Race } = {
  "a block's timeout fires when its activity has completed: the run goes on": {
    history: () =>
      new HistoryBuilder(BOUNDED)
        .timerStarted('1')
        .activityScheduled('2', 'shop/archive')
        .activityStarted('2')
        .activityCompleted('2', { archived: true })
        .timerFired('1')
        .task()
        .activityScheduled('3', 'shop/archive')
        .activityStarted('3')
        .activityCompleted('3', { archived: true })
        .task(),
    end: 'completed',
  },
  'an attempt that was asked to cancel meets a drifted signature: the run does not wait for a deploy': {
    history: () =>
      new HistoryBuilder(ONE_CALL)
        .activityScheduled('2', 'shop/archive')
        .activityStarted('2')
        .cancelRequested()
        .task()
        .activityCancelRequested('2')
        .activityFailed('2', 'SignatureDrift')
        .task(),
    end: 'canceled',
  },
  'a cancel is asked, and the wait for a deploy is over: nothing more is dispatched': {
    history: () => waitingForDeploy().cancelRequested().timerFired('1').task(),
    end: 'canceled',
  },
  'the wait for a deploy is over, and a cancel is asked: nothing more is dispatched': {
    history: () => waitingForDeploy().timerFired('1').cancelRequested().task(),
    end: 'canceled',
  },
};

function waitingForDeploy(): HistoryBuilder {
  return new HistoryBuilder(ONE_CALL)
    .activityScheduled('2', 'shop/archive')
    .activityStarted('2')
    .activityFailed('2', 'SignatureDrift')
    .task()
    .timerStarted('1');
}

function ended(history: HistoryBuilder, end: Race['end']): History {
  return end === 'completed' ? history.completed('done') : history.canceled();
}

describe.each(Object.entries(RACES))('%s', (_, { history, end }) => {
  test(`it is ${end}`, async () => {
    await replay(ended(history(), end));
  });

  test('another end is refused', async () => {
    const other = end === 'completed' ? 'canceled' : 'completed';
    await expect(replay(ended(history(), other))).rejects.toThrow(/TMPRL1100/);
  });
});
