import { entryOf, toJson } from '../../document/json.ts';
import type { Finding, Rule } from '../subject.ts';

/** A race cannot be lost by more branches than it has. */
export const races: Rule = ({ graph }) =>
  graph.steps.flatMap(({ step: { action } }): Finding[] => {
    if (action?.kind !== 'race' || action.tolerate === undefined) return [];
    const count = entryOf(action.tolerate, 'count')?.value;
    const value = count === undefined ? undefined : toJson(count);
    if (count === undefined || typeof value !== 'number' || value < action.branches.length) return [];
    const { length } = action.branches;
    const message = `this race has ${length} ${length === 1 ? 'branch' : 'branches'}, so at most ${length - 1} may fail: somebody has to win`;
    return [{ code: 'invalid-value', range: count.range, message }];
  });
