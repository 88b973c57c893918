import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { State } from '../../src/interpreter/state.ts';
import type { StepPlan } from '../../src/plan/plan.ts';
import { type Simulation, simulate } from '../../src/simulated-host/simulated-host.ts';
import { type RandomRun, randomRun } from './random-plan.ts';

const SEED = Number(process.env.ESTUARY_PROPERTY_SEED ?? 20260101);
const RUNS = Number(process.env.ESTUARY_PROPERTY_RUNS ?? 400);

function holds(property: (run: RandomRun) => void): void {
  fc.assert(fc.property(randomRun, property), { seed: SEED, numRuns: RUNS });
}

function run(
  { plan, activities, cancelAfterMs }: RandomRun,
  betweenEvents?: (state: State) => State,
): Simulation {
  return simulate(plan, {
    activities,
    ...(cancelAfterMs !== undefined && { cancelAfterMs }),
    ...(betweenEvents && { betweenEvents }),
  });
}

const viaJson = (state: State): State => JSON.parse(JSON.stringify(state)) as State;

describe('the interpreter', () => {
  it('I1: gives the same trace for the same plan and script', () => {
    holds((random) => {
      expect(run(random)).toEqual(run(random));
    });
  });

  it('goes on from its serialised state after any event as if it had never stopped', () => {
    holds((random) => {
      const stopped = run(random, viaJson);
      const straight = run(random);
      expect(stopped.calls).toEqual(straight.calls);
      expect(stopped.outcome).toEqual(straight.outcome);
      expect(viaJson(stopped.state)).toEqual(viaJson(straight.state));
    });
  });

  it('I2: starts a step at most once a key, after what it needs', () => {
    holds((random) => {
      const { calls } = run(random);
      const first = calls.filter(({ attempt }) => attempt === 1).map(({ key }) => key);
      expect(new Set(first).size).toBe(first.length);
      run(random, (state) => {
        for (const frame of Object.values(state.frames)) {
          const { steps } = random.plan.blocks[frame.block]!;
          steps.forEach((step: StepPlan, index) => {
            const started = frame.steps[index]!.startedAt;
            if (started === undefined) return;
            for (const needed of step.needs)
              expect(frame.steps[needed]!.finishedAt).toBeLessThanOrEqual(started);
          });
        }
        return state;
      });
    });
  });

  it('I3 and I4: ends once, with every started step settled and nothing in flight', () => {
    holds((random) => {
      const { state, outcome } = run(random);
      expect(state.ended).toBe(true);
      expect(state.pending).toEqual({});
      expect(Object.keys(state.frames)).toEqual([String(state.root)]);
      const statuses = state.frames[state.root!]!.steps.map(({ status }) => status);
      expect(statuses).not.toContain('running');
      if (outcome.status === 'completed') expect(statuses).not.toContain('failed');
    });
  });

  it('S2: waits for exactly the commands that the host has not answered', () => {
    holds((random) => {
      run(random, (state) => {
        const waiting = Object.values(state.frames).flatMap(({ steps }) =>
          steps.flatMap(({ command, timer }) => [command, timer].filter((id) => id !== undefined)),
        );
        expect(Object.keys(state.pending).map(Number).sort()).toEqual(waiting.sort());
        return state;
      });
    });
  });
});
