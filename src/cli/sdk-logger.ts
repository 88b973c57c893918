import { DefaultLogger, type LogEntry, type LogLevel } from '@temporalio/worker';

/** The log of the SDK and of the activities, on stderr: a JSON line an entry, with the run, the activity and the attempt. */
export function sdkLogger(level: LogLevel): DefaultLogger {
  return new DefaultLogger(level, ({ timestampNanos, level, message, meta }: LogEntry) => {
    const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
    process.stderr.write(`${JSON.stringify({ time, level, message, ...fieldsOf(meta) })}\n`);
  });
}

/** What the SDK adds to every entry and nobody asks for at night. */
const NOISE = new Set(['sdkComponent', 'namespace', 'isLocal', 'taskToken']);

function fieldsOf(meta: LogEntry['meta']): Record<string, unknown> {
  const entries = Object.entries((meta ?? {}) as Record<string, unknown>).filter(
    ([name]) => !NOISE.has(name),
  );
  return Object.fromEntries(
    entries.map(([name, value]) => [name, value instanceof Error ? describeError(value) : value]),
  );
}

/** What went wrong, with the stack of what was thrown first: the SDK's own frames say nothing. */
function describeError(error: Error): string {
  let cause = error;
  while (cause.cause instanceof Error) cause = cause.cause;
  return cause === error ? error.message : (cause.stack ?? cause.message);
}
