import type { Json, StepPlan } from '../../plan/plan.ts';
import type { Scope } from '../scope.ts';
import { escapeLabel } from '../turn.ts';
import { type Resolved, resolve } from '../values.ts';

export type ForEachStep = Extract<StepPlan, { kind: 'for_each' }>;

/**
 * How paths and idempotency keys name the items: by `key`, else by index. Two items with one key would share
 * one idempotency key, and the second would silently get the first one's result; so that is a failure.
 */
export function labelItems(
  step: ForEachStep,
  items: readonly Json[],
  base: number,
  scope: Scope,
): Resolved<string[] | undefined> {
  if (step.key === undefined) return { ok: true, value: undefined };
  const labels: string[] = [];
  const seen = new Map<string, number>();
  for (let offset = 0; offset < items.length; offset++) {
    const index = base + offset;
    const key = resolve(step.key, { ...scope, [step.as]: items[offset], index });
    if (!key.ok) return key;
    if (typeof key.value !== 'string' && typeof key.value !== 'number') {
      const message = `the key of item ${index} must be a string or a number, got ${JSON.stringify(key.value)}`;
      return { ok: false, failure: { type: 'ExpressionError', message } };
    }
    const label = escapeLabel(String(key.value));
    const first = seen.get(label);
    if (first !== undefined) {
      const message = `items ${first} and ${index} have the same key '${key.value}'; keys must differ`;
      return { ok: false, failure: { type: 'DuplicateKey', message } };
    }
    seen.set(label, index);
    labels.push(label);
  }
  return { ok: true, value: labels };
}
