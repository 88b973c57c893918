import type { Finding, Rule } from '../subject.ts';

/** What runs in the worker that has the run changes nothing, and so may be lost with the worker. */
export const callOptions: Rule = ({ graph, catalogue }) =>
  graph.steps.flatMap(({ step: { action, local, taskQueue } }): Finding[] => {
    if (local?.value !== true || action?.kind !== 'activity') return [];
    if (taskQueue !== undefined) {
      const message = "a local activity runs in the worker that has the run, so it has no 'task_queue'";
      return [
        {
          code: 'not-local',
          range: taskQueue.range,
          message,
          related: [{ range: local.range, message: 'local' }],
        },
      ];
    }
    const { value, range } = action.activity;
    const effect = catalogue.signatures.get(value)?.effect;
    if (effect === undefined || effect === 'pure' || effect === 'read') return [];
    const message = `'${value}' cannot be local: its effect is ${effect}, and only pure and read may be`;
    return [{ code: 'not-local', range: local.range, message, related: [{ range, message: 'the call' }] }];
  });
