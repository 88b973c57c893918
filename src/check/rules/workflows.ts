import { didYouMean } from '../../json-schema/suggest.ts';
import type { Finding, Rule } from '../subject.ts';

/** A child workflow exists, and is meant to be started. */
export const workflows: Rule = ({ graph, catalogue, definition }) =>
  graph.steps.flatMap(({ step: { action } }): Finding[] => {
    if (action?.kind !== 'workflow') return [];
    const { value, range } = action.workflow;
    const child = catalogue.workflows.get(value);
    if (child === undefined) {
      // Its id would have to be in this plan, and cannot be known.
      if (catalogue.brokenWorkflows?.has(value))
        return [{ code: 'broken-workflow', range, message: `the definition of '${value}' cannot be read` }];
      const isActivity = catalogue.signatures.has(value);
      const hint = isActivity
        ? 'it is an activity: call it with activity in place of workflow'
        : didYouMean(value, catalogue.workflows.keys());
      return [{ code: 'unknown-workflow', range, message: `no workflow '${value}'`, hint }];
    }
    if (child.deprecated === undefined || value === definition.name) return [];
    const message = `'${value}' is deprecated: ${child.deprecated}`;
    return [{ code: 'deprecated-workflow', severity: 'warning', range, message }];
  });
