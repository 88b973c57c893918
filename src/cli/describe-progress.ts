/** How far a run is, in words: a line a step, a line a trouble. */
import type { Retry } from '../client/runs.ts';
import { visible } from '../diagnostics/code-frame.ts';
import type { Progress, StepProgress } from '../interpreter/progress.ts';
import { type Colors, err } from './colors.ts';

/** A run that is parked, and the last messages that it has refused: a line each. */
export function describeTrouble(
  { parked = [], refused = [] }: Progress,
  resume: string,
  paint: Colors = err,
): string[] {
  const SHOWN = 5;
  const more = refused.length - SHOWN;
  return [
    ...describeParked(parked, paint),
    ...(parked.length > 0 ? [`  once that is dealt with: ${paint.bold(resume)}`] : []),
    ...refused
      .slice(-SHOWN)
      .map(({ name, problem }) => `${paint.yellow('refused')} ${visible(name)}: ${visible(problem)}`),
    ...(more > 0 ? [paint.dim(`… ${more} more messages were refused before`)] : []),
  ];
}

/** What could not be undone, a line each. */
export function describeParked(parked: NonNullable<Progress['parked']>, paint: Colors): string[] {
  return parked.map(({ step, type, message }) => {
    const where = step === undefined ? '' : ` at ${step}`;
    return `${paint.red(`parked${where}`)}: ${type}: ${visible(message.split('\n')[0]!)}`;
  });
}

function mark(status: StepProgress['status'], paint: Colors): string {
  switch (status) {
    case 'pending':
      return paint.dim('·');
    case 'running':
      return paint.cyan('▸');
    case 'completed':
      return paint.green('✓');
    case 'skipped':
      return paint.dim('–');
    case 'caught':
      return paint.yellow('✓');
    case 'failed':
      return paint.red('✗');
    case 'cancelled':
      return paint.yellow('✗');
  }
}

/** `▸ pay  45/145  20 running  31/s  3 s left  1.5 s`. */
export function describeStep(step: StepProgress, now: number, paint: Colors = err): string {
  const parts = [`${mark(step.status, paint)} ${step.id}`];
  const started = step.startedAt === undefined ? undefined : Date.parse(step.startedAt);
  const finished = step.finishedAt === undefined ? now : Date.parse(step.finishedAt);
  const elapsed = started === undefined ? 0 : Math.max(0, finished - started);
  if (step.round !== undefined) parts.push(`round ${step.round}`);
  if (step.winner !== undefined) parts.push(`won by ${step.winner}`);
  if (step.items !== undefined)
    parts.push(...describeItems(step.items, elapsed, step.status === 'running', paint));
  if (step.phase !== undefined && step.status === 'running') parts.push(paint.yellow(step.phase));
  else if (step.status !== 'pending' && step.status !== 'completed') parts.push(step.status);
  if (started !== undefined && step.status !== 'skipped') parts.push(paint.dim(describeTime(elapsed)));
  return parts.join('  ');
}

function describeItems(
  { total, running, succeeded, failed }: NonNullable<StepProgress['items']>,
  elapsedMs: number,
  goesOn: boolean,
  paint: Colors,
): string[] {
  const done = succeeded + failed;
  const parts = [`${done}/${total}`];
  if (failed > 0) parts.push(paint.red(`${failed} failed`));
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
export function describeRetry({ activity, attempt, pending, message }: Retry, paint: Colors = err): string {
  const many = pending > 1 ? `  ${pending} of them` : '';
  return `${paint.yellow('↻')} ${activity}  attempt ${attempt}${many}  ${visible(message.split('\n')[0]!)}`;
}
