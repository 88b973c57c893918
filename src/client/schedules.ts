/**
 * What is to be done so that Temporal's schedules are those of the definitions. Decides only; `apply-schedules.ts` acts.
 *
 * A schedule is a project's own if its memo says so. The comparison is with what the schedule does say, not with a
 * mark of what was last applied, so that a change made elsewhere is found too. Pause and note are no part of it.
 */
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../plan/plan.ts';
import type { ScheduleOverlap, SchedulePlan } from '../plan/schedule.ts';

/** The key in the memo of a schedule under which `ScheduleOwner` stands. */
export const OWNER_KEY = 'estuary';

/** Whose a schedule is. */
export interface ScheduleOwner {
  readonly project: string;
  /** `payments/batch-payout`. */
  readonly definition: string;
}

/** All that a definition says of a schedule; the names of its keys are those of `changes`. */
export interface ScheduleContent {
  /** `undefined`: at times that no definition can say. */
  readonly when: SchedulePlan['when'] | undefined;
  readonly overlap: ScheduleOverlap;
  readonly catchup_ms: number;
  /** The workflow type. */
  readonly workflow: string;
  /** What the ids of its runs begin with. */
  readonly workflow_id: string;
  /** The arguments of a run. */
  readonly input: readonly Json[];
  readonly task_queue: string;
}

/** A schedule as a definition wants it. */
export interface WantedSchedule {
  /** `payments/batch-payout.nightly`. */
  readonly id: string;
  readonly definition: string;
  readonly content: ScheduleContent;
}

/** A schedule as it is on the server. */
export interface FoundSchedule {
  readonly id: string;
  /** Absent where Estuary has not made it. */
  readonly owner?: ScheduleOwner;
  /** Absent where it cannot be read; then it has no owner either. */
  readonly content?: ScheduleContent;
}

/** What Estuary may touch: the schedules of this project, but for those of definitions with errors. */
export interface ScheduleScope {
  readonly project: string;
  readonly broken: ReadonlySet<string>;
}

export interface ScheduleChange {
  readonly id: string;
  readonly definition: string;
  /**
   * `kept`: of a definition with errors, so that nobody knows what it wants. `taken`: somebody else has a schedule
   * with this id.
   */
  readonly action: 'create' | 'update' | 'remove' | 'unchanged' | 'kept' | 'taken';
  /** What an update changes. */
  readonly changes?: readonly (keyof ScheduleContent)[];
  /** By whom the id is taken; absent where it is not a project of Estuary's. */
  readonly takenBy?: ScheduleOwner;
}

/** What may become of a run that is due while another goes on. */
export const SCHEDULE_OVERLAPS: readonly ScheduleOverlap[] = [
  'skip',
  'buffer_one',
  'buffer_all',
  'cancel_other',
  'terminate_other',
  'allow_all',
];

/** Temporal's own bounds: shorter windows are made this long, and without one it is a year. */
const SHORTEST_CATCHUP_MS = 10_000;
const DEFAULT_CATCHUP_MS = 365 * 24 * 3600 * 1000;

/** A definition's schedule, with what Temporal makes of what is left out. */
export function wantedSchedule(definition: string, taskQueue: string, plan: SchedulePlan): WantedSchedule {
  const id = `${definition}.${plan.name}`;
  return {
    id,
    definition,
    content: {
      when: plan.when,
      overlap: plan.overlap,
      catchup_ms: Math.max(plan.catchupMs ?? DEFAULT_CATCHUP_MS, SHORTEST_CATCHUP_MS),
      workflow: definition,
      workflow_id: id,
      input: [structuredClone(plan.input)],
      task_queue: taskQueue,
    },
  };
}

/**
 * What is to be done about each schedule, by id; schedules that are neither wanted nor this project's are left out.
 * @param found the schedules with wanted ids, and all of this project
 */
export function planSchedules(
  wanted: readonly WantedSchedule[],
  found: readonly FoundSchedule[],
  scope: ScheduleScope,
): ScheduleChange[] {
  const wantedById = new Map(wanted.map((one) => [one.id, one]));
  const foundById = new Map(found.map((one) => [one.id, one]));
  const ids = [...new Set([...wantedById.keys(), ...foundById.keys()])].sort();
  return ids.flatMap((id) => planSchedule(wantedById.get(id), foundById.get(id), scope) ?? []);
}

/** The same of one id; `undefined` if it is none of our business. */
export function planSchedule(
  wanted: WantedSchedule | undefined,
  found: FoundSchedule | undefined,
  { project, broken }: ScheduleScope,
): ScheduleChange | undefined {
  const owner = found?.owner;
  const own = owner?.project === project;
  if (wanted === undefined) {
    if (found === undefined || !own) return undefined;
    const { definition } = owner;
    return { id: found.id, definition, action: broken.has(definition) ? 'kept' : 'remove' };
  }
  const { id, definition, content } = wanted;
  if (found === undefined) return { id, definition, action: 'create' };
  if (!own) return { id, definition, action: 'taken', ...(owner && { takenBy: owner }) };
  const changes = (Object.keys(content) as (keyof ScheduleContent)[]).filter(
    (key) => !isDeepStrictEqual(content[key], found.content?.[key]),
  );
  if (changes.length === 0) return { id, definition, action: 'unchanged' };
  return { id, definition, action: 'update', changes };
}
