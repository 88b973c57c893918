import type { Plan } from '../plan/plan.ts';
import type { State, StepState, StepStatus } from './state.ts';

/** How far a run is: the answer to the query `estuary.progress`. Small, whatever the size of the run. */
export interface Progress {
  readonly definition: string;
  readonly planHash: string;
  /** The steps of the root block, in the order of the YAML. */
  readonly steps: readonly StepProgress[];
}

export interface StepProgress {
  readonly id: string;
  readonly kind: string;
  readonly status: StepStatus;
  /** ISO times. */
  readonly startedAt?: string;
  readonly finishedAt?: string;
  /** For a `for_each`: how many items there are and what became of them. */
  readonly items?: {
    readonly total: number;
    readonly running: number;
    readonly succeeded: number;
    readonly failed: number;
  };
}

/** Reads the progress of a run off its state. The steps of a run that has ended are the ones it ended with. */
export function progressOf(plan: Plan, state: State): Progress {
  const root = state.root === undefined ? undefined : state.frames[state.root]?.steps;
  const steps = plan.blocks[0]!.steps.map((step, index): StepProgress => {
    const found = root?.[index];
    return {
      id: step.id,
      kind: step.kind,
      ...(found === undefined ? { status: 'pending' } : describe(found)),
    };
  });
  return { definition: plan.name, planHash: plan.hash, steps };
}

function describe(state: StepState): Omit<StepProgress, 'id' | 'kind'> {
  const { loop } = state;
  return {
    status: state.status,
    ...(state.startedAt !== undefined && { startedAt: new Date(state.startedAt).toISOString() }),
    ...(state.finishedAt !== undefined && { finishedAt: new Date(state.finishedAt).toISOString() }),
    ...(loop !== undefined && {
      items: {
        total: loop.total,
        running: loop.active.length,
        succeeded: loop.succeeded,
        failed: loop.failed,
      },
    }),
  };
}
