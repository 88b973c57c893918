/** The live steps of a run: redrawn in place in a terminal, a line a step where output is piped, events for programs. */
import type { Retry } from '../client/runs.ts';
import type { Progress, StepProgress } from '../interpreter/progress.ts';
import { err } from './colors.ts';
import { describeRetry, describeStep, describeTrouble } from './describe-progress.ts';

export interface RunView {
  /** Shows how far the run is; `progress` is `undefined` while nobody has told. */
  update(progress: Progress | undefined, retries: readonly Retry[]): void;
  /** Something else was written meanwhile: what comes next is drawn below it. */
  restart(): void;
}

/** Lines that are cut at the terminal's edge: a wrapped one would be where going up does not look for it. */
const UNWRAPPED = { on: '\u001b[?7l', off: '\u001b[?7h' };

/**
 * A view that redraws itself on a terminal.
 * @param resume the command that makes the run go on if it is parked
 */
export function liveView(
  write: (text: string) => void,
  now: () => number,
  resume: string,
  rows: () => number = () => 24,
): RunView {
  let drawn = 0;
  return {
    update(progress, retries) {
      if (progress === undefined) return;
      const below = [...retries.map((retry) => describeRetry(retry)), ...describeTrouble(progress, resume)];
      const lines = [...stepsInSight(progress.steps, now(), rows() - below.length - 2), ...below];
      // Up over what was drawn before, each line cleared to its end, and what was longer cleared below.
      const up = drawn > 0 ? `\u001b[${drawn}A` : '';
      const drawing = lines.map((line) => `${line}\u001b[K\n`).join('');
      write(`${UNWRAPPED.on}${up}${drawing}\u001b[J${UNWRAPPED.off}`);
      drawn = lines.length;
    },
    restart() {
      drawn = 0;
    },
  };
}

/** As many steps as there is room for, from the one before the first that runs: what has scrolled away cannot be redrawn. */
function stepsInSight(steps: readonly StepProgress[], now: number, room: number): string[] {
  const describe = (step: StepProgress): string => describeStep(step, now);
  if (steps.length <= Math.max(2, room)) return steps.map(describe);
  const shown = Math.max(1, room - 1);
  const current = steps.findIndex(({ status }) => status === 'running' || status === 'pending');
  const from = Math.min(Math.max(0, (current < 0 ? steps.length : current) - 1), steps.length - shown);
  const others = err.dim(`… ${steps.length - shown} other steps`);
  return [...steps.slice(from, from + shown).map(describe), others];
}

/** How long a step may run in silence where output is piped. */
const EVERY_MS = 2000;

/** A view that says once how each step ended, and now and then how far one is that takes long. */
export function lineView(write: (text: string) => void, now: () => number, resume: string): RunView {
  const trouble = newLines();
  const ended = new Set<string>();
  const told = new Map<string, number>();
  const news = newRetries();
  return {
    update(progress, retries) {
      for (const step of progress?.steps ?? []) {
        if (step.status === 'pending' || ended.has(step.id)) continue;
        if (step.status !== 'running') ended.add(step.id);
        else if (now() - (told.get(step.id) ?? Date.parse(step.startedAt!)) < EVERY_MS) continue;
        told.set(step.id, now());
        write(`${describeStep(step, now())}\n`);
      }
      for (const retry of news(retries)) write(`${describeRetry(retry)}\n`);
      if (progress === undefined) return;
      for (const line of trouble(describeTrouble(progress, resume))) write(`${line}\n`);
    },
    restart() {},
  };
}

/** Leaves out the lines that stood there the last time. */
function newLines(): (lines: readonly string[]) => string[] {
  let last: readonly string[] = [];
  return (lines) => {
    const fresh = lines.filter((line) => !last.includes(line));
    last = lines;
    return fresh;
  };
}

/** What `--json` says of a step. */
export interface StepEvent {
  readonly event: 'step';
  readonly step: string;
  readonly kind: string;
  readonly status: StepProgress['status'];
  readonly phase?: NonNullable<StepProgress['phase']>;
  /** ISO times. */
  readonly started_at?: string;
  readonly finished_at?: string;
  readonly items?: NonNullable<StepProgress['items']>;
  readonly round?: number;
  readonly winner?: string;
}

/** What `--json` says of activities that are tried again. */
export type RetryEvent = { readonly event: 'retrying' } & Retry;

/** What `--json` says of a run that waits for a person, goes on, or has refused what was sent to it. */
export type TroubleEvent =
  | ({ readonly event: 'parked' } & NonNullable<Progress['parked']>[number])
  | { readonly event: 'resumed' }
  | ({ readonly event: 'refused' } & NonNullable<Progress['refused']>[number]);

/** A view that tells each change of what a step does, and now and then how far one is that takes long. */
export function eventView(
  emit: (event: StepEvent | RetryEvent | TroubleEvent) => void,
  now: () => number,
): RunView {
  const told = new Map<string, { readonly state: string; readonly at: number }>();
  const news = newRetries();
  let trouble: Pick<Progress, 'parked' | 'refused'> = {};
  return {
    update(progress, retries) {
      for (const step of progress?.steps ?? []) {
        const last = told.get(step.id);
        if (step.status === 'pending') continue;
        const { status, phase = '', winner = '' } = step;
        const state = `${status} ${phase} ${winner}`;
        const long = (step.items ?? step.round) !== undefined && status === 'running';
        if (last?.state === state && !(long && now() - last.at >= EVERY_MS)) continue;
        told.set(step.id, { state, at: now() });
        emit(toStepEvent(step));
      }
      for (const retry of news(retries)) emit({ event: 'retrying', ...retry });
      if (progress === undefined) return;
      for (const event of troubleEvents(trouble, progress)) emit(event);
      trouble = progress;
    },
    restart() {},
  };
}

/** What has become of a run's troubles since it was last asked. */
function troubleEvents(
  before: Pick<Progress, 'parked' | 'refused'>,
  { parked = [], refused = [] }: Progress,
): TroubleEvent[] {
  const isNew = (known: readonly object[] = []) => {
    const texts = new Set(known.map((one) => JSON.stringify(one)));
    return (one: object): boolean => !texts.has(JSON.stringify(one));
  };
  return [
    ...parked.filter(isNew(before.parked)).map((one) => ({ event: 'parked' as const, ...one })),
    ...(parked.length === 0 && before.parked !== undefined ? [{ event: 'resumed' as const }] : []),
    ...refused.filter(isNew(before.refused)).map((one) => ({ event: 'refused' as const, ...one })),
  ];
}

/** Leaves out what was told before: an activity that still fails in the same way is no news until its attempts double. */
function newRetries(): (retries: readonly Retry[]) => Retry[] {
  const told = new Map<string, number>();
  return (retries) =>
    retries.filter(({ activity, message, attempt }) => {
      const key = `${activity} ${message}`;
      if (attempt < 2 * (told.get(key) ?? 1)) return false;
      told.set(key, attempt);
      return true;
    });
}

export function toStepEvent(step: StepProgress): StepEvent {
  const { id, kind, status, phase, startedAt, finishedAt, items, round, winner } = step;
  return {
    event: 'step',
    step: id,
    kind,
    status,
    ...(phase !== undefined && { phase }),
    ...(startedAt !== undefined && { started_at: startedAt }),
    ...(finishedAt !== undefined && { finished_at: finishedAt }),
    ...(items !== undefined && { items }),
    ...(round !== undefined && { round }),
    ...(winner !== undefined && { winner }),
  };
}
