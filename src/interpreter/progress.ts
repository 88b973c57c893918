import type { Plan } from '../plan/plan.ts';
import { toIso } from './scope.ts';
import type { State, StepState, StepStatus } from './state.ts';

/** How far a run is: the answer to the query `estuary.progress`. Small, whatever the size of the run. */
export interface Progress {
  readonly definition: string;
  readonly planHash: string;
  /** The steps of the root block, in the order of the YAML. */
  readonly steps: readonly StepProgress[];
  /** The signals and updates that steps wait for, by name. */
  readonly awaiting?: readonly string[];
  /** Compensations that have failed for good: the run waits for the signal `estuary.resume`. */
  readonly parked?: readonly { readonly step?: string; readonly type: string; readonly message: string }[];
  /** The last signals and updates that were not delivered, and why. */
  readonly refused?: readonly { readonly name: string; readonly problem: string; readonly at: string }[];
}

export interface StepProgress {
  readonly id: string;
  readonly kind: string;
  readonly status: StepStatus;
  /** What it does after its work. */
  readonly phase?: 'undoing' | 'catching' | 'finally';
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
  /** For a `repeat`: the round under way, from 1. */
  readonly round?: number;
  /** For a `race`: the branch that has won. */
  readonly winner?: string;
}

/** Reads the progress of a run off its state. The steps of a run that has ended are the ones it ended with. */
export function progressOf(plan: Plan, state: State): Progress {
  const body = state.body === undefined ? undefined : state.frames[state.body];
  const steps = plan.blocks[body?.block ?? 0]!.steps.map((step, index): StepProgress => {
    const found = body?.steps[index];
    return {
      id: step.id,
      kind: step.kind,
      ...(found === undefined ? { status: 'pending' } : describe(found)),
    };
  });
  const awaiting = Object.keys(state.waiters).filter((name) => state.waiters[name]!.length > 0);
  return {
    definition: plan.name,
    planHash: plan.hash,
    steps,
    ...(awaiting.length > 0 && { awaiting }),
    ...(state.parked.length > 0 && {
      parked: state.parked.map(({ failure: { step, type, message } }) => ({
        ...(step !== undefined && { step }),
        type,
        message,
      })),
    }),
    ...(state.refused.length > 0 && {
      refused: state.refused.map(({ name, problem, at }) => ({ name, problem, at: toIso(at) })),
    }),
  };
}

function describe(state: StepState): Omit<StepProgress, 'id' | 'kind'> {
  const { loop, rounds, branches, phase } = state;
  return {
    status: state.status,
    ...(phase !== undefined && { phase }),
    ...(state.startedAt !== undefined && { startedAt: toIso(state.startedAt) }),
    ...(state.finishedAt !== undefined && { finishedAt: toIso(state.finishedAt) }),
    ...(loop !== undefined && {
      items: {
        total: loop.total,
        running: loop.active.length,
        succeeded: loop.succeeded,
        failed: loop.failed,
      },
    }),
    ...(rounds !== undefined && { round: rounds.round + 1 }),
    ...(branches?.winner !== undefined && { winner: branches.winner }),
  };
}
