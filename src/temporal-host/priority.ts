import type { Failure, Priority } from '../interpreter/host.ts';
import { jsonBytes } from '../plan/payload.ts';

/** The server refuses the workflow task of a longer one for ever. */
const MAXIMUM_KEY_BYTES = 64;

/** Why Temporal would not take a priority; `undefined` if it does. */
export function findPriorityProblem(priority: Priority | undefined): Failure | undefined {
  const { fairnessKey = '', fairnessWeight = 1 } = priority ?? {};
  const bytes = jsonBytes(fairnessKey) - 2;
  if (bytes > MAXIMUM_KEY_BYTES)
    return problem(`the fairness key has ${bytes} bytes; Temporal takes ${MAXIMUM_KEY_BYTES}`);
  return fairnessWeight > 0
    ? undefined
    : problem(`the fairness weight is ${fairnessWeight}; it has to be more than 0`);
}

function problem(message: string): Failure {
  return { type: 'ExpressionError', message };
}
