/**
 * A scenario: a folder with a `definition.yaml`, a `script.yaml` of what its activities answer, and the golden
 * `trace.txt` of what then happens. Adding a case is adding a folder; UPDATE_FIXTURES=1 writes its trace.
 */
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { checkDefinition } from '../../src/check/check-definition.ts';
import { compile } from '../../src/compile/compile.ts';
import { parseDuration } from '../../src/expression/duration.ts';
import type { State } from '../../src/interpreter/state.ts';
import { compileSchema } from '../../src/json-schema/compile-schema.ts';
import type { Json, Plan } from '../../src/plan/plan.ts';
import {
  type ScriptedActivity,
  type ScriptedOutcome,
  type Simulation,
  simulate,
} from '../../src/simulated-host/simulated-host.ts';
import { catalogue } from '../check/shop.ts';

interface Script {
  readonly input?: { [name: string]: Json };
  /** By activity; the first entry whose `when` the input contains answers, attempt by attempt, the last for ever. */
  readonly activities?: { readonly [name: string]: readonly Answer[] };
  readonly cancel_after?: string;
}

interface Answer {
  readonly when?: { readonly [name: string]: Json };
  readonly attempts: readonly Attempt[];
}

interface Attempt {
  readonly after?: string;
  readonly output?: Json;
  readonly error?: { readonly type: string; readonly message: string; readonly details?: Json };
  readonly hangs?: true;
}

export const scenarios = new URL('./', import.meta.url);

/** Runs a scenario in virtual time. */
export function runScenario(name: string, betweenEvents?: (state: State) => State): Simulation {
  const script = parse(read(`${name}/script.yaml`)) as Script;
  const { plan, input } = compileScenario(name, script.input ?? {});
  return simulate(plan, {
    input,
    activities: Object.fromEntries(
      Object.entries(script.activities ?? {}).map(([activity, answers]) => [activity, scriptOf(answers)]),
    ),
    ...(script.cancel_after !== undefined && { cancelAfterMs: milliseconds(script.cancel_after) }),
    ...(betweenEvents && { betweenEvents }),
  });
}

/** What happened, a line an attempt, and how it ended. */
export function traceOf({ calls, outcome, elapsedMs }: Simulation): string {
  const lines = calls.map(({ atMs, step, attempt, activity, input }) => {
    const again = attempt > 1 ? ` (attempt ${attempt})` : '';
    return `${seconds(atMs)}  ${step}${again}: ${activity} ${JSON.stringify(input)}`;
  });
  const { status, ...rest } = outcome;
  const end = status === 'cancelled' ? '' : ` ${JSON.stringify(Object.values(rest)[0])}`;
  return `${[...lines, `${seconds(elapsedMs)}  ${status}${end}`].join('\n')}\n`;
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

function scriptOf(answers: readonly Answer[]): ScriptedActivity {
  return (input, { attempt, step }) => {
    const answer = answers.find(({ when }) => when === undefined || contains(input, when));
    const outcome = answer?.attempts[Math.min(attempt, answer.attempts.length) - 1];
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

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`.padStart(8);
}
