/** What runs have recorded, the engine of today must be able to go on with. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FEATURES } from './features.ts';
import { fromJson, HISTORIES, type HistoryJson, replay, withoutOrigin } from './history.ts';

const files = readdirSync(HISTORIES).filter((file) => file.endsWith('.json'));
const read = (file: string): HistoryJson =>
  JSON.parse(readFileSync(join(HISTORIES, file), 'utf8')) as HistoryJson;

test('every feature has a history', () => {
  expect(files.map((file) => file.replace('.json', ''))).toEqual(
    expect.arrayContaining(Object.keys(FEATURES)),
  );
});

test.each(files)('%s replays', async (file) => {
  await replay(fromJson(read(file)));
});

test.each(files)('%s does not tell where it was recorded', (file) => {
  expect(read(file)).toEqual(withoutOrigin(read(file)));
});

describe('a history that the engine would not have written is refused', () => {
  test.each<[string, string, (history: string) => string]>([
    ['another activity', 'activity', (text) => text.replaceAll('"lab/echo"', '"lab/ecko"')],
    [
      'no activity',
      'activity',
      (text) => text.replaceAll('EVENT_TYPE_ACTIVITY_TASK_SCHEDULED', 'EVENT_TYPE_TIMER_STARTED'),
    ],
    ['another end', 'set', (text) => text.replaceAll('EXECUTION_COMPLETED', 'EXECUTION_CANCELED')],
  ])('%s', async (_, name, mutate) => {
    const text = JSON.stringify(read(`${name}.json`));
    const mutated = mutate(text);
    expect(mutated).not.toBe(text);
    await expect(replay(fromJson(JSON.parse(mutated) as HistoryJson))).rejects.toThrow(
      /nondeterminism|TMPRL1100/i,
    );
  });
});
