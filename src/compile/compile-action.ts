import type { Action, Step } from '../document/definition.ts';
import { entryOf } from '../document/json.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import type { PagesPlan, StepAction, TolerancePlan, Value } from '../plan/plan.ts';
import { activityOptions } from './call-options.ts';
import { compileChild } from './compile-child.ts';
import { compileBlock } from './compile-steps.ts';
import { type Compiler, callInput, duration, value } from './compiler.ts';

/** What a step does. */
export function compileAction(compiler: Compiler, step: Step, action: Action): StepAction {
  switch (action.kind) {
    case 'activity':
      return {
        kind: 'activity',
        activity: action.activity.value,
        with: callInput(compiler, action.with),
        ...activityOptions(compiler, action.activity.value, step),
      };
    case 'workflow':
      return compileChild(compiler, step, action);
    case 'set':
      return { kind: 'set', value: value(compiler, action.value) };
    case 'group':
      return { kind: 'group', block: compileBlock(compiler, action.block) };
    case 'switch':
      return {
        kind: 'switch',
        cases: action.cases.map(({ when, block }) => ({
          ...(when && { when: value(compiler, when) }),
          block: compileBlock(compiler, block),
        })),
      };
    case 'for_each':
      return compileForEach(compiler, action);
    case 'repeat':
      return {
        kind: 'repeat',
        state: callInput(compiler, action.state),
        until: value(compiler, action.until!),
        ...(action.every && { every: duration(compiler, action.every) }),
        ...(action.max && { max: value(compiler, action.max) }),
        block: compileBlock(compiler, action.block),
      };
    case 'race':
      return compileRace(compiler, action);
    case 'all':
      return {
        kind: 'all',
        branches: action.branches.map(({ name, block }) => ({
          name: name.value,
          block: compileBlock(compiler, block),
        })),
      };
    case 'wait':
      return 'until' in action
        ? { kind: 'wait', until: value(compiler, action.until) }
        : { kind: 'wait', duration: duration(compiler, action.duration) };
    case 'await':
      return { kind: 'await', name: action.name.value };
    case 'signal':
      return compileSignal(compiler, action);
    case 'fail':
      return { kind: 'fail', failure: value(compiler, action.failure) };
    case 'return': {
      const { from } = action;
      return { kind: 'return', value: value(compiler, action.value), ...(from && { from: from.value }) };
    }
  }
}

function compileForEach(compiler: Compiler, action: Extract<Action, { kind: 'for_each' }>): StepAction {
  const { items, as, key, concurrency, tolerate, block } = action;
  return {
    kind: 'for_each',
    items: items.kind === 'pages' ? compilePages(compiler, items) : value(compiler, items),
    as: as?.value ?? 'item',
    ...(key && { key: value(compiler, key) }),
    concurrency: concurrency === undefined ? { literal: 1 } : value(compiler, concurrency),
    ...(tolerate && { tolerate: compileTolerance(compiler, tolerate) }),
    block: compileBlock(compiler, block),
    keepsOutputs: true,
  };
}

function compilePages(
  compiler: Compiler,
  { activity, with: input }: Extract<Extract<Action, { kind: 'for_each' }>['items'], { kind: 'pages' }>,
): PagesPlan {
  return {
    pages: activity.value,
    with: callInput(compiler, input),
    ...activityOptions(compiler, activity.value, {}),
  };
}

function compileTolerance(compiler: Compiler, node: YamlNode): TolerancePlan {
  if (node.kind === 'scalar') return 'all';
  const count = toleratedCount(compiler, node);
  return count === undefined ? { percent: value(compiler, entryOf(node, 'percent')!.value) } : { count };
}

function toleratedCount(compiler: Compiler, node: YamlNode): Value | undefined {
  const count = entryOf(node, 'count')?.value;
  return count && value(compiler, count);
}

function compileRace(
  compiler: Compiler,
  { branches, tolerate }: Extract<Action, { kind: 'race' }>,
): StepAction {
  return {
    kind: 'race',
    branches: branches.map(({ name, block, then: next }) => ({
      name: name.value,
      block: compileBlock(compiler, block),
      // biome-ignore lint/suspicious/noThenProperty: the index of a block, and never a function.
      ...(next && { then: compileBlock(compiler, next) }),
    })),
    ...(tolerate && { tolerate: toleratedCount(compiler, tolerate)! }),
  };
}

/** `domain/name.signal`; neither part has a dot. */
function compileSignal(
  compiler: Compiler,
  { signal, to, with: payload }: Extract<Action, { kind: 'signal' }>,
): StepAction {
  const [workflow, name] = signal.value.split('.') as [string, string];
  return {
    kind: 'signal',
    workflow,
    signal: name,
    to: value(compiler, to!),
    with: callInput(compiler, payload),
  };
}
