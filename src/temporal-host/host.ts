import {
  CancellationScope,
  CancelledFailure,
  getExternalWorkflowHandle,
  isCancellation,
  sleep,
  upsertMemo,
} from '@temporalio/workflow';
import type { Command, Failure, HostEvent } from '../interpreter/host.ts';
import { advance } from '../interpreter/interpreter.ts';
import { jsonBytes, MAXIMUM_PAYLOAD_BYTES, PAYLOAD_TOO_LARGE, tooLarge } from '../plan/payload.ts';
import type { Json } from '../plan/plan.ts';
import { ActivityCalls } from './activity-calls.ts';
import { Admission } from './admission.ts';
import { Children } from './children.ts';
import { toApplicationFailure } from './failures.ts';
import { Flights, type Happening } from './flights.ts';
import type { Mailbox } from './mailbox.ts';
import { receiveMessages } from './messages.ts';
import type { Pinned } from './pin.ts';
import { upsert, writeStatus } from './search-attributes.ts';

/**
 * Runs a plan on Temporal: carries the interpreter's commands out and takes what becomes of them back, with one
 * pair of callbacks a command and no promise of its own between them.
 * @param pinned what the run is
 * @param mailbox what is sent to the run
 * @returns the run's output; rejects with an ApplicationFailure or a CancelledFailure
 */
export function host(pinned: Pinned, mailbox: Mailbox): Promise<Json> {
  return new Promise((resolve, reject) => {
    const { plan, state } = pinned;
    /** The time of the last event. Time that is not in the history would be another in a replay. */
    let now = pinned.takenUpAt;
    const flights = new Flights((id, event, at) => {
      happen(event, at);
      admission.release(id);
    });
    const admission = new Admission();
    const activities = new ActivityCalls(flights, admission, pinned.taskQueues, () => now);
    const children = new Children(flights, admission);

    const run = CancellationScope.current();
    // Nothing was begun, so there is nothing to stop or to undo.
    if (run.consideredCancelled) return reject(cancelled());
    run.cancelRequested.catch(() => happen({ type: 'cancel_requested' }));
    happen({ type: 'start', input: state.input, run: state.run }, now);
    let isTakenUp = false;
    receiveMessages(pinned, mailbox, (event) => happen(event, isTakenUp ? Date.now() : pinned.takenUpAt));
    isTakenUp = true;

    function happen(event: Happening, at: number = Date.now()): void {
      now = Math.max(now, at);
      // An exception here is a bug of ours; rejecting with a plain Error fails the task, so that a fix recovers the run.
      try {
        for (const command of advance(plan, state, { ...event, now } as HostEvent)) perform(command);
      } catch (error) {
        reject(error);
      }
    }

    function perform(command: Command): void {
      switch (command.type) {
        case 'schedule_activity':
          return activities.schedule(command);
        case 'cancel_activity':
          return activities.cancel(command.id);
        case 'start_timer':
          return startTimer(command.id, command.durationMs, command.summary);
        case 'cancel_timer':
          return flights.forget(command.id);
        case 'start_child':
          return children.start(command);
        case 'cancel_child':
          return children.cancel(command.id);
        case 'signal_workflow':
          return signal(command);
        case 'upsert_search_attributes':
          return upsert(command.attributes);
        case 'upsert_memo':
          return writeMemo(command.memo);
        case 'park':
          return writeStatus('parked');
        case 'unpark':
          return writeStatus(null);
        case 'complete':
          return complete(command.output);
        case 'fail':
          return fail(command.failure);
        case 'cancelled':
          return reject(cancelled());
      }
    }

    function complete(output: Json): void {
      const bytes = jsonBytes(output);
      if (bytes <= MAXIMUM_PAYLOAD_BYTES) resolve(output);
      else fail({ type: PAYLOAD_TOO_LARGE, message: tooLarge('the output of the run', bytes) });
    }

    function fail(failure: Failure): void {
      reject(toApplicationFailure(failure));
    }

    function startTimer(id: number, durationMs: number, summary: string): void {
      flights
        .run(id, () => sleep(durationMs, { summary }))
        .then(
          // One that was cancelled in the task in which it fires fires all the same, and nobody waits for it any more.
          () => flights.has(id) && flights.end(id, { type: 'timer_fired', id }),
          ignoreCancellation,
        );
    }

    function signal(command: Extract<Command, { type: 'signal_workflow' }>): void {
      const { id, workflowId, signal: name, payload } = command;
      const failed = (failure: Failure): Happening => ({ type: 'signal_failed', id, failure });
      const bytes = jsonBytes(payload);
      if (bytes > MAXIMUM_PAYLOAD_BYTES) {
        const message = tooLarge(`the payload of the signal '${name}'`, bytes);
        return flights.endLater(id, failed({ type: PAYLOAD_TOO_LARGE, message }));
      }
      admission.add(id, bytes, () => {
        flights
          .run(id, () => getExternalWorkflowHandle(workflowId).signal(name, payload))
          .then(
            () => flights.end(id, { type: 'signal_sent', id }),
            // The server has no other reason to refuse one.
            () => flights.end(id, failed(notThere(workflowId, name))),
          );
      });
    }

    function writeMemo(memo: { readonly [key: string]: Json }): void {
      const bytes = jsonBytes(memo);
      if (bytes <= MAXIMUM_PAYLOAD_BYTES) upsertMemo(memo);
      else fail({ type: PAYLOAD_TOO_LARGE, message: tooLarge('the memo', bytes) });
    }
  });
}

function cancelled(): CancelledFailure {
  return new CancelledFailure('The workflow was cancelled');
}

function ignoreCancellation(error: unknown): void {
  if (!isCancellation(error)) throw error;
}

function notThere(workflowId: string, signal: string): Failure {
  return {
    type: 'WorkflowNotFound',
    message: `no run of the id '${workflowId}' is open, so nobody takes the signal '${signal}'`,
  };
}
