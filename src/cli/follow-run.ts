import type { Client } from '@temporalio/client';
import { outcomeOf, queryProgress, type Run, type RunOutcome } from '../client/runs.ts';
import type { Progress } from '../interpreter/progress.ts';
import type { RunView } from './run-view.ts';

const POLL_MS = 200;

/** How long nobody may answer before people are told that nobody does. */
const SILENCE_MS = 6000;

export interface FollowOptions {
  readonly client: Client;
  readonly run: Run;
  readonly view: RunView;
  /** Called once if no worker takes the run up. */
  readonly onSilence: () => void;
}

/** Shows a run until it ends. */
export async function followRun({ client, run, view, onSilence }: FollowOptions): Promise<RunOutcome> {
  let ended = false;
  const outcome = outcomeOf(run).finally(() => {
    ended = true;
  });
  let seen: Progress | undefined;
  const silence = setTimeout(() => seen === undefined && onSilence(), SILENCE_MS);
  try {
    while (!ended) {
      seen = (await queryProgress<Progress>(client, run)) ?? seen;
      view.update(seen);
      await Promise.race([outcome, new Promise((resolve) => setTimeout(resolve, POLL_MS))]);
    }
    const result = await outcome;
    view.update(await queryProgress<Progress>(client, run));
    return result;
  } finally {
    clearTimeout(silence);
  }
}
