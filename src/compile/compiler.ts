import type { CheckedDocument } from '../check/checked-document.ts';
import { lineStarts } from '../diagnostics/position.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import type { BlockPlan, Value } from '../plan/plan.ts';
import { nameSteps, type StepNames } from './step-names.ts';
import { expressionsIn, type Lines, toDuration, toValue } from './values.ts';

/** What is known, and what has been made, while a definition is compiled. */
export interface Compiler {
  readonly document: CheckedDocument;
  readonly lines: Lines;
  readonly names: StepNames;
  readonly blocks: BlockPlan[];
  /** Every expression met so far: whether a step's output is read is known only at the end. */
  readonly expressions: string[];
}

/** A compiler that has made nothing yet. */
export function createCompiler(document: CheckedDocument): Compiler {
  const { source, root } = document.definition;
  return { document, lines: lineStarts(source), names: nameSteps(root), blocks: [], expressions: [] };
}

/** A value of the definition; its expressions are noted. */
export function value(compiler: Compiler, node: YamlNode): Value {
  return noted(compiler, toValue(node, compiler.lines));
}

/** The `with` of a call: an empty object unless given. */
export function callInput(compiler: Compiler, node: YamlNode | undefined): Value {
  return node === undefined ? { literal: {} } : value(compiler, node);
}

/** A duration of the definition, literal ones in milliseconds; its expressions are noted. */
export function duration(compiler: Compiler, node: YamlNode): Value {
  return noted(compiler, toDuration(node, compiler.lines));
}

function noted(compiler: Compiler, compiled: Value): Value {
  compiler.expressions.push(...expressionsIn(compiled));
  return compiled;
}
