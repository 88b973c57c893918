import { optional, resolvePriority, resolveSummary } from '../calls.ts';
import { scopeOf } from '../scope.ts';
import { dispatch, failStep, frameOf, type StepKind, stepPath, stepStateOf } from '../turn.ts';
import { resolve, resolveText } from '../values.ts';

export const workflow: StepKind<'workflow'> = {
  start(turn, at, step) {
    const { run } = turn.state;
    const scope = scopeOf(turn, frameOf(turn, at));
    const resolved = resolve(step.with, scope);
    if (!resolved.ok) return failStep(turn, at, resolved.failure);
    const input = resolved.value ?? {};
    const key = optional(step.childId?.key, { input }, resolveText);
    if (!key.ok) return failStep(turn, at, key.failure);
    const taskQueue = optional(step.taskQueue, scope, resolveText);
    if (!taskQueue.ok) return failStep(turn, at, taskQueue.failure);
    const priority = resolvePriority(step.priority, scope);
    if (!priority.ok) return failStep(turn, at, priority.failure);
    const path = stepPath(turn, at);
    turn.commands.push({
      type: 'start_child',
      id: dispatch(turn, at),
      workflow: step.workflow,
      // A later run of the same id has children of its own.
      workflowId: key.value ?? `${run.id}/${path}~${run.rootRunId.slice(0, 8)}`,
      input,
      detach: step.detach,
      // Without a business key the id says that this is the child of this very step: whoever has it is the child.
      onConflict: step.childId?.onConflict ?? 'join',
      step: path,
      summary: resolveSummary(step.summary, scope) ?? path,
      ...(taskQueue.value !== undefined && { taskQueue: taskQueue.value }),
      ...(priority.value !== undefined && { priority: priority.value }),
    });
  },
  cancel(turn, at) {
    turn.commands.push({ type: 'cancel_child', id: stepStateOf(turn, at).command! });
  },
};
