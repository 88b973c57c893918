/** What happens before the first step: the run is the one it says it is, and can be found. */
import type { Json, Plan } from '../plan/plan.ts';
import type { Failure } from './host.ts';
import { anyTimeScope } from './scope.ts';
import { resolveSearchAttributes } from './search-attributes.ts';
import type { Turn } from './turn.ts';
import { resolveObject, resolveText } from './values.ts';

/** The workflow id that a definition's `id` makes of an input; `undefined` where it has none, or none comes of it. */
export function runIdOf({ id }: Plan, input: Json): string | undefined {
  const key = id && resolveText(id.key, { input });
  return key?.ok ? key.value : undefined;
}

/** Two runs of one business key under different ids would do everything twice. */
export function checkId({ plan, state }: Turn): Failure | undefined {
  if (plan.id === undefined) return undefined;
  const key = resolveText(plan.id.key, { input: state.input });
  if (!key.ok) return key.failure;
  if (key.value === state.run.id) return undefined;
  return {
    type: 'WorkflowIdMismatch',
    message: `this run has the workflow id '${state.run.id}', and its input makes that '${key.value}'; start it under that id`,
    details: { expected: key.value },
  };
}

/** Sets the run's search attributes and memo. */
export function describeRun(turn: Turn): Failure | undefined {
  const { plan } = turn;
  if (plan.searchAttributes !== undefined) {
    const attributes = resolveSearchAttributes(plan.searchAttributes, anyTimeScope(turn));
    if (!attributes.ok) return attributes.failure;
    turn.commands.push({ type: 'upsert_search_attributes', attributes: attributes.value });
  }
  if (plan.memo !== undefined) {
    const memo = resolveObject(plan.memo, anyTimeScope(turn));
    if (!memo.ok) return memo.failure;
    turn.commands.push({ type: 'upsert_memo', memo: memo.value });
  }
  return undefined;
}
