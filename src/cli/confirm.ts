import { createInterface } from 'node:readline/promises';
import type { Terminal } from './run-input.ts';

/** Asks whether to go on; anything but `y` and `yes`, Ctrl-C, and a terminal that is closed, mean no. */
export async function confirm({ input, output }: Terminal, question: string): Promise<boolean> {
  const questions = createInterface({ input, output, terminal: true });
  const closed = new Promise<string>((resolve) => questions.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([questions.question(`${question} [y/N] `), closed]);
    return /^\s*y(es)?\s*$/i.test(answer);
  } finally {
    questions.close();
  }
}
