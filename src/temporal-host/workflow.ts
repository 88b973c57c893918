/**
 * The one workflow: the default export of the bundle serves every workflow type, so a definition's name is the
 * type, and any client starts it with nothing but its input.
 */
import {
  defineQuery,
  setDefaultQueryHandler,
  setDefaultSignalHandler,
  setDefaultUpdateHandler,
  setHandler,
} from '@temporalio/workflow';
import type { Json } from '../plan/plan.ts';
import { PROGRESS_QUERY, STATE_QUERY } from '../plan/worker-contract.ts';
import { detailsOf } from './details.ts';
import { host } from './host.ts';
import { logBegan } from './log-run.ts';
import { Mailbox } from './mailbox.ts';
import { answer } from './messages.ts';
import { type Pinned, pin } from './pin.ts';

/**
 * Runs the definition that bears the workflow's type. `input` is checked against the definition's schema.
 * @param describe is given what tells, at any time, how far the run is, in Markdown
 */
export default async function definition(
  input?: Json,
  describe: (details: () => string) => void = () => {},
): Promise<Json> {
  let pinned: Pinned | undefined;
  const mailbox = new Mailbox();
  // Before the first await: messages may come with the first activation, and an update without a handler is refused.
  setDefaultSignalHandler((name, payload) => mailbox.signal(name, (payload ?? {}) as Json));
  setDefaultUpdateHandler((name, payload) => mailbox.update(name, (payload ?? {}) as Json));
  setDefaultQueryHandler((name) => answer(name, pinned));
  for (const name of [PROGRESS_QUERY, STATE_QUERY]) setHandler(defineQuery(name), () => answer(name, pinned));

  pinned = await pin(input);
  logBegan();
  const known = pinned;
  describe(() => detailsOf(known));
  return host(known, mailbox);
}
