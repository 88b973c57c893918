import type { Client } from '@temporalio/client';
import {
  outcomeOf,
  queryProgress,
  type Retry,
  type Run,
  type RunOutcome,
  retriesOf,
} from '../client/runs.ts';
import type { Progress } from '../interpreter/progress.ts';
import type { RunView } from './run-view.ts';

const POLL_MS = 200;

/** How long nobody may answer before people are told that nobody does. */
const SILENCE_MS = 6000;

/** How often the server is asked what is tried again. */
const RETRIES_MS = 2000;

export interface FollowOptions {
  readonly client: Client;
  readonly run: Run;
  readonly view: Pick<RunView, 'update'>;
  /** Called once for each time that no worker answers for the run: none has taken it up, or none does any more. */
  readonly onSilence: (takenUp: boolean) => void;
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
  const aborted = new Promise<undefined>((resolve) =>
    signal.addEventListener('abort', () => resolve(undefined)),
  );
  let seen: Progress | undefined;
  let retries: readonly Retry[] = [];
  let retriesAt = performance.now();
  let silence = setTimeout(onSilence, SILENCE_MS, false);
  try {
    while (!ended) {
      signal.throwIfAborted();
      const answer = await Promise.race([queryProgress(client, run), aborted]);
      signal.throwIfAborted();
      if (answer !== undefined) {
        seen = answer;
        clearTimeout(silence);
        silence = setTimeout(onSilence, SILENCE_MS, true);
      }
      if (performance.now() - retriesAt >= RETRIES_MS) {
        retries = (await Promise.race([retriesOf(client, run), aborted])) ?? [];
        signal.throwIfAborted();
        retriesAt = performance.now();
      }
      view.update(seen, retries);
      await Promise.race([outcome, aborted, new Promise((resolve) => setTimeout(resolve, POLL_MS))]);
    }
    const result = await outcome;
    seen = (await queryProgress(client, run)) ?? seen;
    view.update(seen, []);
    return { outcome: result, ...(seen !== undefined && { progress: seen }) };
  } finally {
    clearTimeout(silence);
  }
}
