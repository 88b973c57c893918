import { parseExpression } from '../../expression/syntax.ts';
import type { Finding, Rule } from '../subject.ts';

/** Ids are names, unique in the file, that expressions can write. */
export const stepIds: Rule = ({ graph }) =>
  graph.steps.flatMap((place): Finding[] => {
    const { id } = place.step;
    if (id === undefined) return [];
    if (!/^[a-z][a-z0-9_]*$/.test(id.value)) {
      const better = id.value
        .toLowerCase()
        .replace(/[^a-z0-9_]+/g, '_')
        .replace(/^[^a-z]+/, '');
      const hint = better === '' ? undefined : `write '${better}'`;
      const message = `'${id.value}' is not a step id; expected a-z, 0-9 and _, a letter first`;
      return [{ code: 'step-id', range: id.range, message, hint }];
    }
    if (!parseExpression(`steps.${id.value}`).ok) {
      return [
        {
          code: 'reserved-name',
          range: id.range,
          message: `'${id.value}' is a reserved word of expressions`,
        },
      ];
    }
    const first = graph.byId.get(id.value)!.step;
    if (first === place.step) return [];
    return [
      {
        code: 'duplicate-id',
        range: id.range,
        message: `another step has the id '${id.value}'; ids are unique in a file`,
        related: [{ range: first.id!.range, message: `the first '${id.value}'` }],
      },
    ];
  });
