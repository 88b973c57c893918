import type { TolerancePlan } from '../../plan/plan.ts';
import type { Failure } from '../host.ts';
import type { Scope } from '../scope.ts';
import type { Loop, Place, Tolerance } from '../state.ts';
import { stepPath, stepPlanOf, type Turn } from '../turn.ts';
import { type Resolved, resolveNumber } from '../values.ts';

/** Whether more items have failed than may. */
export function isExceeded({ tolerance, failed, total, pages }: Loop): boolean {
  if (tolerance === undefined) return failed > 0;
  if (tolerance === 'all') return false;
  if ('count' in tolerance) return failed > tolerance.count;
  // How many items there are is known when the last page is there.
  return (pages === undefined || pages.done === true) && failed * 100 > tolerance.percent * total;
}

/** Without tolerance the first failure says best what went wrong. */
export function toleranceFailure(turn: Turn, at: Place, loop: Loop, first: Failure): Failure {
  if (loop.tolerance === undefined) return first;
  const { succeeded, failed } = loop;
  return {
    step: stepPath(turn, at),
    line: stepPlanOf(turn, at).line,
    type: 'ToleranceExceeded',
    message: `${failed} of ${loop.total} items of ${stepPath(turn, at)} failed, more than tolerated; the first with ${loop.errors[0]!.type}: ${loop.errors[0]!.message}`,
    details: {
      succeeded,
      failed,
      errors: loop.errors
        .slice(0, 10)
        .map(({ type, message, step }) => ({ type, message, ...(step && { step }) })),
    },
  };
}

/** How many items may fail; `undefined` where none may. */
export function resolveTolerance(
  plan: TolerancePlan | undefined,
  scope: Scope,
): Resolved<Tolerance | undefined> {
  if (plan === undefined || plan === 'all') return { ok: true, value: plan };
  if ('count' in plan) {
    const count = resolveNumber(plan.count, scope);
    return count.ok ? { ok: true, value: { count: count.value } } : count;
  }
  const percent = resolveNumber(plan.percent, scope);
  return percent.ok ? { ok: true, value: { percent: percent.value } } : percent;
}
