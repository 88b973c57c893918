import { createHash } from 'node:crypto';
import type { CheckedDocument } from '../check/checked-document.ts';
import { references } from '../expression/references.ts';
import { canonicalJson } from '../plan/canonical.ts';
import { type BlockPlan, type Json, PLAN_FORMAT, type Plan, type SignaturePlan } from '../plan/plan.ts';
import { compileBlock } from './compile-steps.ts';
import { type Compiler, createCompiler, value } from './compiler.ts';
import { compileSearchAttributes } from './search-attributes.ts';

/**
 * Compiles a definition that was found right into the plan that the interpreter runs.
 * @throws Error if the document breaks what the checker promises: a bug, never a finding
 */
export function compile(document: CheckedDocument): Plan {
  const { definition, signatures } = document;
  const compiler = createCompiler(document);
  compileBlock(compiler, definition.root);
  const level = compileWorkflowLevel(compiler);
  const read = outputsRead(compiler.expressions);
  const plan = {
    format: PLAN_FORMAT,
    name: definition.name,
    ...(definition.description && { description: definition.description.value }),
    ...(definition.deprecated && { deprecated: definition.deprecated.value }),
    blocks: compiler.blocks.map((block) => dropUnreadOutputs(block, read)),
    signatures: planSignatures(signatures),
    ...level,
  } satisfies Omit<Plan, 'hash'>;
  const text = canonicalJson(plan as unknown as Json);
  return { ...plan, hash: createHash('sha256').update(text).digest('hex') };
}

/** What the definition says beside its steps. */
function compileWorkflowLevel(
  compiler: Compiler,
): Pick<Plan, 'id' | 'signals' | 'updates' | 'queries' | 'searchAttributes' | 'memo' | 'outputSchema'> {
  const { definition, interface: own } = compiler.document;
  const { signals, updates, queries, searchAttributes, memo } = definition;
  return {
    ...(own.id && { id: { key: value(compiler, own.id.key), onConflict: own.id.onConflict } }),
    ...(signals.length > 0 && { signals: Object.fromEntries(own.signals) }),
    ...(updates.length > 0 && {
      updates: Object.fromEntries(
        updates.map(({ name, accept }) => [
          name.value,
          {
            input: own.updates.get(name.value)!,
            accept: accept.map((condition) => ({
              when: value(compiler, condition.when!),
              else: value(compiler, condition.else!),
            })),
          },
        ]),
      ),
    }),
    ...(queries.length > 0 && {
      queries: Object.fromEntries(
        queries.map(({ name, value: node }) => [name.value, value(compiler, node)]),
      ),
    }),
    ...(searchAttributes && { searchAttributes: compileSearchAttributes(compiler, searchAttributes) }),
    ...(memo && { memo: value(compiler, memo) }),
    ...(own.outputSchema !== undefined && { outputSchema: own.outputSchema }),
  };
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
