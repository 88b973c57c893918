import type { Block, Catch, Compensation, Step } from '../document/definition.ts';
import type { CatchPlan, CompensatePlan, StepCommon, StepPlan } from '../plan/plan.ts';
import { remoteOptions } from './call-options.ts';
import { compileAction } from './compile-action.ts';
import { type Compiler, callInput, duration, value } from './compiler.ts';
import { compileSearchAttributes } from './search-attributes.ts';
import { lineOf } from './values.ts';

/**
 * Compiles a block and all inside it. One with a catch, finally or timeout of its own becomes a block of one step
 * that has them and does what the block does: handlers are a matter of steps alone.
 *
 * @returns the index of the block in the plan
 */
export function compileBlock(compiler: Compiler, block: Block): number {
  if (block.catch === undefined && block.finally === undefined && block.timeout === undefined)
    return compilePlainBlock(compiler, block);
  const index = reserve(compiler);
  const step: StepPlan = {
    id: compiler.names.fresh('block'),
    named: false,
    line: lineOf(block, compiler.lines),
    needs: [],
    kind: 'group',
    block: compilePlainBlock(compiler, block),
    ...(block.timeout && { timeout: duration(compiler, block.timeout) }),
    ...compileHandlers(compiler, block),
    transparent: true,
  };
  compiler.blocks[index] = { steps: [step], outputOf: 0 };
  return index;
}

function compilePlainBlock(compiler: Compiler, block: Block): number {
  const index = reserve(compiler);
  const ids = block.steps.map((step) => compiler.names.of(step));
  const steps = block.steps.map((step, position) => compileStep(compiler, step, position, ids));
  compiler.blocks[index] = { steps, ...(block.output && { output: value(compiler, block.output) }) };
  return index;
}

/** A place is taken before what is inside, so that the root is block 0 and the order is that of the YAML. */
function reserve({ blocks }: Compiler): number {
  return blocks.push({ steps: [] }) - 1;
}

function compileStep(compiler: Compiler, step: Step, position: number, ids: readonly string[]): StepPlan {
  const action = compileAction(compiler, step, step.action!);
  return {
    id: ids[position]!,
    named: step.id !== undefined,
    line: lineOf(step, compiler.lines),
    needs: needsOf(step, position, ids),
    ...(step.if && { if: value(compiler, step.if) }),
    // On an activity the timeout is Temporal's, elsewhere the interpreter keeps it.
    ...(step.timeout && action.kind !== 'activity' && { timeout: duration(compiler, step.timeout) }),
    ...compileHandlers(compiler, step),
    ...(step.compensate && { compensate: compileCompensation(compiler, step.compensate) }),
    ...(step.commit?.value === true && { commit: true }),
    ...(step.searchAttributes && {
      searchAttributes: compileSearchAttributes(compiler, step.searchAttributes),
    }),
    ...(step.summary && { summary: value(compiler, step.summary) }),
    ...action,
  };
}

/** Without `needs`, a step runs after the one before it. */
function needsOf(step: Step, position: number, ids: readonly string[]): number[] {
  if (step.needs === undefined) return position === 0 ? [] : [position - 1];
  return step.needs.ids.map((needed) => ids.indexOf(needed.value)).sort((a, b) => a - b);
}

function compileHandlers(
  compiler: Compiler,
  { catch: clause, finally: last }: Step | Block,
): Pick<StepCommon, 'catch' | 'finally'> {
  return {
    ...(clause && { catch: compileCatch(compiler, clause) }),
    ...(last && { finally: compileBlock(compiler, last) }),
  };
}

/** `catch: ignore` is a catch of everything whose block does nothing. */
function compileCatch(compiler: Compiler, clause: Catch): CatchPlan[] {
  if (clause.kind === 'ignore') return [{ block: reserve(compiler) }];
  return clause.cases.map(({ errors, block }) => ({
    ...(errors && { errors: errors.map((error) => error.value) }),
    block: compileBlock(compiler, block),
  }));
}

function compileCompensation(compiler: Compiler, compensate: Compensation): CompensatePlan {
  return {
    activity: compensate.activity!.value,
    with: callInput(compiler, compensate.with),
    ...remoteOptions(compiler, compensate),
  };
}
