/** A schedule between our words and Temporal's. */
import type {
  ScheduleDescription,
  ScheduleOptionsAction,
  ScheduleOverlapPolicy,
  ScheduleSpec,
} from '@temporalio/client';
import type { Json } from '../plan/plan.ts';
import type { ScheduleOverlap, SchedulePlan } from '../plan/schedule.ts';
import { type FoundSchedule, OWNER_KEY, type ScheduleContent, type ScheduleOwner } from './schedules.ts';

/** What is sent to Temporal of a schedule. */
export function toTemporal(content: ScheduleContent & { readonly when: SchedulePlan['when'] }) {
  const { when, overlap, catchup_ms, workflow, workflow_id, input, task_queue } = content;
  const action: ScheduleOptionsAction = {
    type: 'startWorkflow',
    workflowType: workflow,
    workflowId: workflow_id,
    args: [...input],
    taskQueue: task_queue,
  };
  return { spec: specOf(when), action, policies: { overlap: toPolicy(overlap), catchupWindow: catchup_ms } };
}

/** Temporal keeps of a cron expression what it means, and as its comment what stands behind `#`: the text again. */
function specOf(when: SchedulePlan['when']): ScheduleSpec {
  if ('everyMs' in when) return { intervals: [{ every: when.everyMs }] };
  return { cronExpressions: [`${when.cron} # ${when.cron}`], timezone: when.timeZone };
}

export function toPolicy(overlap: ScheduleOverlap): NonNullable<ScheduleOverlapPolicy> {
  return overlap.toUpperCase() as NonNullable<ScheduleOverlapPolicy>;
}

export function fromTemporal(id: string, description: ScheduleDescription | 'unreadable'): FoundSchedule {
  if (description === 'unreadable') return { id };
  const { spec, action, policies } = description;
  const owner = ownerOf(description);
  return {
    id,
    ...(owner && { owner }),
    content: {
      when: whenOf(spec),
      overlap: policies.overlap!.toLowerCase() as ScheduleOverlap,
      catchup_ms: policies.catchupWindow,
      workflow: action.workflowType,
      workflow_id: action.workflowId ?? '',
      input: (action.args ?? []) as Json[],
      task_queue: action.taskQueue,
    },
  };
}

/** The mark that Estuary sets when it creates a schedule. */
export function ownerOf({ memo }: Pick<ScheduleDescription, 'memo'>): ScheduleOwner | undefined {
  const mark = memo?.[OWNER_KEY] as Partial<ScheduleOwner> | undefined | null;
  if (typeof mark?.project !== 'string' || typeof mark.definition !== 'string') return undefined;
  return { project: mark.project, definition: mark.definition };
}

/** The same mark as bytes of JSON; what is none is nobody's. */
export function readMark(data: Uint8Array | null | undefined): ScheduleOwner | undefined {
  if (!data) return undefined;
  try {
    return ownerOf({ memo: { [OWNER_KEY]: JSON.parse(Buffer.from(data).toString()) } });
  } catch {
    return undefined;
  }
}

/** The one cron expression or interval; `undefined` for more, or for less than a definition's. */
export function whenOf(spec: ScheduleDescription['spec']): SchedulePlan['when'] | undefined {
  const { calendars = [], intervals = [], skip = [], startAt, endAt, jitter, timezone } = spec;
  if (calendars.length + intervals.length !== 1 || skip.length > 0) return undefined;
  if (startAt !== undefined || endAt !== undefined || (jitter ?? 0) > 0) return undefined;
  const [calendar] = calendars;
  if (calendar !== undefined) {
    if (!calendar.comment) return undefined;
    return { cron: calendar.comment, timeZone: timezone || 'UTC' };
  }
  const { every, offset } = intervals[0]!;
  return offset ? undefined : { everyMs: every };
}
