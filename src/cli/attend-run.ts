/** Follows a run for a person or a program: shows it, heeds Ctrl-C and `--timeout`, tells when nobody serves it. */
import type { Client } from '@temporalio/client';
import type { Run } from '../client/runs.ts';
import type { Progress } from '../interpreter/progress.ts';
import { CommandFailure, EXIT } from './command-failure.ts';
import { type Followed, followRun } from './follow-run.ts';
import { askAboutRun, heedInterrupts } from './interruption.ts';
import type { Terminal } from './run-input.ts';
import type { RunView } from './run-view.ts';
import type { RunServer } from './serve-run.ts';

export interface AttendOptions {
  readonly client: Client;
  readonly run: Run;
  readonly view: RunView;
  /** For people; says nothing with `--json`. */
  readonly notice: (line: string) => void;
  /** Called each time that no worker answers for the run: none has taken it up, or none does any more. */
  readonly onSilence: (takenUp: boolean) => void;
  /** Where to ask at Ctrl-C; without it Ctrl-C leaves the run. */
  readonly terminal: Terminal | undefined;
  /** The worker in this process. */
  readonly server: RunServer | undefined;
  /** How long to follow, in milliseconds and as it was written. */
  readonly timeout: { readonly ms: number; readonly text: string } | undefined;
  /** What to do about a run that is left. */
  readonly hint: string;
}

export interface Attended extends Followed {
  /** Whether the run was asked to cancel from here. */
  readonly cancelRequested: boolean;
}

/**
 * Follows a run to its end.
 * @throws CommandFailure `interrupted` or `follow-timeout` if it is left before that; it goes on then. What the
 *   worker in this process fell over.
 */
export async function attendRun(options: AttendOptions): Promise<Attended> {
  const { client, run, view, notice, onSilence, terminal, server, timeout, hint } = options;
  const left = new AbortController();
  const leave = (code: string, what: string, exit: number): void => {
    if (server) notice('finishing what runs in this command; Ctrl-C ends it at once, and loses nothing');
    const message = `${what}; the run '${run.workflowId}' goes on`;
    left.abort(new CommandFailure(code, message, { exit, hint }));
  };

  let last: Parameters<RunView['update']> | undefined;
  let asking = false;
  const show = (): void => void (last && view.update(...last));
  const quietView = {
    update(...update: [Progress | undefined, Parameters<RunView['update']>[1]]) {
      last = update;
      if (!asking) show();
    },
  };
  const ask = async (people: Terminal, ended: AbortSignal) => {
    asking = true;
    try {
      return await askAboutRun(people, ended);
    } finally {
      asking = false;
      view.restart();
      show();
    }
  };
  let cancelRequested = false;
  const cancel = async (): Promise<void> => {
    try {
      await run.cancel();
      cancelRequested = true;
      notice('asked the run to cancel; waiting until it has ended');
    } catch (error) {
      notice(`the run could not be asked to cancel: ${(error as Error).message}`);
    }
    view.restart();
  };

  const interrupts = heedInterrupts({
    ask: terminal && ((ended) => ask(terminal, ended)),
    cancel,
    leave: (signal) =>
      leave('interrupted', signal === 'SIGINT' ? 'interrupted' : 'told to end', EXIT.interrupted),
  });
  const timer =
    timeout &&
    setTimeout(() => leave('follow-timeout', `not done after ${timeout.text}`, EXIT.failed), timeout.ms);
  const silence = (takenUp: boolean): void => {
    onSilence(takenUp);
    view.restart();
  };
  try {
    const following = followRun({ client, run, view: quietView, onSilence: silence, signal: left.signal });
    const followed = await (server === undefined ? following : Promise.race([following, server.fell]));
    return { ...followed, cancelRequested };
  } finally {
    clearTimeout(timer);
    await interrupts.release();
  }
}
