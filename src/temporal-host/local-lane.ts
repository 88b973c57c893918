import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  proxyLocalActivities,
  sleep,
} from '@temporalio/workflow';
import type { ScheduleActivity } from '../interpreter/host.ts';
import { jsonBytes } from '../plan/payload.ts';
import type { Json } from '../plan/plan.ts';
import { type LocalAnswer, SIGNATURE_DRIFT, TOOK_MS } from '../plan/worker-contract.ts';
import type { ActivityFunctions } from './activity-calls.ts';
import { toFailure } from './failures.ts';
import type { Flights } from './flights.ts';

/**
 * All that local activities record is sent with the end of their workflow task, which the server refuses from
 * 4 MB on; and while they run, nothing else reaches the run. So after so many a timer ends the task.
 *
 * They are counted from timer to timer: where a workflow task began is not the same in a replay.
 */
const MAXIMUM_CALLS = 200;
const MAXIMUM_BYTES = 1024 * 1024;
const MAXIMUM_MS = 2_000;

/** What a call counts for that has failed, or was recorded by an engine that did not tell how long it took. */
const UNKNOWN_MS = 10;

/** Runs calls as local activities: one at a time, one attempt each. What that does not settle is called again, ordinarily. */
export class LocalLane {
  readonly #flights: Flights;
  readonly #now: () => number;
  readonly #callAgain: (command: ScheduleActivity) => void;
  readonly #waiting: ScheduleActivity[] = [];
  #busy = false;
  #calls = 0;
  #bytes = 0;
  #elapsedMs = 0;

  /** @param now the run's clock, which only local calls move between two events */
  constructor(flights: Flights, now: () => number, callAgain: (command: ScheduleActivity) => void) {
    this.#flights = flights;
    this.#now = now;
    this.#callAgain = callAgain;
  }

  add(command: ScheduleActivity): void {
    this.#waiting.push(command);
    this.#pump();
  }

  /** Takes a call back that has not begun; `false` if it has. */
  withdraw(id: number): boolean {
    const index = this.#waiting.findIndex((command) => command.id === id);
    if (index >= 0) this.#waiting.splice(index, 1);
    return index >= 0;
  }

  #pump(): void {
    if (this.#busy || this.#waiting.length === 0) return;
    this.#busy = true;
    if (this.#calls >= MAXIMUM_CALLS || this.#bytes >= MAXIMUM_BYTES || this.#elapsedMs >= MAXIMUM_MS)
      this.#rest();
    else this.#call(this.#waiting.shift()!);
  }

  #rest(): void {
    void CancellationScope.nonCancellable(() => sleep(1)).then(() => {
      this.#calls = 0;
      this.#bytes = 0;
      this.#elapsedMs = 0;
      this.#busy = false;
      this.#pump();
    });
  }

  #call(command: ScheduleActivity): void {
    const { id, activity, input, key, signature, timeouts } = command;
    const began = this.#now();
    const { [activity]: call } = proxyLocalActivities<ActivityFunctions>({
      // What takes longer than a workflow task may be held open is no work for here.
      startToCloseTimeout: Math.min(timeouts.startToCloseMs ?? MAXIMUM_MS, MAXIMUM_MS),
      scheduleToCloseTimeout: Math.min(timeouts.scheduleToCloseMs ?? 2 * MAXIMUM_MS, 2 * MAXIMUM_MS),
      retry: { maximumAttempts: 1 },
      summary: command.summary,
    });
    this.#flights
      .run(id, () => call!(input, { key, signature, local: true }))
      .then(
        (answer) => {
          const { output, tookMs } = readAnswer(answer);
          this.#account(tookMs, output);
          this.#flights.end(id, { type: 'activity_completed', id, output }, began + tookMs);
          this.#next();
        },
        (error) => {
          this.#account(UNKNOWN_MS, {});
          this.#fail(command, error);
          this.#next();
        },
      );
  }

  #account(tookMs: number, output: Json): void {
    this.#calls++;
    this.#bytes += jsonBytes(output);
    this.#elapsedMs += tookMs;
  }

  #next(): void {
    this.#busy = false;
    this.#pump();
  }

  #fail(command: ScheduleActivity, error: unknown): void {
    const { id, activity } = command;
    const rest = isCancellation(error) ? undefined : remainder(command, error);
    if (isCancellation(error) || (rest !== undefined && this.#flights.isUnwanted(id)))
      return this.#flights.end(id, { type: 'activity_cancelled', id }, this.#now());
    if (rest !== undefined) return this.#callAgain(rest);
    this.#flights.end(id, { type: 'activity_failed', id, failure: toFailure(error, activity) }, this.#now());
  }
}

function readAnswer(answer: Json | undefined): { readonly output: Json; readonly tookMs: number } {
  const isMarked = typeof answer === 'object' && answer !== null && TOOK_MS in answer;
  if (!isMarked) return { output: answer ?? {}, tookMs: UNKNOWN_MS };
  const { [TOOK_MS]: tookMs, output } = answer as unknown as LocalAnswer;
  return { output, tookMs };
}

/** The call that is still to be made after its local attempt; undefined if that one was the last. */
function remainder(command: ScheduleActivity, error: unknown): ScheduleActivity | undefined {
  const { retry, timeouts } = command;
  const { maximumAttempts } = retry;
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (!(cause instanceof ApplicationFailure)) {
    const hadItsTime = timeouts.startToCloseMs !== undefined && timeouts.startToCloseMs <= MAXIMUM_MS;
    return hadItsTime && maximumAttempts === 1 ? undefined : command;
  }
  if (cause.type === SIGNATURE_DRIFT) return command;
  const final = cause.nonRetryable || retry.nonRetryable.includes(cause.type ?? '') || maximumAttempts === 1;
  if (final) return undefined;
  if (maximumAttempts === undefined || maximumAttempts === 0) return command;
  return { ...command, retry: { ...retry, maximumAttempts: maximumAttempts - 1 } };
}
