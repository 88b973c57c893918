/** What the scripts of a test answer, call by call and attempt by attempt. */
import { parseDuration } from '../expression/duration.ts';
import { compileSchema } from '../json-schema/compile-schema.ts';
import { formatProblem } from '../json-schema/schema-problem.ts';
import type { Json, JsonSchema } from '../plan/plan.ts';
import type { ScriptedOutcome } from '../simulated-host/simulated-host.ts';
import { fillIn, hasExpression, matches, matchesPath } from './matching.ts';
import type { Answer, Script } from './test-file.ts';

/** A call that a test has no answer for, or whose answer cannot be. */
export class NoAnswer extends Error {
  readonly step: string;

  constructor(message: string, step: string) {
    super(message);
    this.step = step;
  }
}

interface Call {
  readonly input: Json;
  readonly step: string;
  /** From 1. */
  readonly attempt: number;
}

/** Answers what calls of one activity, or starts of one child, come to. Has a memory: one a run. */
export type Answering = (call: Call) => ScriptedOutcome;

/**
 * Of a list, the entries whose `when` and `step` fit answer, attempt by attempt; where none fits, those that ask for
 * nothing do. The last one answers all further attempts.
 *
 * @param name of the activity or child, for messages
 * @param output the schema of what it gives
 */
export function answering(script: Script, name: string, output: JsonSchema): Answering {
  /** How many calls each list of `calls` has answered, and which of its entries each call got, by step path. */
  const memory = new Map<readonly Script[], { taken: number; readonly of: Map<string, number> }>();

  return ({ input, step, attempt }) => {
    const answer = pick(script, attempt);
    if (answer.hangs) return { hangs: true };
    const afterMs = durationMs(answer.delay);
    if (answer.error !== undefined) {
      const {
        type,
        message = type,
        details,
      } = typeof answer.error === 'string' ? { type: answer.error } : answer.error;
      return { afterMs, failure: { type, message, ...(details !== undefined && { details }) } };
    }
    return { afterMs, output: outputOf(answer.output ?? null) };

    function pick(from: Script, nth: number): Answer {
      const all: readonly Answer[] = Array.isArray(from) ? from : [from as Answer];
      const fitting = all.filter((one) => isAbout(one) && fits(one));
      const meant = fitting.length > 0 ? fitting : all.filter((one) => !isAbout(one));
      const found = meant[Math.min(nth, meant.length) - 1];
      if (found === undefined) {
        throw new NoAnswer(
          `${name} has no answer for ${JSON.stringify(input)}, which ${step} calls it with`,
          step,
        );
      }
      return found.calls === undefined ? found : pick(entryFor(found.calls), nth);
    }

    function fits({ when, step: path }: Answer): boolean {
      return (when === undefined || matches(when, input)) && (path === undefined || matchesPath(path, step));
    }

    /** Further attempts of a call stay with the entry that its first one got. */
    function entryFor(calls: readonly Script[]): Script {
      const known = memory.get(calls) ?? { taken: 0, of: new Map<string, number>() };
      memory.set(calls, known);
      if (attempt === 1 || !known.of.has(step)) known.of.set(step, known.taken++);
      return calls[Math.min(known.of.get(step)!, calls.length - 1)]!;
    }

    function outputOf(written: Json): Json {
      if (!hasExpression(written)) return written;
      let value: Json;
      try {
        value = fillIn(written, { input, attempt, step });
      } catch (error) {
        throw new NoAnswer(`the answer of ${name} cannot be computed: ${(error as Error).message}`, step);
      }
      const result = compileSchema(output)(value);
      if (result.ok) return value;
      const problems = result.problems.map(formatProblem).join(', ');
      throw new NoAnswer(`the answer of ${name} does not fit its signature: ${problems}`, step);
    }
  };
}

/** Whether an answer is for some calls only. */
function isAbout({ when, step }: Answer): boolean {
  return when !== undefined || step !== undefined;
}

function durationMs(text: string | undefined): number {
  const parsed = parseDuration(text ?? '0s');
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.ms;
}
