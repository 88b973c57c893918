import type { JsonObject } from '../plan/plan.ts';
import type { RunnableDefinition } from '../project/project.ts';
import { CommandFailure, EXIT } from './command-failure.ts';

/**
 * The workflow id that a run is started under: the definition's `id`, computed from the input, else what was given.
 * @param given `--id`
 * @throws CommandFailure `workflow-id-mismatch` if both are there and differ, `invalid-input` if the input makes none
 */
export async function workflowIdFor(
  name: string,
  { plan, inputSchema }: RunnableDefinition,
  input: JsonObject,
  given: string | undefined,
): Promise<string | undefined> {
  if (plan.id === undefined) return given;
  const { computeId } = await import('../client/business-id.ts');
  const computed = computeId({ ...plan.id, input: inputSchema }, input);
  if (!computed.ok) {
    throw new CommandFailure(
      'invalid-input',
      `the id of ${name} cannot be computed from this input: ${computed.problems.join('; ')}`,
      { exit: EXIT.usage },
    );
  }
  if (given === undefined || given === computed.id) return computed.id;
  throw new CommandFailure(
    'workflow-id-mismatch',
    `the input makes the id of this run of ${name} '${computed.id}', not '${given}'`,
    { exit: EXIT.usage, hint: 'leave --id out; the definition says what the id is' },
  );
}
