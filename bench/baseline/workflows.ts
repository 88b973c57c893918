/** What a Temporal engineer writes by hand for the same work: plain, typed, with a sliding window. */
import { proxyActivities } from '@temporalio/workflow';
import type * as activities from './activities.ts';

const { work } = proxyActivities<typeof activities>({ startToCloseTimeout: '10s' });

/** Ten activities, one after the other. */
export async function sequence({ value }: { value: number }): Promise<number> {
  let current = { value };
  for (let step = 0; step < 10; step++) current = await work(current);
  return current.value;
}

/** One activity an item, `concurrency` at a time. */
export async function fanOut({
  items,
  concurrency,
}: {
  items: number[];
  concurrency: number;
}): Promise<number> {
  let next = 0;
  let done = 0;
  const lane = async (): Promise<void> => {
    while (next < items.length) {
      await work({ value: items[next++]! });
      done++;
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, items.length) }, lane));
  return done;
}
