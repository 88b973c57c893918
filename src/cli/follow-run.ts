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
  /** Ends the following, not the run. */
  readonly signal: AbortSignal;
}

export interface Followed {
  readonly outcome: RunOutcome;
  /** How far the run came; absent if nobody told. */
  readonly progress?: Progress;
}

/** Shows a run until it ends; throws the signal's reason if that comes first. */
export async function followRun({ client, run, view, onSilence, signal }: FollowOptions): Promise<Followed> {
  let ended = false;
  // Without the signal the client would go on asking for a result that nobody waits for.
  const outcome = client.connection
    .withAbortSignal(signal, () => outcomeOf(run))
    .finally(() => {
      ended = true;
    });
  // Once nobody follows any more, nobody needs to know that the connection was closed.
  outcome.catch(() => {});
  const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
  let seen: Progress | undefined;
  const silence = setTimeout(() => seen === undefined && onSilence(), SILENCE_MS);
  try {
    while (!ended) {
      seen = (await Promise.race([queryProgress<Progress>(client, run), aborted])) ?? seen;
      signal.throwIfAborted();
      view.update(seen);
      await Promise.race([outcome, aborted, new Promise((resolve) => setTimeout(resolve, POLL_MS))]);
    }
    const result = await outcome;
    seen = (await queryProgress<Progress>(client, run)) ?? seen;
    view.update(seen);
    return { outcome: result, ...(seen !== undefined && { progress: seen }) };
  } finally {
    clearTimeout(silence);
  }
}
