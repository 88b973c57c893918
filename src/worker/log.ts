/**
 * The worker's log: an event a line, whoever has something to say (the engine, an activity, Temporal's SDK or its
 * core). Inputs, outputs and messages of activities' errors are not in it: they belong to the history, where whoever
 * may see payloads sees them.
 */
import { DefaultLogger, type LogEntry } from '@temporalio/worker';

/** From the quietest matter to the gravest. */
export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What a line tells of, and the level at which it does unless an entry says otherwise. */
export const LOG_EVENTS = {
  worker_started: 'info',
  worker_stopping: 'info',
  worker_stopped: 'info',
  run_began: 'info',
  run_completed: 'info',
  run_cancelled: 'info',
  run_failed: 'warn',
  task_failed: 'warn',
  activity_started: 'debug',
  activity_completed: 'debug',
  activity_cancelled: 'debug',
  activity_failed: 'warn',
  /** An activity's own line. */
  activity: undefined,
  /** What a worker's command tells people; graver where something is amiss. */
  notice: 'info',
  /** A line of Temporal's SDK or of its core. */
  temporal: undefined,
} as const;
export type LogEventName = keyof typeof LOG_EVENTS;

/** A line, its fields in the order in which they are written. */
export interface LogLine {
  /** ISO, in UTC. */
  readonly time: string;
  readonly level: LogLevel;
  readonly event: LogEventName;
  readonly message: string;
  readonly workflow_type?: string;
  readonly workflow_id?: string;
  readonly run_id?: string;
  /** The step's path with its `for_each` keys, `pay[42]/transfer`. */
  readonly step?: string;
  /** Its line in the YAML. */
  readonly line?: number;
  readonly activity?: string;
  readonly attempt?: number;
  readonly duration_ms?: number;
  readonly error_type?: string;
  /** What went wrong with the worker itself, never with an activity. */
  readonly error?: string;
  /** Where an activity threw what it does not declare: the frames, without the message. */
  readonly stack?: string;
  readonly task_queue?: string;
  /** What an activity gave its own line; the data behind a notice. */
  readonly fields?: object;
}

/** The names of a line's fields, and what the SDK calls them. */
export const LOG_FIELDS = {
  time: undefined,
  level: undefined,
  event: undefined,
  message: undefined,
  workflow_type: 'workflowType',
  workflow_id: 'workflowId',
  run_id: 'runId',
  step: 'step',
  line: 'line',
  activity: 'activityType',
  attempt: 'attempt',
  duration_ms: 'durationMs',
  error_type: 'errorType',
  error: 'error',
  stack: 'stack',
  task_queue: 'taskQueue',
  fields: 'fields',
} as const satisfies { readonly [name in keyof LogLine]-?: string | undefined };

/** What the SDK says of the events that have a name here. */
const SDK_EVENTS: { readonly [message: string]: LogEventName } = {
  'Activity started': 'activity_started',
  'Activity completed': 'activity_completed',
  'Activity completed as cancelled': 'activity_cancelled',
  'Activity failed': 'activity_failed',
  'Failing workflow task': 'task_failed',
};

const WORKER_STATES: { readonly [state: string]: LogEventName } = {
  RUNNING: 'worker_started',
  STOPPING: 'worker_stopping',
  STOPPED: 'worker_stopped',
};

/** What the SDK says of runs; the generic workflow says it with the step and the error's type. */
const SAID_BY_THE_WORKFLOW = /^Workflow (started|completed|failed|continued)/;

/**
 * The logger of the SDK's `Runtime`: turns entries into lines and writes those of the level and above.
 * @param write called with one line at a time; must not throw
 */
export function workerLogger(level: LogLevel, write: (line: LogLine) => void): DefaultLogger {
  const told = new Set<string>();
  /** The workflow says more of a task that fails, but nothing while it replays; then the core's line has to do. */
  function saidTwice({ run_id = '', workflow_id }: LogLine): boolean {
    if (workflow_id === undefined) return told.delete(run_id);
    told.add(run_id);
    return false;
  }
  // Its TRACE shows payloads, and is not for logs. What is below the level here may be above it as a line.
  return new DefaultLogger('DEBUG', (entry) => {
    const line = toLogLine(entry);
    if (line?.event === 'task_failed' && saidTwice(line)) return;
    if (line !== undefined && LOG_LEVELS.indexOf(line.level) >= LOG_LEVELS.indexOf(level)) write(line);
  });
}

/** What an entry of the SDK is as a line; nothing if another one says it already. */
export function toLogLine(entry: LogEntry): LogLine | undefined {
  const meta = (entry.meta ?? {}) as Readonly<Record<string, unknown>>;
  if (meta.sdkComponent === 'worker' && SAID_BY_THE_WORKFLOW.test(entry.message)) return undefined;
  const event = eventOf(entry.message, meta);
  const time = new Date(Number(entry.timestampNanos / 1_000_000n)).toISOString();
  const level = levelOf(event, entry, meta);
  const message = WORKER_EVENTS.has(event) ? event.replaceAll('_', ' ') : entry.message;
  const told = tellFailure(event, meta);
  const fields = Object.entries(LOG_FIELDS).flatMap(([name, sdkName]) => {
    const value = sdkName === undefined ? undefined : told[sdkName];
    return value === undefined ? [] : [[name, value instanceof Error ? value.message : value]];
  });
  return { time, level, event, message, ...Object.fromEntries(fields) };
}

const WORKER_EVENTS: ReadonlySet<LogEventName> = new Set([
  ...Object.values(WORKER_STATES),
  ...Object.values(SDK_EVENTS),
]);

function eventOf(message: string, meta: Readonly<Record<string, unknown>>): LogEventName {
  switch (meta.sdkComponent) {
    case 'activity':
      return 'activity';
    case 'workflow':
      return typeof meta.event === 'string' && Object.hasOwn(LOG_EVENTS, meta.event)
        ? (meta.event as LogEventName)
        : 'temporal';
    default:
      return SDK_EVENTS[message] ?? WORKER_STATES[String(meta.state)] ?? 'temporal';
  }
}

function levelOf(
  event: LogEventName,
  entry: LogEntry,
  { sdkComponent }: Readonly<Record<string, unknown>>,
): LogLevel {
  const level = entry.level.toLowerCase() as LogLevel;
  // An answer that the definition has a word for is no warning; the SDK would not even show it.
  if (event === 'activity_failed') return level === 'debug' ? 'info' : 'warn';
  // What the SDK does by itself is news only when it goes wrong.
  if (event === 'temporal' && level === 'info') return 'debug';
  return sdkComponent === 'workflow' ? level : (LOG_EVENTS[event] ?? level);
}

function tellFailure(
  event: LogEventName,
  meta: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  if (event === 'activity_failed') return { ...meta, ...whatFailed(meta.error) };
  if (event === 'task_failed' && meta.sdkComponent === 'core')
    return { ...meta, error: coreError(meta.failure) };
  return meta;
}

/** The message of a failure as the core, which is written in Rust, prints it. */
function coreError(failure: unknown): string {
  const [, message] = /message: "((?:[^"\\]|\\.)*)"/.exec(String(failure)) ?? [];
  return message?.replace(/\\(["'\\])/g, '$1') ?? String(failure);
}

/** The type of an activity's error and where it was thrown; the message may hold what the activity was given. */
function whatFailed(error: unknown): { readonly error: undefined; errorType?: string; stack?: string } {
  if (!(error instanceof Error)) return { error: undefined };
  const type = (error as { readonly type?: unknown }).type;
  const frames = error.cause instanceof Error ? framesOf(error.cause) : '';
  return {
    error: undefined,
    errorType: typeof type === 'string' ? type : error.name,
    ...(frames !== '' && { stack: frames }),
  };
}

function framesOf({ stack = '' }: Error): string {
  const frames = stack.split('\n').filter((line) => /^ +at /.test(line));
  const sdk = frames.findIndex((line) => line.includes('@temporalio'));
  const own = sdk < 0 ? frames : frames.slice(0, sdk);
  return own.map((line) => line.trim()).join('\n');
}
