/** The live steps of a run: redrawn in place in a terminal, a line a change where output is piped. */
import pc from 'picocolors';
import type { Progress, StepProgress } from '../interpreter/progress.ts';

const MARKS: { readonly [status in StepProgress['status']]: string } = {
  pending: pc.dim('·'),
  running: pc.cyan('▸'),
  completed: pc.green('✓'),
  skipped: pc.dim('–'),
  caught: pc.yellow('✓'),
  failed: pc.red('✗'),
  cancelled: pc.yellow('✗'),
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

/** A view that says each change once. */
export function lineView(write: (text: string) => void, now: () => number): RunView {
  const EVERY_MS = 2000;
  const told = new Map<string, { readonly status: string; readonly at: number; readonly done: number }>();
  return {
    update(progress) {
      for (const step of progress?.steps ?? []) {
        const before = told.get(step.id);
        const done = (step.items?.succeeded ?? 0) + (step.items?.failed ?? 0);
        const changed = step.status !== (before?.status ?? 'pending');
        const moved = done !== (before?.done ?? 0) && now() - (before?.at ?? 0) >= EVERY_MS;
        if (!changed && !moved) continue;
        told.set(step.id, { status: step.status, at: now(), done });
        write(`${describeStep(step, now())}\n`);
      }
    },
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
    parts.push(pc.dim(`${(elapsed / 1000).toFixed(1)} s`));
  return parts.join('  ');
}

function describeItems(items: NonNullable<StepProgress['items']>, elapsedMs: number): string {
  const done = items.succeeded + items.failed;
  const rate = elapsedMs > 0 && done > 0 ? `  ${Math.round((done * 1000) / elapsedMs)}/s` : '';
  const failed = items.failed > 0 ? `  ${pc.red(`${items.failed} failed`)}` : '';
  return `${done}/${items.total}${rate}${failed}`;
}
