/** Holds what a run did against what its case expects. */
import type { Failure } from '../interpreter/host.ts';
import type { Json, Plan } from '../plan/plan.ts';
import { type Call, callsOf, findMissingCall } from './calls.ts';
import { diffLines, matches, matchesPath } from './matching.ts';
import type { Mismatch } from './mismatch.ts';
import { formatMoment, momentOf } from './moments.ts';
import type { Rehearsal } from './rehearsal.ts';
import type { ExpectedState, TestCase } from './test-file.ts';

/** All that is not as expected, the outcome first; nothing if the case passes. */
export function findMismatches(plan: Plan, test: TestCase, run: Rehearsal): readonly Mismatch[] {
  const { outcome } = run;
  if (outcome.status === 'unanswered') {
    const { message, step } = outcome;
    return [{ message, at: ['name'], ...(step !== undefined && { step }) }];
  }
  if (outcome.status === 'endless') return [{ message: 'the run does not end', at: ['name'] }];
  const calls = callsOf(plan, run);
  return [
    ...outcomeMismatches(test, outcome),
    ...eventMismatches(test, run),
    ...findMissingCall(test, calls),
    ...countMismatches(test, run, calls),
    ...pathMismatches(test, run),
    ...endMismatches(test, run),
    ...(test.expect.state ?? []).flatMap((expected, index) => stateMismatches(test, run, expected, index)),
  ];
}

function outcomeMismatches(
  { expect }: TestCase,
  outcome: Exclude<Rehearsal['outcome'], { status: 'unanswered' | 'endless' }>,
): Mismatch[] {
  const wanted =
    expect.failure !== undefined
      ? 'failure'
      : expect.cancelled
        ? 'cancelled'
        : expect.waits
          ? 'waits'
          : 'output';
  const at = expect[wanted] === undefined ? ['expect'] : ['expect', wanted];
  switch (outcome.status) {
    case 'completed':
      if (wanted === 'output') {
        if (expect.output === undefined || matches(expect.output, outcome.output)) return [];
        const diff = diffLines(expect.output, outcome.output);
        return [{ message: 'the output is not as expected', at, diff }];
      }
      return [{ message: `the run completed; expected ${EXPECTED[wanted]}`, at }];
    case 'failed':
      if (wanted === 'failure') return failureMismatch(expect.failure!, outcome.failure, at);
      return [
        {
          message: `the run failed with ${outcome.failure.type}: ${outcome.failure.message}; expected ${EXPECTED[wanted]}`,
          at,
          ...(outcome.failure.step !== undefined && { step: outcome.failure.step }),
        },
      ];
    case 'cancelled':
      return wanted === 'cancelled'
        ? []
        : [{ message: `the run was cancelled; expected ${EXPECTED[wanted]}`, at }];
    case 'waits': {
      if (wanted === 'waits') return [];
      const steps = outcome.steps.join(', ');
      const [step] = outcome.steps;
      const message = `the run waits in ${steps}, for something that the test never sends; expected ${EXPECTED[wanted]}`;
      return [{ message, at, ...(step !== undefined && { step }) }];
    }
  }
}

const EXPECTED = {
  output: 'it to complete',
  failure: 'it to fail',
  cancelled: 'it to be cancelled',
  waits: 'it to wait',
} as const;

function failureMismatch(
  expected: string | { readonly [part: string]: Json },
  failure: Failure,
  at: Mismatch['at'],
): Mismatch[] {
  const wanted: Json = typeof expected === 'string' ? { type: expected } : { ...expected };
  const { step = '', type, message, details } = failure;
  const found = { type, message, step, ...(details !== undefined && { details }) };
  if (matches(wanted, found)) return [];
  const diff = diffLines(wanted, found);
  return [{ message: `the failure is not as expected: ${type}: ${message}`, at, diff, step }];
}

/** What was sent after the end, and what was refused or taken against expectation. */
function eventMismatches({ events = [], start }: TestCase, { log, elapsedMs }: Rehearsal): Mismatch[] {
  const received = log.filter(({ kind }) =>
    ['signal', 'update', 'cancel_requested', 'resumed'].includes(kind),
  );
  const inTime = events
    .map((event, index) => ({ event, index, atMs: momentOf(event.at, start) }))
    .sort((a, b) => a.atMs - b.atMs);
  return inTime.flatMap(({ event, index, atMs }, nth): Mismatch[] => {
    const at = ['events', index];
    const got = received[nth];
    if (got === undefined) {
      return [{ message: `nobody receives this: the run ended after ${formatMoment(elapsedMs)}`, at }];
    }
    const refused = 'refused' in got ? got.refused : undefined;
    if (event.refused === undefined) {
      if (refused === undefined) return [];
      return [{ message: `the run refuses this: ${refused}`, at, untilMs: atMs }];
    }
    if (refused === undefined) {
      return [
        { message: 'the run takes this; expected it to be refused', at: [...at, 'refused'], untilMs: atMs },
      ];
    }
    if (event.refused === true || refused.includes(event.refused)) return [];
    const message = 'the run refuses this for another reason';
    return [{ message, at: [...at, 'refused'], diff: diffLines(event.refused, refused), untilMs: atMs }];
  });
}

function countMismatches({ expect }: TestCase, run: Rehearsal, calls: readonly Call[]): Mismatch[] {
  const never = (expect.never ?? []).flatMap((name, index): Mismatch[] => {
    const [first] = occurrencesOf(name, run, calls);
    if (first === undefined) return [];
    const when = first.atMs === undefined ? '' : ` at ${formatMoment(first.atMs)}`;
    const how = first.step === name ? 'runs' : `is called by ${first.step}`;
    const message = `${name} ${how}${when}; expected it never to`;
    return [
      {
        message,
        at: ['expect', 'never', index],
        step: first.step,
        ...(first.atMs !== undefined && { untilMs: first.atMs }),
      },
    ];
  });
  const times = Object.entries(expect.times ?? {}).flatMap(([name, wanted]): Mismatch[] => {
    const found = occurrencesOf(name, run, calls).length;
    if (found === wanted) return [];
    const diff = diffLines({ [name]: wanted }, { [name]: found });
    const message = `${name} comes ${timesOf(found)}; expected it ${timesOf(wanted)}`;
    return [{ message, at: ['expect', 'times', name], diff }];
  });
  return [...never, ...times];
}

/** A name is that of something called, or a step's path or id. */
function occurrencesOf(name: string, { observed }: Rehearsal, calls: readonly Call[]) {
  const called = calls.filter((call) => call.name === name);
  if (called.length > 0) return called;
  return observed.flatMap((seen) =>
    seen.kind === 'started' && isStep(name, seen) ? [{ step: seen.step, atMs: undefined }] : [],
  );
}

function isStep(name: string, { step, id }: { readonly step: string; readonly id: string }): boolean {
  return id === name || matchesPath(name, step);
}

function pathMismatches({ expect: { path = [] } }: TestCase, { observed }: Rehearsal): Mismatch[] {
  const started = observed.filter((seen) => seen.kind === 'started');
  let next = 0;
  for (const [index, name] of path.entries()) {
    const found = started.findIndex((seen, at) => at >= next && isStep(name, seen));
    if (found >= 0) {
      next = found + 1;
      continue;
    }
    const before = next === 0 ? undefined : started[next - 1]!.step;
    const skipped = observed.find((seen) => seen.kind === 'skipped' && isStep(name, seen));
    const why =
      skipped !== undefined
        ? ': its if does not hold'
        : started.some((seen) => isStep(name, seen))
          ? `: it starts before ${before}`
          : '';
    const after = before === undefined ? '' : ` after ${before}`;
    const message = `${name} does not start${after}${why}; the steps started: ${listed(started.map(({ step }) => step))}`;
    return [{ message, at: ['expect', 'path', index], step: name }];
  }
  return [];
}

function endMismatches({ expect: { ends_at: end }, start }: TestCase, run: Rehearsal): Mismatch[] {
  if (end === undefined) return [];
  const wanted = momentOf(end, start);
  if (run.elapsedMs === wanted) return [];
  const diff = [`- ${formatMoment(wanted)}`, `+ ${formatMoment(run.elapsedMs)}`];
  return [{ message: 'the run ends at another time', at: ['expect', 'ends_at'], diff }];
}

function stateMismatches(
  test: TestCase,
  { looks }: Rehearsal,
  expected: ExpectedState,
  index: number,
): Mismatch[] {
  const at = ['expect', 'state', index];
  const look = looks[index];
  if (look === undefined) return [{ message: 'the run never came so far', at }];
  const untilMs = momentOf(expected.at, test.start);
  const { progress } = look;
  const found: { [key: string]: Json } = {
    steps: Object.fromEntries(progress.steps.map(({ id, status }) => [id, status])),
    queries: Object.fromEntries(
      Object.entries(look.queries).map(([name, answer]) => [
        name,
        answer.ok ? answer.value : `fails: ${answer.message}`,
      ]),
    ),
    parked: progress.parked !== undefined,
  };
  const { at: _at, ...wanted } = expected;
  if (matches(wanted as Json, found)) return [];
  return [
    {
      message: `the state after ${formatMoment(untilMs)} is not as expected`,
      at,
      diff: diffLines(wanted as Json, found),
      untilMs,
    },
  ];
}

function timesOf(count: number): string {
  return count === 0 ? 'not at all' : count === 1 ? 'once' : count === 2 ? 'twice' : `${count} times`;
}

/** Few enough to be read. */
function listed(names: readonly string[]): string {
  if (names.length === 0) return 'none';
  return names.length <= 12
    ? names.join(', ')
    : `${names.slice(0, 12).join(', ')} and ${names.length - 12} more`;
}
