import { nearest } from '../json-schema/suggest.ts';
import { explainDatabaseError } from './database-failure.ts';
import { shellWord } from './run-directions.ts';

/** What a command exits with; documented in docs/cli.md. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  findings: 3,
  unreachable: 4,
  interrupted: 130,
} as const;

/** Something that the user can do something about: shown without a stack trace. */
export class CommandFailure extends Error {
  readonly code: string;
  readonly exit: number;
  readonly hint: string | undefined;
  readonly detail: string | undefined;
  readonly findings: readonly object[] | undefined;

  /**
   * @param code stable, for `--json`
   * @param message what happened, where, what was expected
   * @param hint what to do next
   * @param detail more text for people, below the message
   * @param findings the same as data, for `--json`
   */
  constructor(
    code: string,
    message: string,
    options: {
      readonly exit: number;
      readonly hint?: string | undefined;
      readonly detail?: string;
      readonly findings?: readonly object[];
    },
  ) {
    super(message);
    this.code = code;
    this.exit = options.exit;
    this.hint = options.hint;
    this.detail = options.detail;
    this.findings = options.findings;
  }
}

/** Names of errors that mean: the server, the database or the machine does not play along. */
const UNREACHABLE = new Set(['CannotReachTemporal', 'StackError']);

/** Puts what was thrown into the terms of a failed command; `undefined` for a bug, which keeps its stack trace. */
export function toCommandFailure(error: unknown): CommandFailure | undefined {
  if (error instanceof CommandFailure) return error;
  if (!(error instanceof Error)) return undefined;
  const { code } = error as { readonly code?: unknown };
  if (UNREACHABLE.has(error.name)) {
    return new CommandFailure(typeof code === 'string' ? code : 'cannot-reach-temporal', error.message, {
      exit: EXIT.unreachable,
    });
  }
  // The client's own, for a call that failed also after some attempts: the server went away meanwhile.
  if (error.name === 'ServiceError') {
    const { details } = (error.cause ?? {}) as { readonly details?: string };
    return new CommandFailure(
      'cannot-reach-temporal',
      `no answer from Temporal: ${details || error.message}`,
      {
        exit: EXIT.unreachable,
        hint: 'is it running? what was started goes on once it is',
      },
    );
  }
  if (error.name === 'WorkflowExecutionAlreadyStartedError') {
    const { workflowId } = error as Error & { readonly workflowId: string };
    return new CommandFailure('already-running', `a run with the id '${workflowId}' is under way`, {
      exit: EXIT.failed,
      hint: 'give another --id, or wait until it has ended',
    });
  }
  if (error.name === 'WorkflowAlreadyStarted') {
    const { workflowId } = error as Error & { readonly workflowId: string };
    return new CommandFailure('already-running', error.message, {
      exit: EXIT.failed,
      hint: `look at it: estuary wf show ${shellWord(workflowId)}`,
    });
  }
  const database = explainDatabaseError(error);
  if (database !== undefined) {
    const { hint } = database;
    return new CommandFailure(database.code, database.message, { exit: EXIT.unreachable, hint });
  }
  // oclif's own: flags and arguments that it could not parse.
  if ('parse' in error || error.constructor.name === 'CLIError') {
    return new CommandFailure('usage', usageMessage(error), { exit: EXIT.usage, hint: 'see --help' });
  }
  return undefined;
}

interface UnknownFlags {
  readonly parse: { readonly input: { readonly flags: object } };
}

/** oclif's message in our words: what is missing or unknown, without its notes on its own parser. */
function usageMessage(error: Error & { readonly args?: unknown; readonly flags?: unknown }): string {
  const [message = ''] = error.message.split(/\nSee more help with --help|\n\nNote: /);
  if (error.constructor.name === 'RequiredArgsError') {
    const args = error.args as readonly { readonly name: string; readonly description?: string }[];
    return args.map(({ name, description }) => `missing ${name.toUpperCase()}: ${description}`).join('\n');
  }
  if (error.constructor.name === 'NonExistentFlagsError') {
    const known = Object.keys((error as unknown as UnknownFlags).parse.input.flags).map(
      (flag) => `--${flag}`,
    );
    return (error.flags as readonly string[])
      .map((flag) => {
        const meant = nearest(flag, known);
        return `there is no flag ${flag} here${meant === undefined ? '' : `; did you mean ${meant}?`}`;
      })
      .join('\n');
  }
  const missing = [...message.matchAll(/Missing required flag (\S+)/g)].map(([, flag]) => `--${flag}`);
  if (missing.length > 0) return `missing ${missing.join(', ')}`;
  return message
    .replace(/\s*\n\s*/g, ' ')
    .replace(/^The following errors? occurred: /, '')
    .replace(/^Parsing (--\S+) Expected/, '$1: expected');
}
