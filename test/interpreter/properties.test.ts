/** The numbered invariants of the interpreter (I…) and its state (S…), on random plans and scripts. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Place, State } from '../../src/interpreter/state.ts';
import type { StepPlan } from '../../src/plan/plan.ts';
import { type Simulation, simulate } from '../../src/simulated-host/simulated-host.ts';
import { type RandomRun, randomRun, sequentialRun } from './random-plan.ts';
import { finallyMarker } from './tree-plan.ts';

const SEED = Number(process.env.ESTUARY_PROPERTY_SEED ?? 20260101);
const RUNS = Number(process.env.ESTUARY_PROPERTY_RUNS ?? 400);

function holds(property: (run: RandomRun) => void, runs = randomRun): void {
  fc.assert(fc.property(runs, property), { seed: SEED, numRuns: RUNS });
}

function run(
  { plan, activities, workflows, sent, cancelAfterMs }: RandomRun,
  betweenEvents?: (state: State) => State,
): Simulation {
  return simulate(plan, { activities, workflows, sent, cancelAfterMs, betweenEvents });
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
      // A person may have a compensation tried again.
      const first = calls
        .filter(({ attempt, step }) => attempt === 1 && !step.endsWith('~compensate'))
        .map(({ key }) => key);
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
      expect(state.parked).toEqual([]);
      const statuses = state.frames[state.root!]!.steps.map(({ status }) => status);
      expect(statuses).not.toContain('running');
      // A return ends the run well, whatever the steps beside it make of being cancelled.
      const returns = random.plan.blocks.some(({ steps }) => steps.some(({ kind }) => kind === 'return'));
      if (outcome.status === 'completed' && !returns) expect(statuses).not.toContain('failed');
    });
  });

  it('S2: waits for exactly the commands that the host has not answered', () => {
    holds((random) => {
      run(random, (state) => {
        const steps = Object.values(state.frames).flatMap((frame) => [frame, ...frame.steps]);
        const waiting = steps.flatMap((part) => [
          ...('status' in part ? [part.command, part.timer] : []),
          // 0 is a compensation that is parked.
          part.undoing === 0 ? undefined : part.undoing,
        ]);
        const expected = waiting.filter((id) => id !== undefined).map(String);
        expect(Object.keys(state.pending).sort()).toEqual(expected.sort());
        return state;
      });
    });
  });

  it('S5: has no step wait for a message but those that run an await', () => {
    holds((random) => {
      run(random, (state) => {
        const stepAt = ({ frame, step }: Place) => state.frames[frame]?.steps[step];
        for (const [name, waiters] of Object.entries(state.waiters)) {
          for (const place of waiters) expect(stepAt(place)?.status).toBe('running');
          if (waiters.length > 0) expect(state.inbox[name] ?? []).toEqual([]);
        }
        return state;
      });
    });
  });

  it('I5: undoes nothing that was never dispatched, and nothing twice', () => {
    holds((random) => {
      const { log } = run(random);
      const dispatched = new Set<string>();
      const undone = new Set<string>();
      for (const event of log) {
        if (!('step' in event)) continue;
        const own = /^(.*)\/~compensate$/.exec(event.step)?.[1];
        if (own === undefined) {
          // A step with a body is dispatched with the first that runs in it; its path begins with the step's own.
          const parts = event.step.split('/');
          for (let length = 1; length <= parts.length; length++)
            dispatched.add(
              parts
                .slice(0, length)
                .join('/')
                .replace(/\[[^\]]*\]$/, ''),
            );
          dispatched.add(event.step);
        } else if ('attempt' in event && event.attempt === 1 && isActivity(random, own)) {
          expect(dispatched.has(own)).toBe(true);
          if (!log.some(({ kind }) => kind === 'resumed')) expect(undone.has(own)).toBe(false);
          undone.add(own);
        }
      }
    });
  });

  it('I5: a run that fails has undone all that it did, in the reverse order of dispatch', () => {
    holds((random) => {
      const { log, calls, outcome } = run(random);
      if (outcome.status === 'completed' || log.some(({ kind }) => kind === 'parked')) return;
      const compensable = new Set(
        random.plan.blocks.flatMap(({ steps }) =>
          steps.filter(({ kind, compensate }) => kind === 'activity' && compensate).map(({ id }) => id),
        ),
      );
      const first = calls.filter(({ attempt }) => attempt === 1).map(({ step }) => step);
      const undone = first
        .filter((step) => step.endsWith('/~compensate'))
        .map((step) => step.slice(0, -'/~compensate'.length))
        .filter((step) => compensable.has(idOf(step)));
      const done = first.filter((step) => compensable.has(idOf(step)));
      // The last one may have failed with an error that says that nothing has happened.
      const expected = done.reverse();
      expect([expected, expected.slice(1)]).toContainEqual(undone);
    }, sequentialRun);
  });

  it('I6: runs the finally of an activity exactly once, whatever became of it', () => {
    holds((random) => {
      const { calls } = run(random);
      const first = calls.filter(({ attempt }) => attempt === 1).map(({ step }) => step);
      for (const { steps } of random.plan.blocks) {
        for (const { id, kind, finally: block } of steps) {
          if (kind !== 'activity' || block === undefined) continue;
          for (const step of first.filter((path) => idOf(path) === id)) {
            expect(first.filter((path) => path === `${step}/${finallyMarker(id)}`)).toHaveLength(1);
          }
        }
      }
    });
  });

  it('keeps its state small: what has ended inside leaves nothing behind', () => {
    holds((random) => {
      run(random, (state) => {
        expect(JSON.stringify(state).length).toBeLessThan(100_000);
        return state;
      });
    });
  });
});

function isActivity({ plan }: RandomRun, path: string): boolean {
  return plan.blocks.some(({ steps }) =>
    steps.some(({ id, kind }) => kind === 'activity' && id === idOf(path)),
  );
}

/** The id of the step that a path leads to. */
function idOf(path: string): string {
  return path.split('/').at(-1)!;
}
