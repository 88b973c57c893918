import { scopeOf } from '../scope.ts';
import { type Ending, type Loop, MAXIMUM_ERRORS, type Place } from '../state.ts';
import {
  CANCELLED,
  endFrame,
  endingOf,
  endStep,
  failStep,
  frameOf,
  located,
  openFrame,
  type StepKind,
  stepPlanOf,
  stepStateOf,
  type Turn,
} from '../turn.ts';
import { resolveCount, resolveList } from '../values.ts';
import { type ForEachStep, labelItems } from './item-labels.ts';
import { fetchPage, readPage } from './pages.ts';
import { isExceeded, resolveTolerance, toleranceFailure } from './tolerance.ts';

export const forEach: StepKind<'for_each'> = {
  start(turn, at, step) {
    const scope = scopeOf(turn, frameOf(turn, at));
    const concurrency = resolveCount(step.concurrency, scope);
    if (!concurrency.ok) return failStep(turn, at, concurrency.failure);
    const tolerance = resolveTolerance(step.tolerate, scope);
    if (!tolerance.ok) return failStep(turn, at, tolerance.failure);
    const loop: Loop = {
      items: [],
      base: 0,
      next: 0,
      total: 0,
      concurrency: concurrency.value,
      active: [],
      succeeded: 0,
      failed: 0,
      errors: [],
      ...(tolerance.value !== undefined && { tolerance: tolerance.value }),
      ...(step.keepsOutputs && { outputs: [] }),
    };
    if ('pages' in step.items) {
      stepStateOf(turn, at).loop = { ...loop, pages: { fetched: 0 } };
      return startItems(turn, at);
    }
    const items = resolveList(step.items, scope);
    if (!items.ok) return failStep(turn, at, items.failure);
    const labels = labelItems(step, items.value, 0, scope);
    if (!labels.ok) return failStep(turn, at, labels.failure);
    stepStateOf(turn, at).loop = {
      ...loop,
      items: items.value,
      labels: labels.value,
      total: items.value.length,
    };
    startItems(turn, at);
  },

  cancel(turn, at) {
    const { command } = stepStateOf(turn, at);
    const loop = loopOf(turn, at);
    // No further item starts: `next` is where the loop ends now.
    loop.next = loop.items.length;
    if (loop.pages !== undefined && !loop.pages.done) {
      loop.pages.done = true;
      if (command !== undefined) turn.commands.push({ type: 'cancel_activity', id: command });
    }
    for (const frame of loop.active) endFrame(turn, frame, CANCELLED);
    startItems(turn, at);
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
      if (loop.outputs !== undefined) loop.outputs[child.item!.index] = null;
      if (isExceeded(loop))
        return stop(turn, at, { failure: toleranceFailure(turn, at, loop, outcome.failure) });
    } else if (outcome.status === 'returned') {
      return stop(turn, at, endingOf(outcome));
    }
    startItems(turn, at);
  },

  /** A page has come, or not. */
  callEnded(turn, at, outcome) {
    const state = stepStateOf(turn, at);
    const loop = loopOf(turn, at);
    if (state.stopping || state.ending) return startItems(turn, at);
    if (outcome.status === 'failed') return stop(turn, at, endingOf(outcome));
    const page = outcome.status === 'completed' ? readPage(outcome.output, loop.pages!) : undefined;
    if (page === undefined) throw new Error(`a page was ${outcome.status}, and nobody had asked for it`);
    if (!page.ok) return stop(turn, at, { failure: located(turn, at, page.failure) });
    const step = stepPlanOf(turn, at) as ForEachStep;
    loop.base += loop.items.length;
    const labels = labelItems(step, page.items, loop.base, scopeOf(turn, frameOf(turn, at)));
    if (!labels.ok) return stop(turn, at, { failure: located(turn, at, labels.failure) });
    loop.items = page.items;
    loop.labels = labels.value;
    loop.next = 0;
    loop.total += page.items.length;
    loop.pages = page.pages;
    startItems(turn, at);
  },
};

/** Starts items up to the concurrency; when none is left, none runs and none will come, the step ends. */
function startItems(turn: Turn, at: Place): void {
  const step = stepPlanOf(turn, at) as ForEachStep;
  const state = stepStateOf(turn, at);
  const loop = loopOf(turn, at);
  while (loop.active.length < loop.concurrency && loop.next < loop.items.length) {
    const index = loop.next++;
    const frame = openFrame(turn, step.block, at, {
      item: { index: loop.base + index, label: loop.labels?.[index] ?? String(loop.base + index) },
      locals: { [step.as]: loop.items[index]!, index: loop.base + index },
    });
    loop.active.push(frame.id);
  }
  if (loop.next < loop.items.length || state.command !== undefined) return;
  if (loop.pages !== undefined && !loop.pages.done) return fetchPage(turn, at, step, loop.pages);
  if (loop.active.length === 0) end(turn, at, loop);
}

function end(turn: Turn, at: Place, loop: Loop): void {
  const state = stepStateOf(turn, at);
  const { outputs } = loop;
  // What nobody can read any more does not stay in the state.
  state.loop = { ...loop, items: [], labels: undefined, outputs: undefined, next: 0 };
  if (state.stopping || state.ending !== undefined) return endStep(turn, at, { status: 'cancelled' });
  if (loop.failed > 0 && isExceeded(loop)) {
    return endStep(turn, at, {
      status: 'failed',
      failure: toleranceFailure(turn, at, loop, loop.errors[0]!),
    });
  }
  endStep(turn, at, { status: 'completed', output: outputs ?? [] });
}

/** Ends the loop: what runs is cancelled, and when that has settled the step ends so. */
function stop(turn: Turn, at: Place, ending: Ending): void {
  const state = stepStateOf(turn, at);
  state.ending ??= ending;
  forEach.cancel(turn, at);
}

function loopOf(turn: Turn, at: Place): Loop {
  return stepStateOf(turn, at).loop!;
}
