/** The live steps of a run: redrawn in place in a terminal, a line a step where output is piped, events for programs. */
import type { Retry } from '../client/runs.ts';
import { visible } from '../diagnostics/code-frame.ts';
import type { Progress, StepProgress } from '../interpreter/progress.ts';
import { err } from './colors.ts';

const MARKS: { readonly [status in StepProgress['status']]: string } = {
  pending: err.dim('·'),
  running: err.cyan('▸'),
  completed: err.green('✓'),
  skipped: err.dim('–'),
  caught: err.yellow('✓'),
  failed: err.red('✗'),
  cancelled: err.yellow('✗'),
};

export interface RunView {
  /** Shows how far the run is; `progress` is `undefined` while nobody has told. */
  update(progress: Progress | undefined, retries: readonly Retry[]): void;
  /** Something else was written meanwhile: what comes next is drawn below it. */
  restart(): void;
}

/** Lines that are cut at the terminal's edge: a wrapped one would be where going up does not look for it. */
const UNWRAPPED = { on: '\u001b[?7l', off: '\u001b[?7h' };

/** A view that redraws itself on a terminal. */
export function liveView(
  write: (text: string) => void,
  now: () => number,
  rows: () => number = () => 24,
): RunView {
  let drawn = 0;
  return {
    update(progress, retries) {
      if (progress === undefined) return;
      const tried = retries.map(describeRetry);
      const lines = [...stepsInSight(progress.steps, now(), rows() - tried.length - 2), ...tried];
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
export function lineView(write: (text: string) => void, now: () => number): RunView {
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
    },
    restart() {},
  };
}

/** What `--json` says of a step. */
export interface StepEvent {
  readonly event: 'step';
  readonly step: string;
  readonly kind: string;
  readonly status: StepProgress['status'];
  /** ISO times. */
  readonly started_at?: string;
  readonly finished_at?: string;
  readonly items?: NonNullable<StepProgress['items']>;
}

/** What `--json` says of activities that are tried again. */
export type RetryEvent = { readonly event: 'retrying' } & Retry;

/** A view that tells each change of a step's status, and now and then how far one is that takes long. */
export function eventView(emit: (event: StepEvent | RetryEvent) => void, now: () => number): RunView {
  const told = new Map<string, { readonly status: StepProgress['status']; readonly at: number }>();
  const news = newRetries();
  return {
    update(progress, retries) {
      for (const step of progress?.steps ?? []) {
        const last = told.get(step.id);
        if (step.status === 'pending') continue;
        const long = step.items !== undefined && step.status === 'running';
        if (last?.status === step.status && !(long && now() - last.at >= EVERY_MS)) continue;
        told.set(step.id, { status: step.status, at: now() });
        emit(toStepEvent(step));
      }
      for (const retry of news(retries)) emit({ event: 'retrying', ...retry });
    },
    restart() {},
  };
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

function toStepEvent({ id, kind, status, startedAt, finishedAt, items }: StepProgress): StepEvent {
  return {
    event: 'step',
    step: id,
    kind,
    status,
    ...(startedAt !== undefined && { started_at: startedAt }),
    ...(finishedAt !== undefined && { finished_at: finishedAt }),
    ...(items !== undefined && { items }),
  };
}

/** `▸ pay  45/145  20 running  31/s  3 s left  1.5 s`. */
export function describeStep(step: StepProgress, now: number): string {
  const parts = [`${MARKS[step.status]} ${step.id}`];
  const started = step.startedAt === undefined ? undefined : Date.parse(step.startedAt);
  const finished = step.finishedAt === undefined ? now : Date.parse(step.finishedAt);
  const elapsed = started === undefined ? 0 : Math.max(0, finished - started);
  if (step.items !== undefined) parts.push(...describeItems(step.items, elapsed, step.status === 'running'));
  if (step.status !== 'pending' && step.status !== 'completed') parts.push(step.status);
  if (started !== undefined && step.status !== 'skipped') parts.push(err.dim(describeTime(elapsed)));
  return parts.join('  ');
}

function describeItems(
  { total, running, succeeded, failed }: NonNullable<StepProgress['items']>,
  elapsedMs: number,
  goesOn: boolean,
): string[] {
  const done = succeeded + failed;
  const parts = [`${done}/${total}`];
  if (failed > 0) parts.push(err.red(`${failed} failed`));
  if (goesOn && running > 0) parts.push(`${running} under way`);
  if (elapsedMs > 0 && done > 0) {
    const perSecond = (done * 1000) / elapsedMs;
    parts.push(describeRate(perSecond));
    if (goesOn && done < total) parts.push(`about ${describeTime(((total - done) * 1000) / perSecond)} left`);
  }
  return parts;
}

/** Per second, or per minute or hour where that would be a fraction. */
function describeRate(perSecond: number): string {
  if (perSecond >= 1) return `${perSecond >= 10 ? Math.round(perSecond) : perSecond.toFixed(1)}/s`;
  const [rate, unit] = perSecond * 60 >= 1 ? [perSecond * 60, 'min'] : [perSecond * 3600, 'h'];
  return `${rate >= 10 ? Math.round(rate) : rate.toFixed(1)}/${unit}`;
}

/** `0.5 s`, `4 min 10 s`, `3 h 5 min`, `12 d 4 h`. */
export function describeTime(milliseconds: number): string {
  if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((milliseconds % 60_000) / 1000)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** `↻ payments/transfer-payout  attempt 4  connection refused`. */
function describeRetry({ activity, attempt, pending, message }: Retry): string {
  const many = pending > 1 ? `  ${pending} of them` : '';
  return `${err.yellow('↻')} ${activity}  attempt ${attempt}${many}  ${visible(message.split('\n')[0]!)}`;
}
