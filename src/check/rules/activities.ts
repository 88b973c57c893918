import { didYouMean } from '../../json-schema/suggest.ts';
import type { Finding, Rule } from '../subject.ts';

/** A step calls an activity that has a signature. */
export const activities: Rule = ({ graph, catalogue }) =>
  graph.steps.flatMap(({ step: { action } }): Finding[] => {
    if (action?.kind !== 'activity') return [];
    const { value, range } = action.activity;
    if (catalogue.signatures.has(value)) return [];
    if (catalogue.brokenSignatures?.has(value)) {
      return [
        { code: 'broken-signature', range, message: `the signature of '${value}' has errors of its own` },
      ];
    }
    const hint = didYouMean(value, catalogue.signatures.keys());
    return [{ code: 'unknown-activity', range, message: `no activity '${value}'`, hint }];
  });
