/**
 * A scenario: a folder with a `definition.yaml`, a `script.yaml` of what its activities answer, and the golden
 * `trace.txt` of what then happens. Adding a case is adding a folder; UPDATE_FIXTURES=1 writes its trace.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { checkDefinition } from '../../src/check/check-definition.ts';
import { compile } from '../../src/compile/compile.ts';
import { parseDuration } from '../../src/expression/duration.ts';
import type { State } from '../../src/interpreter/state.ts';
import { compileSchema } from '../../src/json-schema/compile-schema.ts';
import type { Json, Plan } from '../../src/plan/plan.ts';
import {
  type ScriptedOutcome,
  type ScriptedWorkflow,
  type Sent,
  type Simulation,
  type SimulationOptions,
  simulate,
} from '../../src/simulated-host/simulated-host.ts';
import { timelineOf } from '../../src/simulated-host/timeline.ts';
import { catalogue } from '../check/shop.ts';

interface Script {
  readonly input?: { [name: string]: Json };
  /** By activity; the first entry whose `when` the input contains answers, attempt by attempt, the last for ever. */
  readonly activities?: { readonly [name: string]: readonly Answer[] };
  readonly cancel_after?: string;
  /** By workflow type, like activities. */
  readonly workflows?: { readonly [name: string]: readonly Answer[] };
  /** What is sent to the run, and when. */
  readonly sent?: readonly ({ readonly after: string } & (
    | { readonly signal: string; readonly payload?: Json }
    | { readonly update: string; readonly payload?: Json }
    | { readonly resume: 'retry' | 'skip' }
  ))[];
  /** The workflow ids that take signals. */
  readonly reachable?: readonly string[];
  readonly workflow_id?: string;
}

interface Answer {
  readonly when?: { readonly [name: string]: Json };
  readonly attempts: readonly Attempt[];
  /** What it answers when it is called once more, with the same key. */
  readonly again?: readonly Attempt[];
}

/** What activities answer where a script says nothing about them. */
const DEFAULT_ANSWERS: { readonly [name: string]: readonly Answer[] } = {
  'shop/archive': [{ attempts: [{ output: { archived: true } }] }],
  'shop/charge': [{ attempts: [{ output: { charge_id: 'c1', amount: { amount: 1000, currency: 'EUR' } } }] }],
  'shop/notify': [{ attempts: [{ output: {} }] }],
  'shop/refund': [{ attempts: [{ output: { refunded: true } }] }],
};

interface Attempt {
  readonly after?: string;
  readonly output?: Json;
  readonly error?: { readonly type: string; readonly message: string; readonly details?: Json };
  readonly hangs?: true;
}

export const scenarios = new URL('./', import.meta.url);

export const scenarioNames: readonly string[] = readdirSync(scenarios, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

/** A scenario as a host takes it. */
export interface Scenario extends SimulationOptions {
  readonly plan: Plan;
  /** What the run is started with, before defaults. */
  readonly given: { readonly [name: string]: Json };
  readonly workflows: { readonly [name: string]: ScriptedWorkflow };
  readonly sent: readonly Sent[];
  readonly reachable: readonly string[];
}

export function loadScenario(name: string): Scenario {
  const script = parse(read(`${name}/script.yaml`)) as Script;
  const { plan, input } = compileScenario(name, script.input ?? {});
  return {
    plan,
    given: script.input ?? {},
    input,
    activities: scriptsOf({ ...DEFAULT_ANSWERS, ...script.activities }),
    workflows: scriptsOf(script.workflows),
    sent: (script.sent ?? []).map(toSent),
    reachable: script.reachable ?? [],
    ...(script.workflow_id !== undefined && { workflowId: script.workflow_id }),
    ...(script.cancel_after !== undefined && { cancelAfterMs: milliseconds(script.cancel_after) }),
  };
}

/** Runs a scenario in virtual time. */
export function runScenario(name: string, betweenEvents?: (state: State) => State): Simulation {
  const { plan, ...options } = loadScenario(name);
  return simulate(plan, { ...options, betweenEvents });
}

/** What happened, a line each, and how it ended. */
export function traceOf(simulation: Simulation): string {
  return `${timelineOf(simulation).join('\n')}\n`;
}

export function read(path: string): string {
  return readFileSync(new URL(path, scenarios), 'utf8');
}

function compileScenario(name: string, given: { [name: string]: Json }): { plan: Plan; input: Json } {
  const { checked, findings } = checkDefinition(
    read(`${name}/definition.yaml`),
    `definitions/shop/${name}.yaml`,
    catalogue,
  );
  if (checked === undefined) throw new Error(findings.map(({ message }) => message).join('\n'));
  const input = compileSchema(checked.inputSchema)(given);
  if (!input.ok) throw new Error(JSON.stringify(input.problems));
  return { plan: compile(checked), input: input.value };
}

function scriptsOf(scripts: { readonly [name: string]: readonly Answer[] } = {}) {
  return Object.fromEntries(Object.entries(scripts).map(([name, answers]) => [name, scriptOf(answers)]));
}

function toSent({ after, ...sent }: NonNullable<Script['sent']>[number]): Sent {
  const afterMs = milliseconds(after);
  return 'resume' in sent ? { afterMs, ...sent } : { afterMs, payload: {}, ...sent };
}

function scriptOf(answers: readonly Answer[]) {
  const called = new Set<string>();
  return (input: Json, { attempt = 1, step }: { attempt?: number; step: string }): ScriptedOutcome => {
    const answer = answers.find(({ when }) => when === undefined || contains(input, when));
    const isAgain = attempt === 1 && called.has(step);
    if (attempt === 1) called.add(step);
    const attempts = (isAgain ? answer?.again : undefined) ?? answer?.attempts ?? [];
    const outcome = attempts[Math.min(attempt, attempts.length) - 1];
    if (outcome === undefined)
      throw new Error(`${step}: the script has no answer for ${JSON.stringify(input)}`);
    return toOutcome(outcome);
  };
}

function toOutcome({ after, output, error, hangs }: Attempt): ScriptedOutcome {
  if (hangs) return { hangs: true };
  const afterMs = after === undefined ? 0 : milliseconds(after);
  return error === undefined ? { afterMs, output: output ?? {} } : { afterMs, failure: error };
}

function milliseconds(text: string): number {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.ms;
}

function contains(input: Json, part: { readonly [name: string]: Json }): boolean {
  const object = input as { readonly [name: string]: Json };
  return Object.entries(part).every(
    ([name, value]) => JSON.stringify(object[name]) === JSON.stringify(value),
  );
}
