import { fileURLToPath } from 'node:url';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import proto from '@temporalio/proto';
import { DefaultLogger, makeTelemetryFilterString, Runtime, Worker } from '@temporalio/worker';

const { History: Message } = proto.temporal.api.history.v1;

export const HISTORIES = fileURLToPath(new URL('../histories/', import.meta.url));
const BUNDLE = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));

/** A history as plain JSON: enums by name, bytes in base64, long integers as text. */
export interface HistoryJson {
  readonly events: { readonly [attribute: string]: unknown }[];
}

// What goes wrong in a replay is a result, and not for the log.
Runtime.install({
  logger: new DefaultLogger('ERROR', () => {}),
  telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
});

let last: Promise<void> = Promise.resolve();

/**
 * Runs the built engine over a history. Resolves if it asks for exactly what was recorded.
 * @throws DeterminismViolationError, or what else the engine fails with
 */
export function replay(history: History): Promise<void> {
  // One after the other: the SDK takes its runtime down with the last replay that it knows of.
  const { workflowId } = history.events?.[0]?.workflowExecutionStartedEventAttributes ?? {};
  const next = last.then(() =>
    Worker.runReplayHistory({ workflowBundle: { codePath: BUNDLE } }, history, workflowId ?? undefined),
  );
  last = next.catch(() => {});
  return next;
}

// The SDK's own conversions need its packages to share one protobufjs, and they do not.
export function toJson(history: History): HistoryJson {
  return Message.toObject(Message.fromObject(history), {
    enums: String,
    bytes: String,
    longs: String,
  }) as HistoryJson;
}

export function fromJson(history: HistoryJson): History {
  return Message.fromObject(history);
}

/** A history without what tells where and by whom it was recorded; replay reads none of it. */
export function withoutOrigin(history: HistoryJson): HistoryJson {
  return JSON.parse(
    JSON.stringify(history, (key, value: unknown) => {
      if (key === 'identity') return 'worker';
      if (key === 'stackTrace') return '';
      // A sticky queue is named after its worker's machine.
      if (key === 'taskQueue') return { name: 'test', kind: 'TASK_QUEUE_KIND_NORMAL' };
      if (key === 'workerVersion' || key === 'binaryChecksum' || key === 'buildId') return undefined;
      return value;
    }),
  ) as HistoryJson;
}
