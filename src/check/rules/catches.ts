import { didYouMean } from '../../json-schema/suggest.ts';
import { BUILT_IN_ERRORS } from '../built-in-errors.ts';
import { type StepPlace, stepsInside } from '../step-graph.ts';
import type { Catalogue, Finding, Rule } from '../subject.ts';

/** `catch` names errors that can come, each once, and nothing after a case that takes all. */
export const catches: Rule = ({ graph, catalogue }) =>
  graph.steps.flatMap((place): Finding[] => {
    if (place.step.catch?.kind !== 'cases') return [];
    const declared = declaredErrors(place, catalogue);
    const taken = new Set<string>();
    let takesAll = false;
    return place.step.catch.cases.flatMap((caught): Finding[] => {
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
  });

/** The errors that the activities of a step and those inside it declare; `undefined` if one is not known. */
function declaredErrors(place: StepPlace, catalogue: Catalogue): ReadonlySet<string> | undefined {
  const declared = new Set<string>();
  const inside = place.blocks.filter(({ role }) => role === 'body').flatMap(({ steps }) => steps);
  for (const { step } of [place, ...inside, ...inside.flatMap(stepsInside)]) {
    if (step.action?.kind !== 'activity') continue;
    const signature = catalogue.signatures.get(step.action.activity.value);
    if (signature === undefined) return undefined;
    for (const type of Object.keys(signature.errors)) declared.add(type);
  }
  return declared;
}
