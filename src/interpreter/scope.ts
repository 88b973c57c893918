import type { BlockPlan, Json, StepPlan } from '../plan/plan.ts';
import type { Frame, Place, State, StepState } from './state.ts';
import { blockOf, frameOf, stepPlanOf, stepStateOf, type Turn } from './turn.ts';

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
    addSteps(steps, blockOf(turn, current), current.steps);
    for (const name in current.locals) if (!Object.hasOwn(scope, name)) scope[name] = current.locals[name];
    current = current.parent && frameOf(turn, current.parent);
  }
  scope.steps = steps;
  return scope;
}

/** What the compensation of a step sees: what the step saw, and the step as its work has ended. */
export function compensationScope(turn: Turn, at: Place, output: Json | undefined): Scope {
  const scope = scopeOf(turn, frameOf(turn, at));
  const step = stepPlanOf(turn, at);
  const { startedAt, status } = stepStateOf(turn, at);
  const own: StepState = {
    status: output === undefined ? status : 'completed',
    finishedAt: turn.now,
    ...(startedAt !== undefined && { startedAt }),
    ...(output !== undefined && { output }),
  };
  if (step.named) (scope.steps as Record<string, unknown>)[step.id] = stepValue(step, own);
  return scope;
}

/** What a value sees that may be asked for at any time: all steps of the root, ended or not. */
export function anyTimeScope(turn: Turn): Scope {
  const { state } = turn;
  const scope: Scope = { input: state.input, workflow: workflowOf(state) };
  const steps: Record<string, unknown> = {};
  const frame = state.frames[state.body ?? -1];
  for (const [index, plan] of (frame === undefined ? [] : blockOf(turn, frame).steps).entries()) {
    if (plan.named) steps[plan.id] = stepValue(plan, frame!.steps[index]!);
  }
  scope.steps = steps;
  return scope;
}

function addSteps(steps: Record<string, unknown>, block: BlockPlan, states: readonly StepState[]): void {
  for (let index = 0; index < states.length; index++) {
    const state = states[index]!;
    const plan = block.steps[index]!;
    // A race is seen before its end by the `then` of the branch that has won it.
    const isSeen = state.finishedAt !== undefined || state.branches?.winner !== undefined;
    if (plan.named && isSeen && !Object.hasOwn(steps, plan.id)) steps[plan.id] = stepValue(plan, state);
  }
}

/** A step as expressions see it. */
function stepValue({ kind }: StepPlan, state: StepState): Record<string, unknown> {
  const value: Record<string, unknown> = {
    output: state.output ?? EMPTY,
    status: state.status === 'running' ? 'pending' : state.status,
  };
  if (state.startedAt !== undefined) value.started_at = toIso(state.startedAt);
  if (state.finishedAt !== undefined) value.finished_at = toIso(state.finishedAt);
  if (state.receivedAt !== undefined) value.received_at = toIso(state.receivedAt);
  if (state.branches?.winner !== undefined) value.winner = state.branches.winner;
  if (kind === 'for_each') {
    // A loop that never began, because it was skipped or its list could not be computed, has counted nothing.
    value.succeeded = state.loop?.succeeded ?? 0;
    value.failed = state.loop?.failed ?? 0;
    value.errors = state.loop?.errors ?? [];
  }
  return value;
}

function workflowOf({ run }: State): Record<string, unknown> {
  return {
    id: run.id,
    type: run.type,
    root_run_id: run.rootRunId,
    started_at: toIso(run.startedAt),
    ...(run.scheduledAt !== undefined && { scheduled_at: toIso(run.scheduledAt) }),
  };
}

export function toIso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
