import { ActivityCancellationType, isCancellation, proxyActivities, sleep } from '@temporalio/workflow';
import type { Failure, ScheduleActivity } from '../interpreter/host.ts';
import { jsonBytes, MAXIMUM_PAYLOAD_BYTES, PAYLOAD_TOO_LARGE, tooLarge } from '../plan/payload.ts';
import type { Json } from '../plan/plan.ts';
import { type ActivityCall, SIGNATURE_DRIFT, type TaskQueues } from '../plan/worker-contract.ts';
import type { Admission } from './admission.ts';
import { toFailure } from './failures.ts';
import type { Flights } from './flights.ts';
import { LocalLane } from './local-lane.ts';
import { findPriorityProblem } from './priority.ts';

/** How long a call waits for a deploy, after its own attempts: doubling, since each wait costs events. */
const FIRST_DRIFT_WAIT_MS = 10_000;
const LONGEST_DRIFT_WAIT_MS = 15 * 60_000;

export type ActivityFunctions = { [activity: string]: (input: Json, about: ActivityCall) => Promise<Json> };

/** Carries `schedule_activity` and `cancel_activity` out. */
export class ActivityCalls {
  readonly #flights: Flights;
  readonly #admission: Admission;
  readonly #taskQueues: TaskQueues;
  readonly #locals: LocalLane;

  /**
   * @param taskQueues where a domain's activities go, if not to the run's own queue
   * @param now the run's clock
   */
  constructor(flights: Flights, admission: Admission, taskQueues: TaskQueues, now: () => number) {
    this.#flights = flights;
    this.#admission = admission;
    this.#taskQueues = taskQueues;
    this.#locals = new LocalLane(flights, now, (command) => this.#admit(command, 0));
  }

  schedule(command: ScheduleActivity): void {
    const { id, activity } = command;
    const failure = findPriorityProblem(command.priority);
    if (failure !== undefined)
      return this.#flights.endLater(id, { type: 'activity_failed', id, failure: { ...failure, activity } });
    // The worker that has the run does not serve what goes to another queue.
    if (command.local && this.#taskQueueOf(command) === undefined) this.#locals.add(command);
    else this.#admit(command, 0);
  }

  cancel(id: number): void {
    // One that still waits was never told to anybody.
    if (this.#admission.withdraw(id) || this.#locals.withdraw(id))
      this.#flights.endLater(id, { type: 'activity_cancelled', id });
    else this.#flights.cancel(id);
  }

  #admit(command: ScheduleActivity, waits: number): void {
    const { id, activity } = command;
    const bytes = jsonBytes(command.input);
    if (bytes <= MAXIMUM_PAYLOAD_BYTES)
      return this.#admission.add(id, bytes, () => this.#call(command, waits));
    const message = tooLarge(`the input of ${activity}`, bytes);
    const failure = { type: PAYLOAD_TOO_LARGE, message, activity };
    this.#flights.endLater(id, { type: 'activity_failed', id, failure });
  }

  /** @param waits how often it has waited for a deploy */
  #call(command: ScheduleActivity, waits: number): void {
    const { id, activity, key, signature, compensates } = command;
    const about: ActivityCall = { key, signature, ...(compensates !== undefined && { compensates }) };
    const options = activityOptions(command, this.#taskQueueOf(command));
    const { [activity]: call } = proxyActivities<ActivityFunctions>(options);
    this.#flights
      .run(id, () => call!(command.input, about))
      .then(
        (output) => this.#flights.end(id, { type: 'activity_completed', id, output: output ?? {} }),
        (error) => this.#fail(command, error, waits),
      );
  }

  #fail(command: ScheduleActivity, error: unknown, waits: number): void {
    const { id } = command;
    if (isCancellation(error)) return this.#flights.end(id, { type: 'activity_cancelled', id });
    const failure = toFailure(error, command.activity);
    if (failure.type === SIGNATURE_DRIFT) return this.#waitForDeploy(command, failure, waits);
    this.#flights.end(id, { type: 'activity_failed', id, failure });
  }

  /** A deploy under way is nobody's failure, whatever `maximum_attempts` says: the call is made again. */
  #waitForDeploy(command: ScheduleActivity, { message }: Failure, waits: number): void {
    const { id } = command;
    const cancelled = (): void => this.#flights.end(id, { type: 'activity_cancelled', id });
    if (this.#flights.isUnwanted(id)) return cancelled();
    const delay = Math.min(FIRST_DRIFT_WAIT_MS * 2 ** waits, LONGEST_DRIFT_WAIT_MS);
    this.#admission.release(id);
    this.#flights
      .run(id, () => sleep(delay, { summary: message }))
      .then(() => (this.#flights.isUnwanted(id) ? cancelled() : this.#admit(command, waits + 1)), cancelled);
  }

  #taskQueueOf({ activity, taskQueue }: ScheduleActivity): string | undefined {
    if (taskQueue !== undefined) return taskQueue;
    const domain = activity.slice(0, activity.indexOf('/'));
    return Object.hasOwn(this.#taskQueues, domain) ? this.#taskQueues[domain] : undefined;
  }
}

function activityOptions(
  command: ScheduleActivity,
  taskQueue: string | undefined,
): Parameters<typeof proxyActivities>[0] {
  const { retry, timeouts, priority } = command;
  return {
    ...(taskQueue !== undefined && { taskQueue }),
    ...(timeouts.startToCloseMs !== undefined && { startToCloseTimeout: timeouts.startToCloseMs }),
    ...(timeouts.scheduleToCloseMs !== undefined && { scheduleToCloseTimeout: timeouts.scheduleToCloseMs }),
    ...(timeouts.scheduleToStartMs !== undefined && { scheduleToStartTimeout: timeouts.scheduleToStartMs }),
    ...(timeouts.heartbeatMs !== undefined && { heartbeatTimeout: timeouts.heartbeatMs }),
    retry: {
      ...(retry.initialIntervalMs !== undefined && { initialInterval: retry.initialIntervalMs }),
      ...(retry.backoffCoefficient !== undefined && { backoffCoefficient: retry.backoffCoefficient }),
      ...(retry.maximumIntervalMs !== undefined && { maximumInterval: retry.maximumIntervalMs }),
      ...(retry.maximumAttempts !== undefined && { maximumAttempts: retry.maximumAttempts }),
      ...(retry.nonRetryable.length > 0 && { nonRetryableErrorTypes: [...retry.nonRetryable] }),
    },
    // The outcome decides what has to be undone, so a cancelled activity is waited for.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    summary: command.summary,
    ...(priority !== undefined && { priority }),
  };
}
