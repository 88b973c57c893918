/** Makes Temporal's schedules those of the definitions. What is to be done, `schedules.ts` decides. */
import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleClient,
  type ScheduleDescription,
  ScheduleNotFoundError,
} from '@temporalio/client';
import type { SchedulePlan } from '../plan/schedule.ts';
import { fromTemporal, readMark, toTemporal } from './schedule-content.ts';
import {
  OWNER_KEY,
  planSchedule,
  planSchedules,
  type ScheduleChange,
  type ScheduleContent,
  type ScheduleScope,
  type WantedSchedule,
} from './schedules.ts';

/** What became of a change. */
export interface ScheduleResult extends ScheduleChange {
  /** Why Temporal did not take it. */
  readonly refused?: string;
}

/** How often a schedule is looked at anew that others change at the same time. */
const MAXIMUM_LOOKS = 10;

/** What `applySchedules` would do. Writes nothing. */
export async function lookAtSchedules(
  client: Client,
  wanted: readonly WantedSchedule[],
  scope: ScheduleScope,
): Promise<ScheduleChange[]> {
  // The list lags behind, so that what is wanted is looked at by its id; so is what the list has, which may be gone.
  const listed = await ownScheduleIds(client, scope.project);
  const ids = new Set([...wanted.map(({ id }) => id), ...listed]);
  const found = await Promise.all(
    [...ids].map(async (id) => {
      const description = await describeSchedule(client, id);
      return description === undefined ? [] : [fromTemporal(id, description)];
    }),
  );
  return planSchedules(wanted, found.flat(), scope);
}

/** Carries changes out, each on its own: one that is refused holds up no other. */
export async function applySchedules(
  client: Client,
  wanted: readonly WantedSchedule[],
  changes: readonly ScheduleChange[],
  scope: ScheduleScope,
): Promise<ScheduleResult[]> {
  const byId = new Map(wanted.map((one) => [one.id, one]));
  const results: ScheduleResult[] = [];
  for (const change of changes) {
    const writes = ['create', 'update', 'remove'].includes(change.action);
    results.push(writes ? await carryOut(client, byId.get(change.id), change, scope) : change);
  }
  return results;
}

/** The ids of all schedules of a project, as far as the server's list knows them yet. */
export async function ownScheduleIds(client: Client, project: string): Promise<string[]> {
  const ids: string[] = [];
  let nextPageToken: Uint8Array | undefined | null;
  do {
    // Not by the SDK's list, which reads the memos of all, and falls over one that somebody has encrypted.
    const page = await client.workflowService.listSchedules({
      namespace: client.options.namespace,
      maximumPageSize: 1000,
      ...(nextPageToken && { nextPageToken }),
    });
    for (const { scheduleId, memo } of page.schedules ?? []) {
      const owner = readMark(memo?.fields?.[OWNER_KEY]?.data);
      if (owner?.project === project) ids.push(scheduleId!);
    }
    nextPageToken = page.nextPageToken;
  } while (nextPageToken?.length);
  return ids;
}

/** `undefined` if there is none with this id; `unreadable` if its memo or its input are not JSON, so not ours. */
export async function describeSchedule(
  client: Client,
  id: string,
): Promise<ScheduleDescription | 'unreadable' | undefined> {
  try {
    return await client.schedule.getHandle(id).describe();
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    if (error instanceof Error && error.name === 'ValueError') return 'unreadable';
    throw error;
  }
}

/**
 * Looks, decides and writes, until there is nothing left to write: whoever applies at the same time may have been
 * first, and the server lets an update fall, silently, if the schedule has changed since the look.
 */
async function carryOut(
  client: Client,
  wanted: WantedSchedule | undefined,
  planned: ScheduleChange,
  scope: ScheduleScope,
): Promise<ScheduleResult> {
  for (let look = 0; look < MAXIMUM_LOOKS; look += 1) {
    const description = await describeSchedule(client, planned.id);
    const found = description && fromTemporal(planned.id, description);
    const change = planSchedule(wanted, found, scope);
    if (change === undefined || change.action === 'unchanged') return planned;
    if (change.action === 'taken' || change.action === 'kept' || description === 'unreadable') return change;
    try {
      await write(client, wanted, change, description, scope.project);
    } catch (error) {
      if (error instanceof ScheduleAlreadyRunning || error instanceof ScheduleNotFoundError) continue;
      const refused = refusalOf(error);
      if (refused === undefined) throw error;
      return { ...planned, refused };
    }
  }
  return { ...planned, refused: 'somebody else changes it all the time' };
}

/** What the server finds wrong in a schedule; of its times, the SDK throws that as a bare TypeError. */
function refusalOf(error: unknown): string | undefined {
  if (error instanceof TypeError) return error.message;
  const INVALID_ARGUMENT = 3;
  const { cause } = error as { readonly cause?: { readonly code?: number; readonly details?: string } };
  return cause?.code === INVALID_ARGUMENT ? (cause.details ?? 'invalid') : undefined;
}

async function write(
  client: Client,
  wanted: WantedSchedule | undefined,
  { id, action }: ScheduleChange,
  description: ScheduleDescription | undefined,
  project: string,
): Promise<void> {
  if (action === 'remove') return client.schedule.getHandle(id).delete();
  const { definition, content } = wanted!;
  const sent = toTemporal(content as ScheduleContent & { readonly when: SchedulePlan['when'] });
  if (description === undefined) {
    const owner = { project, definition };
    await client.schedule.create({ scheduleId: id, ...sent, memo: { [OWNER_KEY]: owner } });
    return;
  }
  const { raw, policies } = description;
  const { pauseOnFailure } = policies;
  await sinceToken(client.schedule, raw.conflictToken!)
    .getHandle(id)
    .update(({ state }) => ({
      ...sent,
      policies: { ...sent.policies, ...(pauseOnFailure !== undefined && { pauseOnFailure }) },
      // An update replaces all of a schedule: a pause, its note and a limit stay only if they are sent again.
      state,
    }));
}

/** A client whose updates only hold if nobody has paused or changed the schedule since; the SDK's overwrite that. */
function sinceToken(client: ScheduleClient, conflictToken: Uint8Array): ScheduleClient {
  const { workflowService } = client;
  const updateSchedule = (request: object) =>
    workflowService.updateSchedule({ ...request, conflictToken } as never);
  const guarded = Object.create(workflowService, { updateSchedule: { value: updateSchedule } });
  return Object.create(client, { workflowService: { value: guarded } });
}
