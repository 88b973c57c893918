import type { Rule } from '../subject.ts';

/** Every run carries its plan in its history, so a plan stays small: these keep it well below its own limit. */
export const MAX_STEPS = 500;
export const MAX_DEFINITION_BYTES = 64 * 1024;

/** A definition that is too long to be pinned. */
export const size: Rule = ({ definition, graph }) => {
  const surplus = graph.steps[MAX_STEPS];
  if (surplus !== undefined) {
    const message = `this is step ${MAX_STEPS + 1} of ${graph.steps.length}; a definition has at most ${MAX_STEPS}`;
    return [
      {
        code: 'definition-too-large',
        range: { ...surplus.step.range, end: surplus.step.range.start + 1 },
        message,
      },
    ];
  }
  // Comments and indentation are not in the plan.
  const bytes = Buffer.byteLength(definition.source.replace(/^[ \t]*(?:#.*)?|\s+$/gm, ''));
  if (bytes <= MAX_DEFINITION_BYTES) return [];
  const message = `the definition has ${Math.ceil(bytes / 1024)} KB without comments, more than ${MAX_DEFINITION_BYTES / 1024}`;
  return [{ code: 'definition-too-large', range: { start: 0, end: 0 }, message }];
};
