/** Makes a plan of a tree of steps, as the property tests draw them. */
import type { BlockPlan, Json, Plan, StepAction, StepPlan, Value } from '../../src/plan/plan.ts';

export const ACTIVITY = 'test/work';
export const CHILD = 'test/child';
export const SIGNALS = ['go', 'stop'] as const;

/** A step before it is flattened into a plan. */
export interface Tree {
  readonly action:
    | { readonly kind: 'activity'; readonly attempts: number }
    | { readonly kind: 'set' | 'fail' | 'signal' }
    | { readonly kind: 'workflow'; readonly detach: boolean }
    | { readonly kind: 'wait'; readonly ms: number }
    | { readonly kind: 'await'; readonly name: string }
    /** Which of the steps around it ends: 0 the innermost; the run if there are not so many. */
    | { readonly kind: 'return'; readonly up: number }
    | { readonly kind: 'group'; readonly block: readonly Tree[] }
    | { readonly kind: 'switch'; readonly taken: number; readonly cases: readonly (readonly Tree[])[] }
    | {
        readonly kind: 'repeat';
        readonly rounds: number;
        readonly maximum: number | undefined;
        readonly everyMs: number | undefined;
        readonly block: readonly Tree[];
      }
    | {
        readonly kind: 'for_each';
        readonly items: number;
        readonly pages: boolean;
        readonly concurrency: number;
        readonly tolerate: number | undefined;
        readonly block: readonly Tree[];
      }
    | { readonly kind: 'race'; readonly branches: readonly Branch[]; readonly tolerate: number | undefined }
    | { readonly kind: 'all'; readonly branches: readonly Branch[] };
  /** Which of the earlier siblings it needs: a bit each; `undefined` means the one before. */
  readonly needs: number | undefined;
  readonly if: boolean | undefined;
  readonly timeoutMs: number | undefined;
  readonly catch: readonly Tree[] | undefined;
  readonly finally: readonly Tree[] | undefined;
  readonly compensate: boolean;
  readonly commit: boolean;
}

interface Branch {
  readonly block: readonly Tree[];
  readonly then: readonly Tree[] | undefined;
}

/** The id of the step that every `finally` of the plan begins with. */
export const finallyMarker = (id: string): string => `${id}_finally`;

export function planOf(trees: readonly Tree[]): Plan {
  const blocks: BlockPlan[] = [];
  let steps = 0;
  addBlock(trees, { literal: 'done' }, []);
  const signature = {
    hash: 'hash',
    effect: 'read',
    errors: { Declared: { retryable: false } },
    timeoutMs: 30_000,
  } as const;
  const payload = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };
  return {
    format: 2,
    name: 'test/random',
    hash: 'hash',
    blocks,
    signatures: { [ACTIVITY]: signature },
    signals: { go: payload, stop: payload },
    updates: {
      change: {
        input: payload,
        accept: [{ when: { expression: 'payload.n < 1000', line: 1 }, else: { literal: 'too much' } }],
      },
    },
  };

  /** @param around the ids of the steps around, the innermost first; `undefined` in a `finally`, where no `return` stands */
  function addBlock(block: readonly Tree[], output: Value, around: readonly string[] | undefined): number {
    const index = blocks.push({ steps: [] }) - 1;
    blocks[index] = { steps: block.map((tree, position) => addStep(tree, position, around)), output };
    return index;
  }

  function addStep(tree: Tree, position: number, around: readonly string[] | undefined): StepPlan {
    const id = `s${steps++}`;
    const inside = around && [id, ...around];
    const { kind } = tree.action;
    const isInstant = kind === 'set' || kind === 'fail' || kind === 'return';
    return {
      id,
      named: true,
      line: 1,
      needs: needsOf(tree.needs, position),
      ...(tree.if !== undefined && { if: { literal: tree.if } }),
      ...(tree.timeoutMs !== undefined &&
        kind !== 'activity' &&
        !isInstant && { timeout: { literal: tree.timeoutMs } }),
      ...(tree.catch && { catch: [{ block: addBlock(tree.catch, { literal: { caught: true } }, inside) }] }),
      ...(tree.finally && { finally: addFinally(tree.finally, id) }),
      ...(tree.compensate &&
        !isInstant &&
        kind !== 'wait' &&
        kind !== 'await' && {
          compensate: {
            activity: ACTIVITY,
            with: { literal: { undoes: id } },
            retry: { maximumAttempts: 2 },
          },
        }),
      ...(tree.commit && kind === 'group' && { commit: true }),
      ...actionPlan(tree.action, id, inside),
    };
  }

  function addFinally(block: readonly Tree[], id: string): number {
    const index = addBlock(block, { literal: {} }, undefined);
    const marker: StepPlan = {
      id: finallyMarker(id),
      named: true,
      line: 1,
      needs: [],
      kind: 'activity',
      activity: ACTIVITY,
      with: { literal: {} },
      retry: { maximumAttempts: 1 },
    };
    const shifted = blocks[index]!.steps.map((step) => ({
      ...step,
      needs: step.needs.map((needed) => needed + 1),
    }));
    blocks[index] = { ...blocks[index]!, steps: [marker, ...shifted] };
    return index;
  }

  function actionPlan(action: Tree['action'], id: string, inside: readonly string[] | undefined): StepAction {
    // A `finally` is not cancelled, so nothing in it may wait for what never comes.
    const isEndless = action.kind === 'await' || action.kind === 'workflow';
    if (inside === undefined && isEndless) return { kind: 'set', value: { literal: {} } };
    switch (action.kind) {
      case 'activity':
        return {
          kind: 'activity',
          activity: ACTIVITY,
          with: { literal: { id } },
          retry: { maximumAttempts: action.attempts },
        };
      case 'set':
        return { kind: 'set', value: { literal: { id } } };
      case 'fail':
        return { kind: 'fail', failure: { literal: { type: 'Made', message: id } } };
      case 'signal':
        return {
          kind: 'signal',
          workflow: CHILD,
          signal: 'go',
          to: { literal: 'somebody' },
          with: { literal: {} },
        };
      case 'workflow':
        return { kind: 'workflow', workflow: CHILD, with: { literal: {} }, detach: action.detach };
      case 'wait':
        return { kind: 'wait', duration: { literal: action.ms } };
      case 'await':
        return { kind: 'await', name: action.name };
      case 'return': {
        if (inside === undefined) return { kind: 'set', value: { literal: {} } };
        // The first is the return itself.
        const from = inside[action.up + 1];
        return { kind: 'return', value: { literal: { returned: id } }, ...(from !== undefined && { from }) };
      }
      case 'group':
        return { kind: 'group', block: addBlock(action.block, { literal: id }, inside) };
      case 'switch':
        return {
          kind: 'switch',
          cases: action.cases.map((block, index) => ({
            when: { literal: index === action.taken },
            block: addBlock(block, { literal: id }, inside),
          })),
        };
      case 'repeat':
        return {
          kind: 'repeat',
          state: { literal: { n: 0 } },
          until: { expression: `state.n >= ${action.rounds}`, line: 1 },
          ...(action.everyMs !== undefined && { every: { literal: action.everyMs } }),
          ...(action.maximum !== undefined && { max: { literal: action.maximum } }),
          block: addBlock(action.block, { expression: '{"n": state.n + 1}', line: 1 }, inside),
        };
      case 'for_each':
        return {
          kind: 'for_each',
          items: action.pages
            ? { pages: ACTIVITY, with: { literal: {} } }
            : { literal: Array.from({ length: action.items }, (_, n): Json => n * 10) },
          as: 'item',
          key: { expression: 'item', line: 1 },
          concurrency: { literal: action.concurrency },
          ...(action.tolerate !== undefined && { tolerate: { count: { literal: action.tolerate } } }),
          block: addBlock(action.block, { expression: '{"index": index, "item": item}', line: 1 }, inside),
          keepsOutputs: true,
        };
      case 'all':
        return { kind: 'all', branches: branchesOf(action.branches, inside) };
      case 'race':
        return {
          kind: 'race',
          branches: branchesOf(action.branches, inside),
          ...(action.tolerate !== undefined && { tolerate: { literal: action.tolerate } }),
        };
    }
  }

  function branchesOf(branches: readonly Branch[], inside: readonly string[] | undefined) {
    return branches.map(({ block, then }, index) => ({
      name: `b${index}`,
      block: addBlock(block, { literal: index }, inside),
      // biome-ignore lint/suspicious/noThenProperty: the language's own word, and nobody awaits it
      ...(then && { then: addBlock(then, { literal: {} }, inside) }),
    }));
  }
}

function needsOf(bits: number | undefined, position: number): number[] {
  if (bits === undefined) return position === 0 ? [] : [position - 1];
  return Array.from({ length: position }, (_, index) => index).filter((index) => bits & (1 << index));
}
