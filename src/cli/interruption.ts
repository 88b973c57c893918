/** Ctrl-C and SIGTERM while a run is followed: what people are asked, and what comes of the answer. */
import { createInterface } from 'node:readline/promises';
import type { Terminal } from './run-input.ts';

/** What to do with the run: let it go on without us, ask it to cancel, or go on following it. */
export type Choice = 'leave' | 'cancel' | 'stay';

/** Reads an answer, a word or its first letter; nothing stays. `undefined` if it is none of them. */
export function readChoice(answer: string): Choice | undefined {
  const word = answer.trim().toLowerCase();
  if (word === '') return 'stay';
  return (['leave', 'cancel', 'stay'] as const).find((choice) => choice === word || choice[0] === word);
}

/**
 * Asks until there is an answer. Ctrl-C at the question, or a terminal that is closed, leaves the run.
 * @param ended aborts when the question has become pointless; then the answer is `stay`
 */
export async function askAboutRun({ input, output }: Terminal, ended: AbortSignal): Promise<Choice> {
  const questions = createInterface({ input, output, terminal: true });
  const stopped = new Promise<Choice>((resolve) => {
    questions.once('SIGINT', () => resolve('leave'));
    questions.once('close', () => resolve('leave'));
    ended.addEventListener('abort', () => resolve('stay'), { once: true });
    if (ended.aborted) resolve('stay');
  });
  try {
    for (;;) {
      const answer = questions.question('\nleave the run going (l), cancel it (c), or stay (s)? [s] ');
      const choice = await Promise.race([answer.then(readChoice), stopped]);
      if (choice !== undefined) return choice;
    }
  } finally {
    questions.close();
    output.write('\n');
  }
}

export interface Interruptible {
  /** Asks people; absent where there is nobody to ask, and the run is left. */
  readonly ask?: ((ended: AbortSignal) => Promise<Choice>) | undefined;
  /** Asks the run to cancel. */
  readonly cancel: () => Promise<void>;
  /** Ends the following, never the run; called once at most. */
  readonly leave: (signal: 'SIGINT' | 'SIGTERM') => void;
}

/**
 * Heeds SIGINT and SIGTERM until released, or until the run is left: after that a signal ends the process at once.
 * SIGINT asks if somebody can be asked; a second one at the question, and SIGTERM at any time, leave the run.
 * @param source of the signals: the process, unless a test has its own
 * @returns `release`, which resolves once no question stands on the screen any more
 */
export function heedInterrupts(
  { ask, cancel, leave }: Interruptible,
  source: Pick<NodeJS.EventEmitter, 'on' | 'off'> = process,
): { release(): Promise<void> } {
  const ended = new AbortController();
  let asked: Promise<void> | undefined;
  const release = async (): Promise<void> => {
    source.off('SIGINT', onInterrupt).off('SIGTERM', onTerminate);
    ended.abort();
    await asked;
  };
  const leaveBy = (signal: 'SIGINT' | 'SIGTERM'): void => {
    if (ended.signal.aborted) return;
    void release();
    leave(signal);
  };
  const onTerminate = (): void => leaveBy('SIGTERM');
  const onInterrupt = (): void => {
    if (ask === undefined || asked !== undefined) return leaveBy('SIGINT');
    asked = ask(ended.signal).then(async (choice) => {
      if (choice === 'cancel') await cancel();
      asked = undefined;
      if (choice === 'leave') leaveBy('SIGINT');
    });
  };
  source.on('SIGINT', onInterrupt).on('SIGTERM', onTerminate);
  return { release };
}
