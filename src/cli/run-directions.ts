/** Where people find a run again, and who serves it once this command has ended. */
import type { OpenServices } from './services.ts';

type Where = Pick<OpenServices, 'uiUrl' | 'address' | 'namespace'>;

/** The run's page in Temporal's Web UI, or the command that shows it. */
export function whereToLook({ uiUrl, address, namespace }: Where, workflowId: string): string {
  if (uiUrl !== undefined) {
    return `${uiUrl}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}`;
  }
  return `temporal workflow show --address ${address} --namespace ${namespace} --workflow-id ${shellWord(workflowId)}`;
}

/** The command that serves a task queue: on the embedded servers, their default one, that is `estuary dev`. */
export function workerCommand(
  { kind }: Pick<OpenServices, 'kind'>,
  taskQueue: string,
  defaultTaskQueue: string,
): string {
  const own = kind === 'embedded' && taskQueue === defaultTaskQueue;
  return own ? 'estuary dev' : `estuary worker start --task-queue ${shellWord(taskQueue)}`;
}

/** A word as a POSIX shell reads it back; ids are free text. */
export function shellWord(text: string): string {
  return /^[\w./:@%+,=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** The command that makes a parked run go on. */
export function resumeCommand(workflowId: string): string {
  return `estuary wf resume ${shellWord(workflowId)}`;
}
