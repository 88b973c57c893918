/**
 * What the generic workflow and the worker's activities say to one another. It travels through histories, so it
 * only grows.
 */
import type { Json, Plan } from './plan.ts';

/** The local activity that gives a run its plan; its marker is the pin. */
export const RESOLVE = 'estuary.resolve';

/** The query that every run answers with its `Progress`. */
export const PROGRESS_QUERY = 'estuary.progress';

/** The query that every run answers with its whole state, cut where it is large. */
export const STATE_QUERY = 'estuary.state';

/** The signal that makes a parked run go on; its payload is `{skip?: boolean}`. */
export const RESUME_SIGNAL = 'estuary.resume';

/** The activity that waits for a run that somebody else has started. */
export const JOIN_CHILD = 'estuary.join_child';

/** The search attribute, a Keyword, that says what a person has to look after: `parked`. */
export const STATUS_ATTRIBUTE = 'EstuaryStatus';

export interface ResolveRequest {
  /** The workflow type. */
  readonly type: string;
  /** What the run was started with; absent when it was started with nothing. */
  readonly input?: Json;
  /** Tells one waiting run from another. */
  readonly runId: string;
}

export type Resolution =
  | {
      readonly outcome: 'resolved';
      /** The version of the engine that resolved it. */
      readonly engine: string;
      readonly plan: Plan;
      /** The input with its defaults, where that differs from what the run was started with. */
      readonly input?: Json;
      /** The task queues of domains whose activities are served elsewhere than on the run's own. */
      readonly taskQueues?: TaskQueues;
    }
  /** The run cannot start, and no other worker would say otherwise: it fails with this. */
  | { readonly outcome: 'refused'; readonly type: string; readonly message: string; readonly details: Json }
  /** This worker does not know the definition; another one may, or this one after its deploy. */
  | { readonly outcome: 'unknown'; readonly message: string };

/** Task queues by domain. */
export type TaskQueues = { readonly [domain: string]: string };

/** The mark of a `LocalAnswer`. */
export const TOOK_MS = 'estuary.took_ms';

/** The second argument of every activity call: what it is for. */
export interface ActivityCall {
  /** The idempotency key in readable form, `<root run id>/pay[42]/transfer`. */
  readonly key: string;
  /** The hash of the signature that the plan was compiled against. */
  readonly signature: string;
  /** The key of the call that this one undoes. */
  readonly compensates?: string;
  /** Asks for a `LocalAnswer`. */
  readonly local?: true;
}

/**
 * What a local call answers. How long it took goes into the marker with it: what the workflow's clock says between
 * two local calls is not the same in a replay.
 */
export interface LocalAnswer {
  readonly [TOOK_MS]: number;
  readonly output: Json;
}

/** The step's place in the graph, for people: the key without its run. */
export function stepOf({ key }: Pick<ActivityCall, 'key'>): string {
  return key.slice(key.indexOf('/') + 1);
}

/** What `JOIN_CHILD` is asked. */
export interface JoinRequest {
  readonly workflowId: string;
  /** The type that the run has to have. */
  readonly workflow: string;
  /** Only asks which run it is, and does not wait for its end. */
  readonly detach?: true;
}

/** What `JOIN_CHILD` answers: where it waited, with the run's output. */
export interface JoinedRun {
  readonly runId: string;
  readonly output?: Json;
}

/** A failure of this type is a deploy that is not through yet: the call waits and is made again. */
export const SIGNATURE_DRIFT = 'SignatureDrift';

/** What an activity's failure carries beside type and message, as Temporal's `details`. */
export interface FailureDetails {
  readonly details?: Json;
  readonly attempt: number;
}
