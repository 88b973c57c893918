/** A run that is there, for people and for programs. */
import type { Retry, RunOutcome } from '../client/runs.ts';
import type { FoundRun } from '../client/steer.ts';
import type { Progress } from '../interpreter/progress.ts';
import type { Colors } from './colors.ts';
import { describeRetry, describeStep, describeTime, describeTrouble } from './describe-progress.ts';
import { renderValue } from './render-value.ts';
import { resumeCommand } from './run-directions.ts';
import { describeFailure, type LocalDefinition, placeOfFailure } from './run-report.ts';
import { toStepEvent } from './run-view.ts';

export interface ShownRun {
  readonly run: FoundRun;
  /** `undefined` if no worker answers. */
  readonly progress: Progress | undefined;
  readonly retries: readonly Retry[];
  /** How it ended, if it has. */
  readonly outcome: RunOutcome | undefined;
}

/**
 * @param local the definition as it is in the project
 * @param now milliseconds since the epoch
 * @returns lines without a line end
 */
export function describeRun(
  { run, progress, retries, outcome }: ShownRun,
  local: LocalDefinition | undefined,
  now: number,
  paint: Colors,
): string[] {
  const { workflowId, runId, type, status, startedAt, finishedAt } = run;
  const took = describeTime((finishedAt?.getTime() ?? now) - startedAt.getTime());
  const awaiting = progress?.awaiting ?? [];
  return [
    `${paint.bold(type)}  ${workflowId}  ${statusIn(paint, status)}`,
    paint.dim(`run id ${runId}, started ${startedAt.toISOString()}, ${took}`),
    ...(progress === undefined ? [] : ['']),
    ...(progress?.steps ?? []).map((step) => describeStep(step, finishedAt?.getTime() ?? now, paint)),
    ...retries.map((retry) => describeRetry(retry, paint)),
    ...(awaiting.length > 0 ? [`awaits: ${awaiting.join(', ')}`] : []),
    ...(progress === undefined ? [] : describeTrouble(progress, resumeCommand(workflowId), paint)),
    ...(outcome?.status === 'completed' ? ['', ...renderValue(outcome.output)] : []),
    ...(outcome?.status === 'failed'
      ? [
          '',
          ...describeFailure(
            outcome.failure,
            local && placeOfFailure(outcome.failure, progress?.planHash, local),
            paint,
          ),
        ]
      : []),
  ];
}

function statusIn(paint: Colors, status: string): string {
  const colour =
    status === 'running'
      ? paint.cyan
      : status === 'completed'
        ? paint.green
        : status === 'failed'
          ? paint.red
          : paint.yellow;
  return colour(status.replace('_', ' '));
}

/** What `--json` says; `steps` and what only a worker knows is left out where none answers. */
export function toShownRun({ run, progress, retries, outcome }: ShownRun): object {
  const { workflowId, runId, type, status, taskQueue, startedAt, finishedAt } = run;
  return {
    workflow_id: workflowId,
    run_id: runId,
    workflow: type,
    status,
    task_queue: taskQueue,
    started_at: startedAt.toISOString(),
    ...(finishedAt !== undefined && { finished_at: finishedAt.toISOString() }),
    ...(progress !== undefined && {
      plan_hash: progress.planHash,
      steps: progress.steps.map((step) => {
        const { event: _, ...told } = toStepEvent(step);
        return told;
      }),
      awaiting: progress.awaiting ?? [],
      parked: progress.parked ?? [],
      refused: progress.refused ?? [],
    }),
    ...(outcome === undefined && { retrying: retries }),
    ...(outcome?.status === 'completed' && { output: outcome.output }),
    ...(outcome?.status === 'failed' && { failure: outcome.failure }),
  };
}
