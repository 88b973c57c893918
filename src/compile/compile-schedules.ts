import type { CheckedDocument } from '../check/checked-document.ts';
import type { ScheduleEntry } from '../document/definition.ts';
import type { JsonObject } from '../plan/plan.ts';
import type { ScheduleOverlap, SchedulePlan } from '../plan/schedule.ts';
import { literalOf, milliseconds } from './values.ts';

/** The schedules of a definition that was found right, in the order of the text. */
export function compileSchedules({ definition }: CheckedDocument): readonly SchedulePlan[] {
  return definition.schedules.map((entry) => ({
    name: entry.name!.value,
    when: whenOf(entry),
    overlap: (entry.overlap?.value ?? 'skip') as ScheduleOverlap,
    ...(entry.catchup && { catchupMs: milliseconds(literalOf(entry.catchup, [])) }),
    input: entry.input === undefined ? {} : (literalOf(entry.input, []) as JsonObject),
  }));
}

function whenOf({ cron, every, timeZone }: ScheduleEntry): SchedulePlan['when'] {
  if (cron !== undefined) return { cron: cron.value, timeZone: timeZone?.value ?? 'UTC' };
  return { everyMs: milliseconds(literalOf(every!, [])) };
}
