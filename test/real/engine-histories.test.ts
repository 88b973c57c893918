/**
 * Runs every feature on a real server, and replays what it recorded.
 *
 * With UPDATE_HISTORIES=1 the histories are kept in `test/histories`:
 * `UPDATE_HISTORIES=1 npx vitest run --project real test/real/engine-histories.test.ts`.
 * A kept history is only ever added to; an engine that cannot replay one breaks somebody's open runs.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { outcomeOf } from '../../src/client/runs.ts';
import { PROGRESS_QUERY } from '../../src/plan/worker-contract.ts';
import { FEATURES, type Message } from '../replay/features.ts';
import { fromJson, HISTORIES, type HistoryJson, replay, toJson, withoutOrigin } from '../replay/history.ts';
import { callsAt } from './engine-activities.ts';
import { eventually, type Lab, labProject, openLab, type RunHandle } from './engine-lab.ts';
import type { TestProject } from './engine-project.ts';

let lab: Lab;
let project: TestProject;

beforeAll(async () => {
  const definitions = Object.entries(FEATURES).map(([name, { definition }]) => [nameOf(name), definition]);
  project = labProject(Object.fromEntries(definitions));
  lab = await openLab();
  await lab.worker(project);
});
afterAll(async () => {
  await lab?.close();
  project?.destroy();
});

describe.concurrent('each feature runs, and replays from its history', () => {
  test.each(Object.entries(FEATURES))('%s', async (name, { input, cancelAt, messages = [], outcome }) => {
    const run = await lab.start(nameOf(name), input);
    for (const message of messages) await send(run, message);
    if (cancelAt !== undefined) {
      await eventually(async () => expect(await callsAt(lab.database.knex, cancelAt)).toBe(1));
      await run.cancel();
    }
    const ended = await outcomeOf(run);
    expect(ended).toMatchObject(outcome);
    if ('output' in outcome) expect(ended).toEqual(outcome);
    const history = withoutOrigin(toJson(await run.fetchHistory()));
    await replay(fromJson(history));
    keep(name, history);
  });
});

async function send(run: RunHandle, { kind, name, payload, once }: Message): Promise<void> {
  if (once === 'parked') {
    await eventually(async () => expect(await run.query(PROGRESS_QUERY)).toHaveProperty('parked'));
  }
  if (kind === 'signal') await run.signal(name, payload);
  else expect(await run.executeUpdate(name, { args: [payload] })).toHaveProperty('received_at');
}

function nameOf(feature: string): string {
  return `lab/${feature.replaceAll('_', '-')}`;
}

/** Never over one that is there: another name keeps both, and the old one defends its runs. */
function keep(name: string, history: HistoryJson): void {
  if (process.env.UPDATE_HISTORIES !== '1') return;
  mkdirSync(HISTORIES, { recursive: true });
  const file = join(HISTORIES, `${name}.json`);
  if (!existsSync(file)) writeFileSync(file, `${JSON.stringify(history, null, 1)}\n`);
}
