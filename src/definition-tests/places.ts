/** Where a mismatch shows: in the test that expects otherwise, and at the step of the definition. */
import { rangeOfProblem } from '../check/schema-pass.ts';
import type { SourceRange } from '../diagnostics/diagnostic.ts';
import { lineStarts } from '../diagnostics/position.ts';
import type { Sources } from '../diagnostics/render-text.ts';
import { stepIdOf } from '../interpreter/turn.ts';
import type { Mismatch } from './mismatch.ts';
import type { TestCase, TestedDefinition, TestFile } from './test-file.ts';

export interface Place {
  readonly file: string;
  readonly range: SourceRange;
}

/** The place in the test file: of what the case says, or of its name where the file says it for all cases. */
export function placeInTest({ file }: TestFile, { node }: TestCase, { at }: Mismatch): Place {
  const [first] = at;
  const says = node.kind === 'mapping' && node.entries.some(({ key }) => key.value === first);
  const path = says ? at : ['name'];
  const key = String(path.at(-1));
  const isKey = typeof path.at(-1) === 'string' && key !== 'name';
  const range = isKey
    ? rangeOfProblem(node, { at: path.slice(0, -1), key })
    : rangeOfProblem(node, { at: path });
  return { file, range };
}

/** The line of the step in the definition, where the mismatch is about one. */
export function placeInDefinition(
  { file, plan }: TestedDefinition,
  { step }: Mismatch,
  sources: Sources,
): Place | undefined {
  const source = sources.get(file);
  if (step === undefined || source === undefined) return undefined;
  const id = stepIdOf(step.replace(/\/~compensate$/, ''));
  const line = plan.blocks.flatMap(({ steps }) => steps).find((one) => one.id === id)?.line;
  if (line === undefined) return undefined;
  const starts = lineStarts(source);
  const from = starts[line - 1]!;
  const text = source
    .slice(from, starts[line] ?? source.length)
    .trimEnd()
    .replace(/\s+#.*$/, '');
  const indent = text.length - text.replace(/^[\s-]+/, '').length;
  return { file, range: { start: from + indent, end: from + text.length } };
}
