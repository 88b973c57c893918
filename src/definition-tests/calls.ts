/** What a run called: activities, children, signals to others; and what a test expects of that. */
import { stepIdOf } from '../interpreter/turn.ts';
import type { Json, Plan } from '../plan/plan.ts';
import { diffLines, matches, matchesPath } from './matching.ts';
import type { Mismatch } from './mismatch.ts';
import { formatMoment, momentOf } from './moments.ts';
import type { Rehearsal } from './rehearsal.ts';
import type { ExpectedCall, TestCase } from './test-file.ts';

export interface Call {
  /** `payments/transfer-payout`, `payments/refund`, `shop/order.paid` */
  readonly name: string;
  readonly kind: 'activity' | 'workflow' | 'signal';
  readonly with: Json;
  readonly step: string;
  readonly atMs: number;
  readonly attempt?: number;
  /** Of a signal: the workflow id. */
  readonly to?: string;
}

/** Every call of a run, in order; each attempt is one. */
export function callsOf({ blocks }: Plan, { log }: Rehearsal): readonly Call[] {
  return log.flatMap((event): Call[] => {
    switch (event.kind) {
      case 'activity': {
        const { activity, input, step, atMs, attempt } = event;
        return [{ kind: 'activity', name: activity, with: input, step, atMs, attempt }];
      }
      case 'child': {
        const { workflow, input, step, atMs } = event;
        return [{ kind: 'workflow', name: workflow, with: input, step, atMs }];
      }
      case 'signal_sent': {
        const { signal, payload, step, atMs, workflowId } = event;
        const id = stepIdOf(step);
        const sender = blocks.flatMap(({ steps }) => steps).find((one) => one.id === id);
        const name = sender?.kind === 'signal' ? `${sender.workflow}.${signal}` : signal;
        return [{ kind: 'signal', name, with: payload, step, atMs, to: workflowId }];
      }
      default:
        return [];
    }
  });
}

/** What `calls` expects and did not come: the first of them, for what follows it is then out of step. */
export function findMissingCall(test: TestCase, made: readonly Call[]): Mismatch[] {
  let next = 0;
  for (const [index, expected] of (test.expect.calls ?? []).entries()) {
    const found = made.findIndex((call, at) => at >= next && isMeant(call, expected, test));
    if (found < 0) return [missing(expected, ['expect', 'calls', index], made, next, test)];
    next = found + 1;
  }
  return [];
}

function missing(
  expected: ExpectedCall,
  at: Mismatch['at'],
  made: readonly Call[],
  from: number,
  test: TestCase,
): Mismatch {
  const name = nameOf(expected);
  const before = from === 0 ? undefined : made[from - 1]!;
  const after = before === undefined ? '' : ` after ${before.name} at ${formatMoment(before.atMs)}`;
  const candidate = made.find((call, index) => index >= from && call.name === name);
  if (candidate === undefined) {
    const earlier = made.find((call) => call.name === name);
    const when = earlier === undefined ? '' : `; it was called at ${formatMoment(earlier.atMs)} already`;
    return { message: `${name} is not called${after}${when}`, at };
  }
  const { name: _name, kind, ...facts } = candidate;
  const wanted = typeof expected === 'string' ? {} : wantedFacts(expected, test);
  const found: { [key: string]: Json } = Object.fromEntries(
    Object.entries(facts).map(([key, value]) =>
      key === 'atMs' ? ['at', formatMoment(value as number)] : [key, value as Json],
    ),
  );
  const others = made.filter((call, index) => index >= from && call.name === name).length - 1;
  const more = others === 0 ? '' : `; the first of ${others + 1} such calls is shown`;
  return {
    message: `${kind} ${name} is not called like this${after}${more}`,
    at,
    diff: diffLines(wanted, found),
    step: candidate.step,
    untilMs: candidate.atMs,
  };
}

function wantedFacts(expected: Exclude<ExpectedCall, string>, test: TestCase): { [key: string]: Json } {
  const { with: input, at, step, attempt, to } = expected;
  return {
    ...(step !== undefined && { step }),
    ...(at !== undefined && { at: formatMoment(momentOf(at, test.start)) }),
    ...(attempt !== undefined && { attempt }),
    ...(to !== undefined && { to }),
    ...(input !== undefined && { with: input }),
  };
}

function isMeant(call: Call, expected: ExpectedCall, test: TestCase): boolean {
  if (call.name !== nameOf(expected)) return false;
  if (typeof expected === 'string') return true;
  const { with: input, at, step, attempt, to } = expected;
  return (
    (at === undefined || momentOf(at, test.start) === call.atMs) &&
    (step === undefined || matchesPath(step, call.step)) &&
    (attempt === undefined || attempt === call.attempt) &&
    (to === undefined || matches(to, call.to)) &&
    (input === undefined || matches(input, call.with))
  );
}

/** The name that an expected call has. */
export function nameOf(expected: ExpectedCall): string {
  if (typeof expected === 'string') return expected;
  return expected.activity ?? expected.workflow ?? expected.signal!;
}
