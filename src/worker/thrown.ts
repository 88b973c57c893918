/** Anything can be thrown, and whatever it is must reach the history: named, described, and small enough. */
import { inspect } from 'node:util';

/** Characters of a message; Temporal refuses a failure of megabytes, and the attempt would never be known to have ended. */
const LONGEST_MESSAGE = 10_000;

/** How many causes of causes are told. */
const CAUSES = 5;

export interface Thrown {
  /** The error's name; `Error` for what is none. */
  readonly type: string;
  readonly message: string;
  /** The error with its stack, for the history; absent for what is none. */
  readonly cause?: Error;
}

/** Describes what an activity threw. */
export function describeThrown(thrown: unknown): Thrown {
  if (thrown instanceof Error) {
    const cause = copyOf(thrown, CAUSES);
    return { type: cause.name || 'Error', message: cause.message, cause };
  }
  const text = typeof thrown === 'string' ? thrown : inspect(thrown, { depth: 1, customInspect: false });
  return { type: 'Error', message: shorten(`threw ${text}`) };
}

/** A message as the history can take it. */
export function shorten(message: string): string {
  if (message.length <= LONGEST_MESSAGE) return message;
  return `${message.slice(0, LONGEST_MESSAGE)}… (${message.length} characters)`;
}

/** A chain of causes that ends, which that of an error need not. */
function copyOf(error: Error, causes: number): Error {
  const message = String(error.message);
  const more = causes > 0 && error.cause instanceof Error ? { cause: copyOf(error.cause, causes - 1) } : {};
  const copy = new Error(shorten(message), more);
  copy.name = String(error.name);
  const stack = String(error.stack ?? '');
  copy.stack = shorten(message === '' ? stack : stack.replace(message, () => copy.message));
  return copy;
}
