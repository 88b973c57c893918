/** Screens of `estuary schedule`: what is to be done, how schedules stand. */
import type { ScheduleResult } from '../client/apply-schedules.ts';
import type { ScheduleStatus } from '../client/schedule-acts.ts';
import { visible } from '../diagnostics/code-frame.ts';
import { formatDuration } from '../expression/duration.ts';
import { out } from './colors.ts';

type Action = ScheduleResult['action'];

const MARKS: { readonly [action in Action]: string } = {
  create: out.green('+'),
  update: out.yellow('~'),
  remove: out.red('-'),
  unchanged: out.dim('='),
  kept: out.yellow('!'),
  taken: out.red('✗'),
};

const DONE: { readonly [action in Action]: string } = {
  create: 'created',
  update: 'updated',
  remove: 'removed',
  unchanged: 'unchanged',
  kept: 'left as it is',
  taken: 'not ours',
};

const TO_DO: { readonly [action in Action]: string } = {
  ...DONE,
  create: 'to create',
  update: 'to update',
  remove: 'to remove',
};

/**
 * A line a schedule and one that counts them.
 * @param applied whether it has been done, or is only to be
 */
export function describeChanges(results: readonly ScheduleResult[], applied: boolean): string[] {
  if (results.length === 0) return ['no definition has schedules, and none is there'];
  const words = applied ? DONE : TO_DO;
  const width = Math.max(...results.map(({ id }) => id.length));
  const lines = results.map((result) => {
    const mark = result.refused === undefined ? MARKS[result.action] : out.red('✗');
    return `${mark} ${result.id.padEnd(width)}  ${describeChange(result, words)}`;
  });
  return [...lines, countChanges(results, words)];
}

function describeChange(result: ScheduleResult, words: typeof DONE): string {
  const { action, changes, refused, takenBy } = result;
  if (refused !== undefined) return `refused: ${visible(refused)}`;
  if (changes !== undefined) return `${words[action]}: ${changes.map(nameOfChange).join(', ')}`;
  if (action === 'kept') return `${words.kept}: ${result.definition} has errors`;
  if (action === 'taken') {
    const whose = takenBy === undefined ? 'somebody else' : `the project '${takenBy.project}'`;
    return `the id is taken: ${visible(whose)} has made a schedule with it`;
  }
  return words[action];
}

/** `task_queue` as `task queue`, `catchup_ms` as `catchup`. */
function nameOfChange(change: string): string {
  return change.replace(/_ms$/, '').replaceAll('_', ' ');
}

function countChanges(results: readonly ScheduleResult[], words: typeof DONE): string {
  const refused = results.filter((result) => result.refused !== undefined).length;
  const counts = (Object.keys(words) as Action[]).map((action) => {
    const count = results.filter((result) => result.action === action && result.refused === undefined).length;
    return [count, words[action]] as const;
  });
  return [...counts, [refused, 'refused'] as const]
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}`)
    .join(', ');
}

/** A schedule of the project, wherever it stands. */
export interface ListedSchedule {
  readonly id: string;
  readonly definition: string;
  /** Whether a definition has it, or may have it since it cannot be read. */
  readonly defined: boolean;
  /** Absent where it is not on the server. */
  readonly status?: ScheduleStatus;
}

const HEADINGS = ['schedule', 'definition', 'when', 'next run', 'last run', 'state'];

/** A table. */
export function describeSchedules(schedules: readonly ListedSchedule[]): string[] {
  if (schedules.length === 0) return ['no definition has schedules, and none is there'];
  const rows = schedules.map((schedule) => {
    const { id, definition, status } = schedule;
    const last = status?.lastRun;
    return [
      id,
      definition,
      describeWhen(status),
      status?.nextRun === undefined ? '–' : minute(status.nextRun),
      last === undefined ? '–' : `${minute(last.scheduledAt)} ${last.outcome.replaceAll('_', ' ')}`,
      describeState(schedule),
    ];
  });
  const widths = HEADINGS.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]!.length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd();
  return [out.dim(line(HEADINGS)), ...rows.map(line)];
}

function describeWhen(status: ScheduleStatus | undefined): string {
  if (status === undefined) return '–';
  const { when } = status;
  if (when === undefined) return 'changed elsewhere';
  if ('everyMs' in when) return `every ${formatDuration(when.everyMs)}`;
  return when.timeZone === 'UTC' ? visible(when.cron) : `${visible(when.cron)} ${when.timeZone}`;
}

function describeState({ defined, status }: ListedSchedule): string {
  if (status === undefined) return 'not applied';
  const note = status.note ? `: ${visible(status.note)}` : '';
  const states = [...(defined ? [] : ['not defined']), ...(status.paused ? [`paused${note}`] : [])];
  return states.join(', ') || 'active';
}

/** `2026-11-23 02:00Z`. */
function minute(iso: string): string {
  return `${iso.slice(0, 16).replace('T', ' ')}Z`;
}
