/** The live steps of a run: redrawn in place in a terminal, a line a step where output is piped, events for programs. */
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
  /** Shows how far the run is; `undefined` while nobody has told. */
  update(progress: Progress | undefined): void;
}

/** A view that redraws itself on a terminal. */
export function liveView(write: (text: string) => void, now: () => number): RunView {
  let drawn = 0;
  return {
    update(progress) {
      if (progress === undefined) return;
      const lines = progress.steps.map((step) => describeStep(step, now()));
      // Up over what was drawn before, each line cleared to its end.
      const up = drawn > 0 ? `\u001b[${drawn}A` : '';
      write(up + lines.map((line) => `${line}\u001b[K\n`).join(''));
      drawn = lines.length;
    },
  };
}

/** How long a step may run in silence where output is piped. */
const EVERY_MS = 2000;

/** A view that says once how each step ended, and now and then how far one is that takes long. */
export function lineView(write: (text: string) => void, now: () => number): RunView {
  const ended = new Set<string>();
  const told = new Map<string, number>();
  return {
    update(progress) {
      for (const step of progress?.steps ?? []) {
        if (step.status === 'pending' || ended.has(step.id)) continue;
        if (step.status !== 'running') ended.add(step.id);
        else if (now() - (told.get(step.id) ?? Date.parse(step.startedAt!)) < EVERY_MS) continue;
        told.set(step.id, now());
        write(`${describeStep(step, now())}\n`);
      }
    },
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

/** A view that tells each change of a step's status, and now and then how far one is that takes long. */
export function eventView(emit: (event: StepEvent) => void, now: () => number): RunView {
  const told = new Map<string, { readonly status: StepProgress['status']; readonly at: number }>();
  return {
    update(progress) {
      for (const step of progress?.steps ?? []) {
        const last = told.get(step.id);
        if (step.status === 'pending') continue;
        const long = step.items !== undefined && step.status === 'running';
        if (last?.status === step.status && !(long && now() - last.at >= EVERY_MS)) continue;
        told.set(step.id, { status: step.status, at: now() });
        emit(toStepEvent(step));
      }
    },
  };
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

/** `✓ pay  145/145  312/s  0.5 s`. */
export function describeStep(step: StepProgress, now: number): string {
  const parts = [`${MARKS[step.status]} ${step.id}`];
  const started = step.startedAt === undefined ? undefined : Date.parse(step.startedAt);
  const finished = step.finishedAt === undefined ? now : Date.parse(step.finishedAt);
  const elapsed = started === undefined ? 0 : Math.max(0, finished - started);
  if (step.items !== undefined) parts.push(describeItems(step.items, elapsed));
  if (step.status !== 'pending' && step.status !== 'completed') parts.push(step.status);
  if (started !== undefined && step.status !== 'skipped')
    parts.push(err.dim(`${(elapsed / 1000).toFixed(1)} s`));
  return parts.join('  ');
}

function describeItems(items: NonNullable<StepProgress['items']>, elapsedMs: number): string {
  const done = items.succeeded + items.failed;
  const rate = elapsedMs > 0 && done > 0 ? `  ${Math.round((done * 1000) / elapsedMs)}/s` : '';
  const failed = items.failed > 0 ? `  ${err.red(`${items.failed} failed`)}` : '';
  return `${done}/${items.total}${rate}${failed}`;
}
