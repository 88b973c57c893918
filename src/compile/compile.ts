import { createHash } from 'node:crypto';
import type { CheckedDocument } from '../check/checked-document.ts';
import { lineStarts } from '../diagnostics/position.ts';
import type { Action, Block, Catch, Step } from '../document/definition.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import { references } from '../expression/references.ts';
import { canonicalJson } from '../plan/canonical.ts';
import {
  type ActivityTimeoutsPlan,
  type BlockPlan,
  type CatchPlan,
  type Json,
  PLAN_FORMAT,
  type Plan,
  type RetryPlan,
  type SignaturePlan,
  type StepAction,
  type StepPlan,
  type Value,
} from '../plan/plan.ts';
import { nameSteps, type StepNames } from './step-names.ts';
import { expressionsIn, type Lines, lineOf, milliseconds, toDuration, toValue } from './values.ts';

/**
 * Compiles a definition that was found right into the plan that the interpreter runs.
 * @throws Error if the document breaks what the checker promises: a bug, never a finding
 */
export function compile(document: CheckedDocument): Plan {
  const { definition, signatures } = document;
  const compiler: Compiler = {
    lines: lineStarts(definition.source),
    names: nameSteps(definition.root),
    blocks: [],
    expressions: [],
  };
  compileBlock(compiler, definition.root);
  const read = outputsRead(compiler.expressions);
  const plan = {
    format: PLAN_FORMAT,
    name: definition.name,
    ...(definition.description && { description: definition.description.value }),
    blocks: compiler.blocks.map((block) => dropUnreadOutputs(block, read)),
    signatures: planSignatures(signatures),
  } satisfies Omit<Plan, 'hash'>;
  const text = canonicalJson(plan as unknown as Json);
  return { ...plan, hash: createHash('sha256').update(text).digest('hex') };
}

interface Compiler {
  readonly lines: Lines;
  readonly names: StepNames;
  readonly blocks: BlockPlan[];
  /** Every expression met so far: whether a step's output is read is known only at the end. */
  readonly expressions: string[];
}

/** @returns the index of the block in the plan */
function compileBlock(compiler: Compiler, block: Block): number {
  const index = compiler.blocks.length;
  // The place is taken first, so that the root is block 0 and the order is that of the YAML.
  compiler.blocks.push({ steps: [] });
  const ids = block.steps.map((step) => compiler.names.get(step)!);
  const steps = block.steps.map((step, position) => compileStep(compiler, step, position, ids));
  compiler.blocks[index] = { steps, ...(block.output && { output: value(compiler, block.output) }) };
  return index;
}

function compileStep(compiler: Compiler, step: Step, position: number, ids: readonly string[]): StepPlan {
  const action = compileAction(compiler, step, step.action!);
  return {
    id: ids[position]!,
    named: step.id !== undefined,
    line: lineOf(step, compiler.lines),
    needs: needsOf(step, position, ids),
    ...(step.if && { if: value(compiler, step.if) }),
    // On an activity the timeout is Temporal's, on a block the interpreter keeps it.
    ...(step.timeout && action.kind !== 'activity' && { timeout: duration(compiler, step.timeout) }),
    ...(step.catch && { catch: compileCatch(compiler, step.catch) }),
    ...(step.summary && { summary: value(compiler, step.summary) }),
    ...action,
  };
}

/** Without `needs`, a step runs after the one before it. */
function needsOf(step: Step, position: number, ids: readonly string[]): number[] {
  if (step.needs === undefined) return position === 0 ? [] : [position - 1];
  return step.needs.ids.map((needed) => ids.indexOf(needed.value)).sort((a, b) => a - b);
}

function compileAction(compiler: Compiler, step: Step, action: Action): StepAction {
  switch (action.kind) {
    case 'activity':
      return {
        kind: 'activity',
        activity: action.activity.value,
        with: action.with === undefined ? { literal: {} } : value(compiler, action.with),
        ...(step.retry && { retry: compileRetry(step.retry, compiler.lines) }),
        ...(step.timeout && { timeouts: compileTimeouts(compiler, step.timeout) }),
      };
    case 'set':
      return { kind: 'set', value: value(compiler, action.value) };
    case 'group':
      return { kind: 'group', block: compileBlock(compiler, action.block) };
    case 'for_each':
      return {
        kind: 'for_each',
        items: value(compiler, action.items),
        as: action.as?.value ?? 'item',
        ...(action.key && { key: value(compiler, action.key) }),
        concurrency: action.concurrency === undefined ? { literal: 1 } : value(compiler, action.concurrency),
        block: compileBlock(compiler, action.block),
        keepsOutputs: true,
      };
  }
}

/** `catch: ignore` is a catch of everything whose block does nothing. */
function compileCatch(compiler: Compiler, clause: Catch): CatchPlan[] {
  if (clause.kind === 'ignore') return [{ block: compiler.blocks.push({ steps: [] }) - 1 }];
  return clause.cases.map(({ errors, block }) => ({
    ...(errors && { errors: errors.map((error) => error.value) }),
    block: compileBlock(compiler, block),
  }));
}

function compileRetry(node: YamlNode, lines: Lines): RetryPlan {
  const policy: { -readonly [name in keyof RetryPlan]: number } = {};
  for (const [name, member] of members(node)) {
    const { literal } = toValue(member, lines) as { literal: Json };
    if (name === 'initial_interval') policy.initialIntervalMs = milliseconds(literal);
    else if (name === 'maximum_interval') policy.maximumIntervalMs = milliseconds(literal);
    else if (name === 'backoff_coefficient') policy.backoffCoefficient = literal as number;
    else policy.maximumAttempts = literal as number;
  }
  return policy;
}

const TIMEOUTS: { readonly [name: string]: keyof ActivityTimeoutsPlan } = {
  start_to_close: 'startToClose',
  schedule_to_close: 'scheduleToClose',
  schedule_to_start: 'scheduleToStart',
  heartbeat: 'heartbeat',
};

/** `timeout: 30s` is start-to-close. */
function compileTimeouts(compiler: Compiler, node: YamlNode): ActivityTimeoutsPlan {
  if (node.kind !== 'mapping') return { startToClose: duration(compiler, node) };
  const timeouts: { -readonly [name in keyof ActivityTimeoutsPlan]: Value } = {};
  for (const [name, member] of members(node)) timeouts[TIMEOUTS[name]!] = duration(compiler, member);
  return timeouts;
}

function members(node: YamlNode): (readonly [string, YamlNode])[] {
  if (node.kind !== 'mapping') throw new Error('expected a mapping; the checker should have said so');
  return node.entries.map(({ key, value }) => [key.value, value] as const);
}

function value(compiler: Compiler, node: YamlNode): Value {
  const compiled = toValue(node, compiler.lines);
  compiler.expressions.push(...expressionsIn(compiled));
  return compiled;
}

function duration(compiler: Compiler, node: YamlNode): Value {
  const compiled = toDuration(node, compiler.lines);
  compiler.expressions.push(...expressionsIn(compiled));
  return compiled;
}

/** The ids of the steps whose `output` some expression reads, or `'all'` if one reads `steps` as a whole. */
function outputsRead(expressions: readonly string[]): ReadonlySet<string> | 'all' {
  const read = new Set<string>();
  for (const { path } of expressions.flatMap((source) => references(source))) {
    const [root, id, field] = path;
    if (root !== 'steps') continue;
    if (id === undefined) return 'all';
    if (field === undefined || field === 'output') read.add(id);
  }
  return read;
}

function dropUnreadOutputs(block: BlockPlan, read: ReadonlySet<string> | 'all'): BlockPlan {
  if (read === 'all') return block;
  const steps = block.steps.map((step) =>
    step.kind === 'for_each' ? { ...step, keepsOutputs: step.named && read.has(step.id) } : step,
  );
  return { ...block, steps };
}

function planSignatures(signatures: CheckedDocument['signatures']): { [activity: string]: SignaturePlan } {
  const plans: { [activity: string]: SignaturePlan } = {};
  for (const [name, { hash, effect, errors, timeoutMs }] of signatures) {
    const retryable = Object.entries(errors).map(
      ([type, error]) => [type, { retryable: error.retryable }] as const,
    );
    plans[name] = { hash, effect, errors: Object.fromEntries(retryable), timeoutMs };
  }
  return plans;
}
