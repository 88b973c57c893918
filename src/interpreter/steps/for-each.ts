import type { Json, StepPlan } from '../../plan/plan.ts';
import type { Failure } from '../host.ts';
import { type Scope, scopeOf } from '../scope.ts';
import { type Loop, MAXIMUM_ERRORS, type Place } from '../state.ts';
import {
  endFrame,
  endStep,
  failStep,
  frameOf,
  openFrame,
  type StepKind,
  stepPlanOf,
  stepStateOf,
  type Turn,
} from '../turn.ts';
import { type Resolved, resolve, resolveCount, resolveList } from '../values.ts';

type ForEachStep = Extract<StepPlan, { kind: 'for_each' }>;

export const forEach: StepKind<'for_each'> = {
  start(turn, at, step) {
    const scope = scopeOf(turn, frameOf(turn, at));
    const items = resolveList(step.items, scope);
    if (!items.ok) return failStep(turn, at, items.failure);
    const concurrency = resolveCount(step.concurrency, scope);
    if (!concurrency.ok) return failStep(turn, at, concurrency.failure);
    const labels = labelItems(step, items.value, scope);
    if (!labels.ok) return failStep(turn, at, labels.failure);

    stepStateOf(turn, at).loop = {
      items: items.value,
      labels: labels.value,
      total: items.value.length,
      concurrency: concurrency.value,
      next: 0,
      active: [],
      succeeded: 0,
      failed: 0,
      errors: [],
      ...(step.keepsOutputs && { outputs: [] }),
    };
    startItems(turn, at);
  },

  cancel(turn, at) {
    const loop = loopOf(turn, at);
    // No further item starts: `next` is where the loop ends now.
    loop.next = loop.items.length;
    for (const frame of loop.active) endFrame(turn, turn.state.frames[frame]!, { cancelled: true });
  },

  childEnded(turn, at, child, outcome) {
    const loop = loopOf(turn, at);
    loop.active.splice(loop.active.indexOf(child.id), 1);
    if (outcome.status === 'completed') {
      loop.succeeded++;
      if (loop.outputs !== undefined) loop.outputs[child.item!.index] = outcome.output;
    } else if (outcome.status === 'failed') {
      loop.failed++;
      if (loop.errors.length < MAXIMUM_ERRORS) loop.errors.push(outcome.failure);
      failLoop(turn, at, outcome.failure);
    }
    startItems(turn, at);
  },
};

/** Starts items up to the concurrency; when none is left and none runs, the step ends. */
function startItems(turn: Turn, at: Place): void {
  const step = stepPlanOf(turn, at) as ForEachStep;
  const loop = loopOf(turn, at);
  while (loop.active.length < loop.concurrency && loop.next < loop.items.length) {
    const index = loop.next++;
    const frame = openFrame(turn, step.block, at, {
      item: { index, label: loop.labels?.[index] ?? String(index) },
      locals: { [step.as]: loop.items[index]!, index },
    });
    loop.active.push(frame.id);
  }
  if (loop.active.length === 0 && loop.next === loop.items.length) end(turn, at, loop);
}

function end(turn: Turn, at: Place, loop: Loop): void {
  const { failure, outputs } = loop;
  // What nobody can read any more does not stay in the state.
  stepStateOf(turn, at).loop = { ...loop, items: [], labels: undefined, outputs: undefined, next: 0 };
  if (failure !== undefined) endStep(turn, at, { status: 'failed', failure });
  else if (frameOf(turn, at).ending !== undefined) endStep(turn, at, { status: 'cancelled' });
  else endStep(turn, at, { status: 'completed', output: outputs ?? [] });
}

/** One failed item fails the step: the others are cancelled, and the first failure is the step's. */
function failLoop(turn: Turn, at: Place, failure: Failure): void {
  const loop = loopOf(turn, at);
  if (loop.failure !== undefined) return;
  loop.failure = failure;
  forEach.cancel(turn, at);
}

/**
 * How paths and idempotency keys name the items: by `key`, else by index. Two items with one key would share
 * one idempotency key, and the second would silently get the first one's result; so that is a failure.
 */
function labelItems(step: ForEachStep, items: readonly Json[], scope: Scope): Resolved<string[] | undefined> {
  if (step.key === undefined) return { ok: true, value: undefined };
  const labels: string[] = [];
  const seen = new Map<string, number>();
  for (let index = 0; index < items.length; index++) {
    const key = resolve(step.key, { ...scope, [step.as]: items[index], index });
    if (!key.ok) return key;
    if (typeof key.value !== 'string' && typeof key.value !== 'number') {
      const message = `the key of item ${index} must be a string or a number, got ${JSON.stringify(key.value)}`;
      return { ok: false, failure: { type: 'ExpressionError', message } };
    }
    const label = escapeLabel(String(key.value));
    const first = seen.get(label);
    if (first !== undefined) {
      const message = `items ${first} and ${index} have the same key '${key.value}'; keys must differ`;
      return { ok: false, failure: { type: 'DuplicateKey', message } };
    }
    seen.set(label, index);
    labels.push(label);
  }
  return { ok: true, value: labels };
}

/** Keeps paths unambiguous whatever a key contains. */
function escapeLabel(key: string): string {
  return key.replace(/[%/[\]]/g, (character) => `%${character.charCodeAt(0).toString(16)}`);
}

function loopOf(turn: Turn, at: Place): Loop {
  return stepStateOf(turn, at).loop!;
}
