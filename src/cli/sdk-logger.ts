import { DefaultLogger, type LogEntry } from '@temporalio/worker';

/**
 * The SDK's log: warnings and errors on stderr, one JSON line each, with the run, the activity and the attempt.
 * What it says of activities that failed and will be retried, Temporal shows better.
 */
export function sdkLogger(level: 'WARN' | 'INFO' | 'DEBUG' = 'WARN'): DefaultLogger {
  return new DefaultLogger(level, (entry: LogEntry) => {
    const { message, meta, timestampNanos } = entry;
    const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
    process.stderr.write(`${JSON.stringify({ time, level: entry.level, message, ...plain(meta) })}\n`);
  });
}

/** Only what names the run and what went wrong; the rest of the SDK's metadata is noise at night. */
const KEPT = [
  'workflowId',
  'workflowType',
  'runId',
  'activityType',
  'activityId',
  'attempt',
  'taskQueue',
  'error',
];

function plain(meta: LogEntry['meta']): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const key of KEPT) {
    const value: unknown = meta?.[key];
    if (value !== undefined) fields[key] = value instanceof Error ? (value.stack ?? value.message) : value;
  }
  return fields;
}
