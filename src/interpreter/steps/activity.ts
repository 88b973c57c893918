import type { ActivityTimeoutsPlan, StepPlan, Value } from '../../plan/plan.ts';
import type { ScheduleActivity } from '../host.ts';
import { type Scope, scopeOf } from '../scope.ts';
import { failStep, frameOf, nextId, type StepKind, stepPath, stepStateOf, type Turn } from '../turn.ts';
import { type Resolved, resolve, resolveDuration } from '../values.ts';

type ActivityStep = Extract<StepPlan, { kind: 'activity' }>;

export const activity: StepKind<'activity'> = {
  start(turn, at, step) {
    const scope = scopeOf(turn, frameOf(turn, at));
    const input = resolve(step.with, scope);
    if (!input.ok) return failStep(turn, at, input.failure);
    const timeouts = resolveTimeouts(turn, step, scope);
    if (!timeouts.ok) return failStep(turn, at, timeouts.failure);
    const summary = resolveSummary(step, scope);

    const id = nextId(turn.state);
    const path = stepPath(turn, at);
    const signature = turn.plan.signatures[step.activity]!;
    stepStateOf(turn, at).command = id;
    turn.state.pending[id] = at;
    turn.commands.push({
      type: 'schedule_activity',
      id,
      activity: step.activity,
      input: input.value ?? {},
      key: `${turn.state.run.rootRunId}/${path}`,
      step: path,
      effect: signature.effect,
      signature: signature.hash,
      retry: { ...step.retry, nonRetryable: nonRetryableErrors(signature.errors) },
      timeouts: timeouts.value,
      summary: summary ?? path,
    });
  },
  cancel(turn, at) {
    turn.commands.push({ type: 'cancel_activity', id: stepStateOf(turn, at).command! });
  },
};

function nonRetryableErrors(errors: { readonly [type: string]: { readonly retryable: boolean } }): string[] {
  return Object.keys(errors).filter((type) => !errors[type]!.retryable);
}

function resolveTimeouts(
  turn: Turn,
  step: ActivityStep,
  scope: Scope,
): Resolved<ScheduleActivity['timeouts']> {
  const timeouts: { -readonly [name in keyof ScheduleActivity['timeouts']]: number } = {};
  for (const [name, value] of Object.entries(step.timeouts ?? {}) as [keyof ActivityTimeoutsPlan, Value][]) {
    const duration = resolveDuration(value, scope);
    if (!duration.ok) return duration;
    timeouts[`${name}Ms`] = duration.value;
  }
  // Temporal wants one of the two that end an attempt; the signature's bound always holds for one attempt.
  timeouts.startToCloseMs ??= turn.plan.signatures[step.activity]!.timeoutMs;
  return { ok: true, value: timeouts };
}

/** The text for the Web UI. A summary that cannot be computed is no reason to fail a payout. */
function resolveSummary(step: ActivityStep, scope: Scope): string | undefined {
  if (step.summary === undefined) return undefined;
  const resolved = resolve(step.summary, scope);
  return resolved.ok && typeof resolved.value === 'string' ? resolved.value : undefined;
}
