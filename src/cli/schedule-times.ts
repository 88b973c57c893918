import { CommandFailure, EXIT } from './command-failure.ts';

const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/;

/**
 * A moment from the command line. Without a zone it would depend on where the command runs, so only a date, which is
 * its midnight in UTC, goes without.
 * @throws CommandFailure `usage`
 */
export function readTime(flag: string, text: string): Date {
  const time = new Date(text);
  // JavaScript makes the 2nd of March of a 30th of February.
  const exists = new Date(`${text.slice(0, 10)}T00:00:00Z`).toJSON()?.startsWith(text.slice(0, 10)) === true;
  if (ISO.test(text) && exists && !Number.isNaN(time.getTime())) return time;
  throw new CommandFailure('usage', `${flag}: '${text}' is no time`, {
    exit: EXIT.usage,
    hint: 'write for instance 2026-03-01T02:00:00Z, 2026-03-01T02:00:00+01:00 or 2026-03-01',
  });
}
