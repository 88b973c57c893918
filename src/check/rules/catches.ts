import type { Catch } from '../../document/definition.ts';
import { didYouMean } from '../../json-schema/suggest.ts';
import { BUILT_IN_ERRORS } from '../built-in-errors.ts';
import { errorsInside } from '../possible-errors.ts';
import { type BlockPlace, blocksOf } from '../step-graph.ts';
import type { Catalogue, Finding, Rule } from '../subject.ts';

/** `catch` names errors that can come, each once, and nothing after a case that takes all. */
export const catches: Rule = ({ graph, catalogue }) => [
  ...graph.steps.flatMap(({ step, blocks }) => checkCases(step.catch, blocks, catalogue)),
  ...blocksOf(graph).flatMap(({ block, blocks }) => checkCases(block.catch, blocks, catalogue)),
];

function checkCases(
  clause: Catch | undefined,
  blocks: readonly BlockPlace[],
  catalogue: Catalogue,
): readonly Finding[] {
  const first = blocks.find(({ role }) => role === 'catch');
  if (clause?.kind !== 'cases' || first === undefined) return [];
  const declared = errorsInside(first, catalogue)?.types;
  const taken = new Set<string>();
  let takesAll = false;
  return clause.cases.flatMap((caught): Finding[] => {
    const head = { start: caught.range.start, end: Math.min(caught.range.end, caught.range.start + 1) };
    if (takesAll) {
      return [
        {
          code: 'catch-unreachable',
          range: caught.errors?.[0]?.range ?? head,
          message: 'the case before takes all errors, so this one takes none',
        },
      ];
    }
    takesAll = caught.errors === undefined;
    return (caught.errors ?? []).flatMap(({ value, range }): Finding[] => {
      if (taken.has(value)) {
        return [
          { code: 'catch-unreachable', range, message: `'${value}' is already caught by a case before` },
        ];
      }
      taken.add(value);
      if (declared === undefined || declared.has(value) || BUILT_IN_ERRORS.has(value)) return [];
      const hint = didYouMean(value, [...declared, ...BUILT_IN_ERRORS]);
      const message = `'${value}' is neither declared by what this step calls nor built in`;
      return [{ code: 'unknown-error', range, message, hint }];
    });
  });
}
