import type { Finding, Rule } from '../subject.ts';

/** What undoes a step changes something, and the step has done something that can be undone. */
export const compensations: Rule = ({ graph, catalogue }) =>
  graph.steps.flatMap(({ step: { action, compensate } }): Finding[] => {
    const undo = compensate?.activity;
    if (undo === undefined) return [];
    const findings: Finding[] = [];
    const undoing = catalogue.signatures.get(undo.value);
    if (undoing?.effect === 'pure' || undoing?.effect === 'read') {
      const message = `'${undo.value}' undoes nothing: its effect is ${undoing.effect}`;
      findings.push({ code: 'compensation-without-effect', severity: 'warning', range: undo.range, message });
    }
    const done = action?.kind === 'activity' ? catalogue.signatures.get(action.activity.value) : undefined;
    if (action?.kind === 'activity' && (done?.effect === 'pure' || done?.effect === 'read')) {
      const message = `there is nothing to undo: the effect of '${action.activity.value}' is ${done.effect}`;
      const related = [{ range: action.activity.range, message: 'the step' }];
      findings.push({
        code: 'compensation-without-effect',
        severity: 'warning',
        range: undo.range,
        message,
        related,
      });
    }
    return findings.slice(0, 1);
  });
