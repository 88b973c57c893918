/** What is sent to a run, and what it is asked. */
import {
  ApplicationFailure,
  defineQuery,
  defineSignal,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';
import { findUpdateProblem } from '../interpreter/messages.ts';
import { progressOf } from '../interpreter/progress.ts';
import { answerQuery } from '../interpreter/queries.ts';
import { snapshotOf } from '../interpreter/snapshot.ts';
import type { Json } from '../plan/plan.ts';
import { PROGRESS_QUERY, RESUME_SIGNAL, STATE_QUERY } from '../plan/worker-contract.ts';
import type { Happening } from './flights.ts';
import type { Deliveries, Mailbox, Receipt } from './mailbox.ts';
import type { Pinned } from './pin.ts';

/** The server answers a query with at most 2 MB. */
const MAXIMUM_SNAPSHOT_BYTES = 1024 * 1024;

/**
 * Opens the mailbox of a run that knows what it is, and gives the declared messages handlers of their own: the
 * Web UI offers them, and an update is refused before the history has it. All others come to the mailbox.
 */
export function receiveMessages(pinned: Pinned, mailbox: Mailbox, happen: (event: Happening) => void): void {
  const { plan } = pinned;
  const signal: Deliveries['signal'] = (name, payload) => {
    if (name === RESUME_SIGNAL) happen({ type: 'resume_requested', skip: skips(payload) });
    else happen({ type: 'message_received', kind: 'signal', name, payload });
  };
  const take: Deliveries['update'] = (name, payload) => {
    const receipt = { received_at: new Date(Date.now()).toISOString() };
    happen({ type: 'message_received', kind: 'update', name, payload });
    return receipt;
  };
  mailbox.open({
    signal,
    update: (name, payload) => {
      refuse(pinned, name, payload);
      return take(name, payload);
    },
  });
  for (const name of Object.keys(plan.signals ?? {}))
    setHandler(defineSignal<[Json?]>(name), (payload = {}) => signal(name, payload));
  for (const name of Object.keys(plan.updates ?? {})) {
    // What was accepted once is in the history: the handler must not think again.
    setHandler(defineUpdate<Receipt, [Json?]>(name), (payload = {}) => take(name, payload), {
      validator: (payload = {}) => refuse(pinned, name, payload),
    });
  }
  for (const name of Object.keys(plan.queries ?? {}))
    setHandler(defineQuery(name), () => answer(name, pinned));
}

/** Answers any query; before the run knows what it is, it has no progress. Throws what the asker is told. */
export function answer(query: string, pinned: Pinned | undefined): unknown {
  if (pinned === undefined) {
    if (query === PROGRESS_QUERY) return null;
    throw new Error(`'${query}' cannot be answered yet; no worker has taken the run up`);
  }
  const { plan, state } = pinned;
  if (query === PROGRESS_QUERY) return progressOf(plan, state);
  if (query === STATE_QUERY) return snapshotOf(plan, state, MAXIMUM_SNAPSHOT_BYTES);
  const declared = Object.keys(plan.queries ?? {});
  if (!declared.includes(query)) {
    const known = [PROGRESS_QUERY, STATE_QUERY, ...declared].join(', ');
    throw new Error(`unknown query '${query}'; this workflow answers ${known}`);
  }
  const answered = answerQuery(plan, state, query, Date.now());
  if (!answered.ok) throw new Error(answered.message);
  return answered.value;
}

/** @throws ApplicationFailure of type `UpdateRejected` */
function refuse({ plan, state }: Pinned, name: string, payload: Json): void {
  const problem = findUpdateProblem(plan, state, name, payload, Date.now());
  if (problem === undefined) return;
  throw ApplicationFailure.create({ type: 'UpdateRejected', message: problem, nonRetryable: true });
}

function skips(payload: Json): boolean {
  return typeof payload === 'object' && payload !== null && !Array.isArray(payload) && payload.skip === true;
}
