/** Simulates a definition with made-up answers: once, or many times with failures, to find out what may come of it. */
import type { Observation } from '../interpreter/observe.ts';
import type { JsonObject, JsonSchema } from '../plan/plan.ts';
import type { ScriptedOutcome } from '../simulated-host/simulated-host.ts';
import { between, generateValue, type Random, randomFrom } from './generate-value.ts';
import { formatMoment } from './moments.ts';
import { type Rehearsal, rehearse } from './rehearsal.ts';
import { type Answering, NoAnswer } from './script.ts';
import type { Sending, TestCase, TestedDefinition } from './test-file.ts';

export interface MadeUp {
  readonly input: JsonObject;
  readonly seed: number;
  /** The case whose answers and events go before what is made up. */
  readonly test?: TestCase | undefined;
  /** Whether activities and children fail, and signals, updates and cancels are sent, now and then. */
  readonly troubled?: boolean;
}

/**
 * Runs a definition; what no script answers is made up from the schemas. The same seed gives the same run.
 */
export function simulateOnce(definition: TestedDefinition, made: MadeUp): Rehearsal {
  const { input, seed, test, troubled = false } = made;
  const random = randomFrom(seed);
  const base: TestCase = test ?? {
    name: `seed ${seed}`,
    expect: {},
    input,
    node: { kind: 'mapping', entries: [], range: { start: 0, end: 0 } },
    ...(troubled && { events: madeUpEvents(definition, random) }),
  };
  return rehearse(definition, { ...base, expect: {}, input }, (name) =>
    inventing(definition, name, random, troubled),
  );
}

/** What came of many runs. */
export interface Exploration {
  /** How runs ended, `completed`, `failed with X`, …; each with a seed that leads there. The most frequent first. */
  readonly outcomes: readonly { readonly outcome: string; readonly runs: number; readonly seed: number }[];
  readonly observed: readonly Observation[];
}

/** Runs a definition with the seeds from `seed` on, with failures, messages and cancels. */
export function explore(
  definition: TestedDefinition,
  { input, seed, runs }: { readonly input: JsonObject; readonly seed: number; readonly runs: number },
): Exploration {
  const outcomes = new Map<string, { runs: number; readonly seed: number }>();
  const observed = new Map<string, Observation>();
  for (let nth = 0; nth < runs; nth++) {
    const run = simulateOnce(definition, { input, seed: seed + nth, troubled: true });
    const known = outcomes.get(outcomeOf(run)) ?? { runs: 0, seed: seed + nth };
    outcomes.set(outcomeOf(run), { ...known, runs: known.runs + 1 });
    for (const seen of run.observed) observed.set(keyOf(seen), seen);
  }
  return {
    outcomes: [...outcomes]
      .map(([outcome, found]) => ({ outcome, ...found }))
      .sort((a, b) => b.runs - a.runs || a.seed - b.seed),
    observed: [...observed.values()],
  };
}

/** A run that reached the bound on events. */
export const ENDLESS = 'does not end';

/** How a run ended, in words that are the same for runs that ended alike. */
export function outcomeOf({ outcome }: Rehearsal): string {
  switch (outcome.status) {
    case 'failed':
      return `failed with ${outcome.failure.type}`;
    case 'waits':
      return `waits in ${outcome.steps.join(', ')}`;
    case 'endless':
      return ENDLESS;
    case 'unanswered':
      return `cannot go on: ${outcome.message}`;
    default:
      return outcome.status;
  }
}

function inventing(
  { signatures, childOutputs }: TestedDefinition,
  name: string,
  random: Random,
  troubled: boolean,
): Answering {
  const signature = signatures.get(name);
  const output: JsonSchema = signature?.output ?? childOutputs.get(name) ?? true;
  const errors = [...Object.keys(signature?.errors ?? {}), 'Error'];
  return ({ step }): ScriptedOutcome => {
    const afterMs = between(random, 1, 300) * 10;
    if (troubled && random() < 0.15) {
      if (signature !== undefined && random() < 0.2) return { hangs: true };
      const type = errors[between(random, 0, errors.length - 1)]!;
      const schema = signature?.errors[type]?.details;
      const details = schema === undefined ? undefined : generateValue(schema, random);
      return { afterMs, failure: { type, message: 'made up', ...(details !== undefined && { details }) } };
    }
    const value = generateValue(output, random);
    if (value !== undefined) return { afterMs, output: value };
    throw new NoAnswer(`no output of ${name} could be made up; write a case with one`, step);
  };
}

/** Within three days, mostly early. */
function madeUpEvents({ plan }: TestedDefinition, random: Random): readonly Sending[] {
  const at = (): string => formatMoment(Math.floor(random() ** 4 * 259_200) * 1000);
  const updates = Object.entries(plan.updates ?? {}).map(([name, { input }]) => [name, input] as const);
  const messages = [
    ...Object.entries(plan.signals ?? {}).map(([signal, schema]) => ({ to: { signal }, schema })),
    ...updates.map(([update, schema]) => ({ to: { update }, schema })),
  ].flatMap(({ to, schema }) =>
    Array.from({ length: between(random, 0, 2) }, (): Sending => {
      const payload = generateValue(schema, random) as JsonObject | undefined;
      return { at: at(), ...to, ...(payload !== undefined && { with: payload }) };
    }),
  );
  return random() < 0.1 ? [...messages, { at: at(), cancel: true }] : messages;
}

function keyOf(seen: Observation): string {
  if (seen.kind === 'block') return `block ${seen.block}`;
  return seen.kind === 'won' ? `won ${seen.id} ${seen.branch}` : `${seen.kind} ${seen.id}`;
}
