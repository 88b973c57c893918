/** What is sent to a run: the name and the payload of a signal or an update, as far as they can be checked here. */
import type { Progress } from '../interpreter/progress.ts';
import type { JsonObject, JsonSchema, Plan } from '../plan/plan.ts';
import { CommandFailure, EXIT } from './command-failure.ts';
import type { OpenRun } from './run-command.ts';
import { shellWord } from './run-directions.ts';

export interface MessageFlags {
  readonly input?: readonly string[] | undefined;
  readonly 'input-file'?: string | undefined;
}

/**
 * The payload from the flags, by the schema of the project's definition. A run that is known to be pinned to another
 * definition judges for itself.
 * @param progress what the run tells; `undefined` if nobody answers for it
 * @throws CommandFailure `unknown-signal`, `unknown-update`, `invalid-input`
 */
export async function readPayload(
  { config, run }: OpenRun,
  kind: 'signal' | 'update',
  name: string,
  flags: MessageFlags,
  progress: Progress | undefined,
): Promise<JsonObject> {
  const { loadProject } = await import('../project/project.ts');
  const { readInput } = await import('./read-input.ts');
  const { readInputFile } = await import('./read-input-file.ts');
  const plan = loadProject(config.root).definitions.get(run.type)?.runnable?.plan;
  const isOther = progress !== undefined && progress.planHash !== plan?.hash;
  const schema = plan === undefined || isOther ? true : await schemaOf(plan, kind, name, run.workflowId);
  const file = flags['input-file'] === undefined ? {} : await readInputFile(flags['input-file']);
  const read = readInput(flags.input ?? [], schema, { file });
  if (read.ok) return read.input;
  throw new CommandFailure(
    'invalid-input',
    `the payload of the ${kind} '${name}' is not valid:\n  ${read.problems.join('\n  ')}`,
    { exit: EXIT.usage },
  );
}

async function schemaOf(
  { name: workflow, signals = {}, updates = {} }: Plan,
  kind: 'signal' | 'update',
  name: string,
  workflowId: string,
): Promise<JsonSchema> {
  const [own, other] = kind === 'signal' ? [signals, updates] : [updates, signals];
  if (kind === 'signal' && Object.hasOwn(signals, name)) return signals[name]!;
  if (kind === 'update' && Object.hasOwn(updates, name)) return updates[name]!.input;
  const { didYouMean } = await import('../json-schema/suggest.ts');
  const otherKind = kind === 'signal' ? 'an update' : 'a signal';
  const command = `estuary wf ${kind === 'signal' ? 'update' : 'signal'} ${shellWord(workflowId)} ${name}`;
  const hint = Object.hasOwn(other, name)
    ? `that is ${otherKind}: ${command}`
    : (didYouMean(name, Object.keys(own)) ?? `it takes no ${kind}s`);
  throw new CommandFailure(`unknown-${kind}`, `${workflow} declares no ${kind} '${name}'`, {
    exit: EXIT.usage,
    hint,
  });
}
