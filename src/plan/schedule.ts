import type { JsonObject } from './plan.ts';

/** One entry of a definition's `schedules`. No part of the plan: a run does not know who started it. */
export interface SchedulePlan {
  /** Unique in the definition. */
  readonly name: string;
  /** A cron expression of five fields, or the time between two starts. */
  readonly when: { readonly cron: string; readonly timeZone: string } | { readonly everyMs: number };
  readonly overlap: ScheduleOverlap;
  /** How late a missed start may be made up for; Temporal's own unless given. */
  readonly catchupMs?: number;
  readonly input: JsonObject;
}

export type ScheduleOverlap =
  | 'skip'
  | 'buffer_one'
  | 'buffer_all'
  | 'cancel_other'
  | 'terminate_other'
  | 'allow_all';
