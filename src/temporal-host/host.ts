import {
  ActivityCancellationType,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  isCancellation,
  proxyActivities,
  sleep,
} from '@temporalio/workflow';
import type { Command, Failure, HostEvent, ScheduleActivity } from '../interpreter/host.ts';
import { advance } from '../interpreter/interpreter.ts';
import type { State } from '../interpreter/state.ts';
import { jsonBytes, MAXIMUM_PAYLOAD_BYTES, PAYLOAD_TOO_LARGE, tooLarge } from '../plan/payload.ts';
import type { Json, Plan } from '../plan/plan.ts';
import { type ActivityCall, SIGNATURE_DRIFT, type TaskQueues } from '../plan/worker-contract.ts';
import { Admission } from './admission.ts';
import { toFailure } from './failures.ts';

/** How long a call waits for a deploy, after its own attempts: doubling, since each wait costs events. */
const FIRST_DRIFT_WAIT_MS = 10_000;
const LONGEST_DRIFT_WAIT_MS = 15 * 60_000;

type Activities = { [activity: string]: (input: Json, about: ActivityCall) => Promise<Json> };

/** Events without the time, which the host adds. */
type Happening = HostEvent extends infer Event
  ? Event extends HostEvent
    ? Omit<Event, 'now'>
    : never
  : never;

/**
 * Runs a plan on Temporal: carries the interpreter's commands out and takes what becomes of them back, with one
 * pair of callbacks a command and no promise of its own between them.
 * @param taskQueues where a domain's activities go, if not to the run's own queue
 * @returns the run's output; rejects with an ApplicationFailure or a CancelledFailure
 */
export function host(plan: Plan, state: State, taskQueues: TaskQueues): Promise<Json> {
  return new Promise((resolve, reject) => {
    // What runs is cancelled by the interpreter, one by one, never by Temporal's propagation.
    const shield = new CancellationScope({ cancellable: false });
    const scopes = new Map<number, CancellationScope>();
    /** Activities that the interpreter has asked to stop. It asks once, so what they become later must heed it. */
    const unwanted = new Set<number>();
    /** How often an activity has waited for a deploy. */
    const drifts = new Map<number, number>();
    const admission = new Admission(schedule);

    CancellationScope.current().cancelRequested.catch(() => happen({ type: 'cancel_requested' }));
    happen({ type: 'start', input: state.input, run: state.run });

    function happen(event: Happening): void {
      // An exception here is a bug of ours; rejecting with a plain Error fails the task, so that a fix recovers the run.
      try {
        for (const command of advance(plan, state, { ...event, now: Date.now() } as HostEvent))
          perform(command);
      } catch (error) {
        reject(error);
      }
    }

    function perform(command: Command): void {
      switch (command.type) {
        case 'schedule_activity':
          admit(command);
          return;
        case 'cancel_activity':
          cancelActivity(command.id);
          return;
        case 'start_timer':
          startTimer(command.id, command.durationMs, command.summary);
          return;
        case 'cancel_timer':
          scopes.get(command.id)?.cancel();
          scopes.delete(command.id);
          return;
        case 'complete':
          complete(command.output);
          return;
        case 'fail':
          reject(toApplicationFailure(command.failure));
          return;
        case 'cancelled':
          reject(new CancelledFailure('The workflow was cancelled'));
      }
    }

    function admit(command: ScheduleActivity): void {
      const bytes = jsonBytes(command.input);
      if (bytes <= MAXIMUM_PAYLOAD_BYTES) return admission.add(command, bytes);
      const { id, activity } = command;
      const message = tooLarge(`the input of ${activity}`, bytes);
      endLater(id, { type: 'activity_failed', id, failure: { type: PAYLOAD_TOO_LARGE, message, activity } });
    }

    function complete(output: Json): void {
      const bytes = jsonBytes(output);
      if (bytes <= MAXIMUM_PAYLOAD_BYTES) return resolve(output);
      reject(
        toApplicationFailure({ type: PAYLOAD_TOO_LARGE, message: tooLarge('the output of the run', bytes) }),
      );
    }

    function startTimer(id: number, durationMs: number, summary: string): void {
      inScope(id, () => sleep(durationMs, { summary })).then(
        // One that was cancelled in the task in which it fires fires all the same, and nobody waits for it any more.
        () => scopes.has(id) && end(id, { type: 'timer_fired', id }),
        ignoreCancellation,
      );
    }

    function cancelActivity(id: number): void {
      unwanted.add(id);
      // One that waits for admission, or never will be admitted, was never told to anybody.
      if (admission.withdraw(id)) endLater(id, { type: 'activity_cancelled', id });
      else scopes.get(id)?.cancel();
    }

    function schedule(command: ScheduleActivity): void {
      const { id, activity } = command;
      const about: ActivityCall = { key: command.key, signature: command.signature };
      const { [activity]: call } = proxyActivities<Activities>(activityOptions(command, taskQueues));
      inScope(id, () => call!(command.input, about)).then(
        (output) => end(id, { type: 'activity_completed', id, output: output ?? {} }),
        (error) => fail(command, error),
      );
    }

    function fail(command: ScheduleActivity, error: unknown): void {
      const { id } = command;
      if (isCancellation(error)) return end(id, { type: 'activity_cancelled', id });
      const failure = toFailure(error, command.activity);
      if (failure.type === SIGNATURE_DRIFT) return waitForDeploy(command, failure);
      end(id, { type: 'activity_failed', id, failure });
    }

    /** A deploy under way is nobody's failure, whatever `maximum_attempts` says: the call is made again. */
    function waitForDeploy(command: ScheduleActivity, { message }: Failure): void {
      const { id } = command;
      const cancelled = (): void => end(id, { type: 'activity_cancelled', id });
      if (unwanted.has(id)) return cancelled();
      const waits = drifts.get(id) ?? 0;
      drifts.set(id, waits + 1);
      const delay = Math.min(FIRST_DRIFT_WAIT_MS * 2 ** waits, LONGEST_DRIFT_WAIT_MS);
      admission.release(id);
      inScope(id, () => sleep(delay, { summary: message })).then(
        () => (unwanted.has(id) ? cancelled() : admit(command)),
        cancelled,
      );
    }

    function end(id: number, event: Happening): void {
      scopes.delete(id);
      unwanted.delete(id);
      drifts.delete(id);
      happen(event);
      admission.release(id);
    }

    /** After the commands of this turn: an event must not interrupt them (H1). */
    function endLater(id: number, event: Happening): void {
      void Promise.resolve().then(() => end(id, event));
    }

    function inScope<T>(id: number, work: () => Promise<T>): Promise<T> {
      const scope = new CancellationScope({ cancellable: true, parent: shield });
      scopes.set(id, scope);
      return scope.run(work);
    }
  });
}

function activityOptions(
  command: ScheduleActivity,
  taskQueues: TaskQueues,
): Parameters<typeof proxyActivities>[0] {
  const { retry, timeouts } = command;
  const domain = command.activity.slice(0, command.activity.indexOf('/'));
  const taskQueue = Object.hasOwn(taskQueues, domain) ? taskQueues[domain] : undefined;
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
  };
}

function ignoreCancellation(error: unknown): void {
  if (!isCancellation(error)) throw error;
}

function toApplicationFailure(failure: Failure): ApplicationFailure {
  const { type, message, ...rest } = failure;
  return ApplicationFailure.create({ type, message, details: [rest], nonRetryable: true });
}
