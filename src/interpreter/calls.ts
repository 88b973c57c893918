import type {
  ActivityOptionsPlan,
  ActivityTimeoutsPlan,
  JsonObject,
  PriorityPlan,
  Value,
} from '../plan/plan.ts';
import type { Priority, ScheduleActivity } from './host.ts';
import type { Scope } from './scope.ts';
import { escapeLabel, type Turn } from './turn.ts';
import {
  type Resolved,
  resolve,
  resolveCount,
  resolveDuration,
  resolveNumber,
  resolveText,
} from './values.ts';

/** A call of an activity, but for the id of its command. */
export type Call = Omit<ScheduleActivity, 'id'>;

/** What is called, and how. */
export interface Callee extends ActivityOptionsPlan {
  readonly activity: string;
  readonly with: Value;
}

/**
 * Computes everything that a call of an activity needs.
 * @param path the step's place in the graph, `pay[42]/transfer`; idempotency hangs on it
 * @param more what goes into the input beside `with`
 */
export function resolveCall(
  turn: Turn,
  callee: Callee,
  scope: Scope,
  {
    path,
    summary,
    more,
  }: { readonly path: string; readonly summary?: string | undefined; readonly more?: JsonObject },
): Resolved<Call> {
  const input = resolve(callee.with, scope);
  if (!input.ok) return input;
  const timeouts = resolveTimeouts(turn, callee, scope);
  if (!timeouts.ok) return timeouts;
  const taskQueue = optional(callee.taskQueue, scope, resolveText);
  if (!taskQueue.ok) return taskQueue;
  const priority = resolvePriority(callee.priority, scope);
  if (!priority.ok) return priority;
  const signature = turn.plan.signatures[callee.activity]!;
  return {
    ok: true,
    value: {
      type: 'schedule_activity',
      activity: callee.activity,
      input: more === undefined ? (input.value ?? {}) : { ...(input.value as JsonObject), ...more },
      key: keyOf(turn, path),
      step: path,
      effect: signature.effect,
      signature: signature.hash,
      retry: { ...callee.retry, nonRetryable: nonRetryableErrors(signature.errors) },
      timeouts: timeouts.value,
      summary: summary ?? path,
      ...(callee.local && { local: true }),
      ...(taskQueue.value !== undefined && { taskQueue: taskQueue.value }),
      ...(priority.value !== undefined && { priority: priority.value }),
    },
  };
}

/** The idempotency key of a place in the graph: the same in every run with the same business key. */
export function keyOf({ plan, state: { run } }: Turn, path: string): string {
  return `${plan.id === undefined ? run.rootRunId : escapeLabel(run.id)}/${path}`;
}

/** Temporal's priority, where a step has one. */
export function resolvePriority(
  plan: PriorityPlan | undefined,
  scope: Scope,
): Resolved<Priority | undefined> {
  if (plan === undefined) return { ok: true, value: undefined };
  const priorityKey = optional(plan.priority, scope, resolveCount);
  if (!priorityKey.ok) return priorityKey;
  const fairnessKey = optional(plan.fairnessKey, scope, resolveText);
  if (!fairnessKey.ok) return fairnessKey;
  const fairnessWeight = optional(plan.fairnessWeight, scope, resolveNumber);
  if (!fairnessWeight.ok) return fairnessWeight;
  return {
    ok: true,
    value: {
      ...(priorityKey.value !== undefined && { priorityKey: priorityKey.value }),
      ...(fairnessKey.value !== undefined && { fairnessKey: fairnessKey.value }),
      ...(fairnessWeight.value !== undefined && { fairnessWeight: fairnessWeight.value }),
    },
  };
}

/** A value that may not be given. */
export function optional<T>(
  value: Value | undefined,
  scope: Scope,
  read: (value: Value, scope: Scope) => Resolved<T>,
): Resolved<T | undefined> {
  return value === undefined ? { ok: true, value: undefined } : read(value, scope);
}

/** The text for the Web UI. One that cannot be computed is no reason to fail a payout. */
export function resolveSummary(summary: Value | undefined, scope: Scope): string | undefined {
  if (summary === undefined) return undefined;
  const resolved = resolve(summary, scope);
  return resolved.ok && typeof resolved.value === 'string' ? resolved.value : undefined;
}

function nonRetryableErrors(errors: { readonly [type: string]: { readonly retryable: boolean } }): string[] {
  return Object.keys(errors).filter((type) => !errors[type]!.retryable);
}

function resolveTimeouts(turn: Turn, callee: Callee, scope: Scope): Resolved<ScheduleActivity['timeouts']> {
  const timeouts: { -readonly [name in keyof ScheduleActivity['timeouts']]: number } = {};
  for (const [name, value] of Object.entries(callee.timeouts ?? {}) as [
    keyof ActivityTimeoutsPlan,
    Value,
  ][]) {
    const duration = resolveDuration(value, scope);
    if (!duration.ok) return duration;
    timeouts[`${name}Ms`] = duration.value;
  }
  // Temporal wants one of the two that end an attempt; the signature's bound always holds for one attempt.
  timeouts.startToCloseMs ??= turn.plan.signatures[callee.activity]!.timeoutMs;
  return { ok: true, value: timeouts };
}
