import type { BlockPlan, StepPlan } from '../plan/plan.ts';
import type { Frame, State, StepState } from './state.ts';
import { frameOf, type Turn } from './turn.ts';

/** What an expression sees: `input`, `steps`, `workflow` and the names that the enclosing blocks bring. */
export type Scope = Record<string, unknown>;

const EMPTY = {};

/**
 * The scope of a frame: its own settled steps and those of the enclosing frames. The checker has made sure that
 * an expression only reads steps that have settled, so a step that has not is simply absent.
 */
export function scopeOf(turn: Turn, frame: Frame): Scope {
  const scope: Scope = { input: turn.state.input, workflow: workflowOf(turn.state) };
  const steps: Record<string, unknown> = {};
  // From the inside out: an inner name is met first and stays.
  for (let current: Frame | undefined = frame; current !== undefined; ) {
    addSteps(steps, turn.plan.blocks[current.block]!, current.steps);
    for (const name in current.locals) if (!Object.hasOwn(scope, name)) scope[name] = current.locals[name];
    current = current.parent && frameOf(turn, current.parent);
  }
  scope.steps = steps;
  return scope;
}

function addSteps(steps: Record<string, unknown>, block: BlockPlan, states: readonly StepState[]): void {
  for (let index = 0; index < states.length; index++) {
    const state = states[index]!;
    const plan = block.steps[index]!;
    if (plan.named && state.finishedAt !== undefined) steps[plan.id] = stepValue(plan, state);
  }
}

/** A settled step as expressions see it. */
function stepValue({ kind }: StepPlan, state: StepState): Record<string, unknown> {
  const value: Record<string, unknown> = {
    output: state.output ?? EMPTY,
    status: state.status,
    finished_at: toIso(state.finishedAt!),
  };
  if (state.startedAt !== undefined) value.started_at = toIso(state.startedAt);
  if (kind === 'for_each') {
    // A loop that never began, because it was skipped or its list could not be computed, has counted nothing.
    value.succeeded = state.loop?.succeeded ?? 0;
    value.failed = state.loop?.failed ?? 0;
    value.errors = state.loop?.errors ?? [];
  }
  return value;
}

function workflowOf({ run }: State): Record<string, unknown> {
  return { id: run.id, type: run.type, root_run_id: run.rootRunId, started_at: toIso(run.startedAt) };
}

function toIso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
