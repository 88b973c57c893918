/** What is done with a schedule that is there: it is looked at, paused, triggered, filled back. */
import { type Client, type ScheduleDescription, WorkflowNotFoundError } from '@temporalio/client';
import type { ScheduleOverlap, SchedulePlan } from '../plan/schedule.ts';
import { describeSchedule } from './apply-schedules.ts';
import { ownerOf, toPolicy, whenOf } from './schedule-content.ts';

/** How a schedule stands. Times are ISO. */
export interface ScheduleStatus {
  readonly id: string;
  readonly definition: string;
  /** `undefined`: it was changed elsewhere, to times that no definition can say. */
  readonly when?: SchedulePlan['when'];
  readonly paused: boolean;
  /** Why it is paused, or what the last person had to say about it. */
  readonly note?: string;
  /** Absent while it is paused, and where there is none. */
  readonly nextRun?: string;
  readonly lastRun?: LastRun;
}

export interface LastRun {
  readonly workflowId: string;
  /** When it was due. */
  readonly scheduledAt: string;
  /** Temporal's status in lower case, `completed`, `timed_out`; `forgotten`: longer ago than the server remembers. */
  readonly outcome: string;
}

/** The schedule that a command names, if this project may touch it. */
export type OwnSchedule =
  | { readonly description: ScheduleDescription; readonly problem?: never }
  | { readonly problem: 'unknown' | 'foreign' };

export async function findOwnSchedule(client: Client, project: string, id: string): Promise<OwnSchedule> {
  const description = await describeSchedule(client, id);
  if (description === undefined) return { problem: 'unknown' };
  if (description === 'unreadable') return { problem: 'foreign' };
  return ownerOf(description)?.project === project ? { description } : { problem: 'foreign' };
}

/** How a project's own schedule stands; `undefined` if there is none. */
export async function statusOfSchedule(
  client: Client,
  project: string,
  id: string,
): Promise<ScheduleStatus | undefined> {
  const found = await findOwnSchedule(client, project, id);
  if (found.problem !== undefined) return undefined;
  const { description } = found;
  const { state, info, spec } = description;
  const when = whenOf(spec);
  const [next] = info.nextActionTimes;
  const last = info.recentActions.at(-1);
  return {
    id,
    definition: ownerOf(description)!.definition,
    ...(when && { when }),
    paused: state.paused,
    ...(state.note && { note: state.note }),
    ...(next && !state.paused && { nextRun: next.toISOString() }),
    ...(last && {
      lastRun: {
        workflowId: last.action.workflow.workflowId,
        scheduledAt: last.scheduledAt.toISOString(),
        outcome: await outcomeOfLast(client, last.action.workflow.workflowId),
      },
    }),
  };
}

/** Of the latest run with this id: a run that has continued as new is still the same to whoever looks. */
async function outcomeOfLast(client: Client, workflowId: string): Promise<string> {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    return status.name.toLowerCase();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'forgotten';
    throw error;
  }
}

export function pauseSchedule(client: Client, id: string, note: string): Promise<void> {
  return client.schedule.getHandle(id).pause(note);
}

export function unpauseSchedule(client: Client, id: string, note: string): Promise<void> {
  return client.schedule.getHandle(id).unpause(note);
}

export interface StartedBySchedule {
  readonly workflowId: string;
  readonly runId: string;
}

const TRIGGER_PATIENCE_MS = 10_000;
const POLL_MS = 50;

/**
 * Starts a run now, paused or not, whatever else is under way.
 * @param before the schedule as it was before
 * @returns `undefined` if the server has not started one in time: one that was triggered in the same second has its id
 */
export async function triggerSchedule(
  client: Client,
  before: ScheduleDescription,
): Promise<StartedBySchedule | undefined> {
  const handle = client.schedule.getHandle(before.scheduleId);
  const known = new Set(runsOf(before).map(({ runId }) => runId));
  await handle.trigger('ALLOW_ALL');
  for (const end = Date.now() + TRIGGER_PATIENCE_MS; Date.now() < end; ) {
    const started = runsOf(await handle.describe()).findLast(({ runId }) => !known.has(runId));
    if (started !== undefined) return started;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  return undefined;
}

function runsOf({ info }: ScheduleDescription): StartedBySchedule[] {
  return info.recentActions.map(({ action: { workflow } }) => ({
    workflowId: workflow.workflowId,
    runId: workflow.firstExecutionRunId,
  }));
}

/** Asks for the runs that were due between two times, both included. The server starts them by and by. */
export function backfillSchedule(
  client: Client,
  id: string,
  { from, to, overlap }: { readonly from: Date; readonly to: Date; readonly overlap: ScheduleOverlap },
): Promise<void> {
  return client.schedule.getHandle(id).backfill({ start: from, end: to, overlap: toPolicy(overlap) });
}
