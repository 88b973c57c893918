/** Runs a case in virtual time, and writes down all that a test may ask about. */

import type { Observation } from '../interpreter/observe.ts';
import { type Progress, progressOf } from '../interpreter/progress.ts';
import { answerQuery, type Answer as QueryAnswer } from '../interpreter/queries.ts';
import { runIdOf } from '../interpreter/start.ts';
import type { State } from '../interpreter/state.ts';
import type { Json, JsonSchema, Plan } from '../plan/plan.ts';
import {
  type CancelRequest,
  type ScriptedOutcome,
  type Sent,
  type SimulatedEvent,
  type Simulation,
  SimulationStopped,
  simulate,
} from '../simulated-host/simulated-host.ts';
import { childrenOf } from './check-setting.ts';
import { DEFAULT_START, momentOf } from './moments.ts';
import { type Answering, answering, NoAnswer } from './script.ts';
import type { Sending, TestCase, TestedDefinition } from './test-file.ts';

/** A run of a case. */
export interface Rehearsal {
  readonly outcome:
    | Simulation['outcome']
    /** For something that nobody sends. */
    | { readonly status: 'waits'; readonly steps: readonly string[] }
    /** It does not end: the bound on events is reached. */
    | { readonly status: 'endless' }
    /** An activity or child was called that the test has no answer for. */
    | { readonly status: 'unanswered'; readonly message: string; readonly step?: string };
  readonly log: readonly SimulatedEvent[];
  /** What came of the calls in the log: of `log[i]`, `answers.get(i)`. */
  readonly answers: ReadonlyMap<number, ScriptedOutcome>;
  readonly elapsedMs: number;
  readonly observed: readonly Observation[];
  /** The state at the times that the test asks about, in its order. */
  readonly looks: readonly (Look | undefined)[];
}

export interface Look {
  readonly progress: Progress;
  readonly queries: { readonly [name: string]: QueryAnswer };
}

/** More events than any test of a definition needs; a run that makes more of them has lost its way. */
const MAXIMUM_EVENTS = 200_000;

/**
 * Runs a case; stops, serialises and goes on after every event.
 *
 * @param otherwise answers activities and children that the case has no answer for; without it they stop the run
 */
export function rehearse(
  definition: TestedDefinition,
  test: TestCase,
  otherwise: (name: string) => Answering = unlisted,
): Rehearsal {
  const { plan } = definition;
  const started = Date.parse(test.start ?? DEFAULT_START);
  const observed: Observation[] = [];
  const looks: (Look | undefined)[] = (test.expect.state ?? []).map(() => undefined);
  const answers: ScriptedOutcome[] = [];
  const noted =
    (answer: Answering) =>
    (input: Json, call: { readonly step: string; readonly attempt?: number }): ScriptedOutcome => {
      const outcome = answer({ input, step: call.step, attempt: call.attempt ?? 1 });
      answers.push(outcome);
      return outcome;
    };
  const scripts = scriptsOf(definition, test, otherwise);
  let simulation: Simulation | SimulationStopped;
  try {
    simulation = simulate(plan, {
      input: test.input,
      startedAt: started,
      workflowId: test.workflow_id ?? runIdOf(plan, test.input) ?? 'test',
      activities: mapValues(scripts.activities, noted),
      workflows: mapValues(scripts.workflows, noted),
      sent: (test.events ?? []).map((event) => toSent(event, test.start)),
      reachable: test.reachable ?? [],
      maximumEvents: MAXIMUM_EVENTS,
      observe: (observation) => observed.push(observation),
      betweenEvents: (state) => JSON.parse(JSON.stringify(state)) as State,
      looks: (test.expect.state ?? []).map(({ at, queries = {} }, index) => {
        const afterMs = momentOf(at, test.start);
        const look = (state: State): void => {
          looks[index] = lookAt(plan, state, Object.keys(queries), started + afterMs);
        };
        return { afterMs, look };
      }),
    });
  } catch (error) {
    if (!(error instanceof SimulationStopped)) throw error;
    simulation = error;
  }
  const { log, elapsedMs } = simulation;
  const called = log.flatMap(({ kind, ...event }, index) =>
    kind === 'activity' || (kind === 'child' && !('detach' in event && event.detach)) ? [index] : [],
  );
  return {
    outcome: simulation instanceof SimulationStopped ? stopOf(plan, simulation) : simulation.outcome,
    log,
    answers: new Map(called.flatMap((at, nth) => (answers[nth] ? [[at, answers[nth]] as const] : []))),
    elapsedMs,
    observed,
    looks,
  };
}

function scriptsOf(definition: TestedDefinition, test: TestCase, otherwise: (name: string) => Answering) {
  const { signatures, childOutputs } = definition;
  const of = (
    scripts: TestCase['activities'] = {},
    called: Iterable<string>,
    output: (name: string) => JsonSchema,
  ): { readonly [name: string]: Answering } =>
    Object.fromEntries(
      [...called].map((name) => {
        const script = scripts[name];
        return [name, script === undefined ? otherwise(name) : answering(script, name, output(name))];
      }),
    );
  return {
    activities: of(test.activities, signatures.keys(), (name) => signatures.get(name)!.output),
    workflows: of(test.workflows, childrenOf(definition), (name) => childOutputs.get(name) ?? true),
  };
}

function unlisted(name: string): Answering {
  return ({ step }) => {
    throw new NoAnswer(`${step} calls ${name}, which the test has no answer for`, step);
  };
}

function toSent(event: Sending, start: string | undefined): Sent | CancelRequest {
  const afterMs = momentOf(event.at, start);
  const { signal, update, resume, with: payload = {} } = event;
  if (signal !== undefined) return { afterMs, signal, payload };
  if (update !== undefined) return { afterMs, update, payload };
  return resume === undefined ? { afterMs, cancel: true } : { afterMs, resume };
}

function lookAt(plan: Plan, state: State, queries: readonly string[], now: number): Look {
  return {
    progress: progressOf(plan, state),
    queries: Object.fromEntries(queries.map((name) => [name, answerQuery(plan, state, name, now)])),
  };
}

function stopOf(plan: Plan, { why, message, cause, state }: SimulationStopped): Rehearsal['outcome'] {
  if (why === 'endless') return { status: 'endless' };
  if (why === 'waits') return { status: 'waits', steps: waitingSteps(plan, state) };
  if (cause !== undefined && !(cause instanceof NoAnswer)) throw cause;
  return {
    status: 'unanswered',
    message,
    ...(cause instanceof NoAnswer && { step: cause.step }),
  };
}

/** What the run's own steps wait in; a parked compensation waits as well. */
function waitingSteps(plan: Plan, state: State): readonly string[] {
  const { steps, parked = [] } = progressOf(plan, state);
  const running = steps.filter(({ status }) => status === 'running').map(({ id }) => id);
  return [...running, ...parked.map(({ step }) => `the parked ${step}`)];
}

function mapValues<From, To>(object: { readonly [key: string]: From }, to: (value: From) => To) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, to(value)]));
}
