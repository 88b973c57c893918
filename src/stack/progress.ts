/** What the stack is doing, for callers to show. */
export type StackTask =
  | 'wait-for-lock'
  | 'find-temporal'
  | 'download-temporal'
  | 'build-temporal'
  | 'start-temporal'
  | 'prepare-database'
  | 'start-database'
  | 'stop-temporal'
  | 'stop-database';

export interface StackEvent {
  readonly task: StackTask;
  /** A task begins once, then may progress, then is done or failed. */
  readonly state: 'begin' | 'progress' | 'done' | 'failed';
  /** One short line for people: where a server listens, how many packages are built, why it failed. */
  readonly detail: string;
  /** Since the task began. */
  readonly elapsedMs: number;
}

export type Report = (event: StackEvent) => void;

/**
 * Runs one task between its `begin` and its `done` or `failed`. `work` returns its value and the closing detail, and
 * says so if the task failed in a way that its caller goes on from.
 */
export async function reportTask<T>(
  report: Report,
  task: StackTask,
  detail: string,
  work: (
    progress: (detail: string) => void,
  ) => Promise<{ readonly value: T; readonly detail: string; readonly failed?: boolean }>,
): Promise<T> {
  const begun = performance.now();
  const say = (state: StackEvent['state'], text: string) =>
    report({ task, state, detail: text, elapsedMs: Math.round(performance.now() - begun) });
  say('begin', detail);
  try {
    const result = await work((text) => say('progress', text));
    say(result.failed ? 'failed' : 'done', result.detail);
    return result.value;
  } catch (error) {
    say('failed', error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error));
    throw error;
  }
}
