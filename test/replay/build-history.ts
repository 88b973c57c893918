/** Builds histories that no server writes on demand, such as one with two events in the same workflow task. */
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { checkDefinition } from '../../src/check/check-definition.ts';
import { compile } from '../../src/compile/compile.ts';
import type { Json, Plan } from '../../src/plan/plan.ts';
import { RESOLVE, type Resolution } from '../../src/plan/worker-contract.ts';
import { catalogue } from '../check/shop.ts';
import { fromJson, type HistoryJson } from './history.ts';

const TASK_QUEUE = { name: 'test', kind: 'TASK_QUEUE_KIND_NORMAL' };
const STARTED_AT_SECONDS = Date.UTC(2026, 0, 1) / 1000;
/** What the SDKs of today record that they rely on; without it, replay behaves like older ones. */
const SDK = { coreUsedFlags: [1, 2, 3], langUsedFlags: [1], sdkName: 'temporal-typescript' };

/**
 * The history of a run, event by event: numbered, and with those that belong together pointing at one another.
 * Activities and timers go by the ids that the SDK gives them, each from 1; activity 1 is the one that pins the plan.
 */
export class HistoryBuilder {
  readonly #events: HistoryJson['events'] = [];
  /** The ids of the events with which activities and timers began, such as `scheduled 2`. */
  readonly #ids = new Map<string, string>();
  #task = '';

  /** A run of a definition on the shop's activities, up to its pinned plan. Throws if there is a finding in it. */
  constructor(definition: string) {
    const plan = planOf(definition);
    this.#add('WORKFLOW_EXECUTION_STARTED', {
      workflowType: { name: plan.name },
      workflowId: 'test',
      originalExecutionRunId: 'run',
      firstExecutionRunId: 'run',
      taskQueue: TASK_QUEUE,
      workflowTaskTimeout: { seconds: 10 },
      input: {},
      attempt: 1,
    });
    this.task().#pin(plan);
  }

  /** A workflow task: what happened before it is news to it, what comes after are its commands. */
  task(): this {
    const scheduledEventId = this.#add('WORKFLOW_TASK_SCHEDULED', { taskQueue: TASK_QUEUE, attempt: 1 });
    const startedEventId = this.#add('WORKFLOW_TASK_STARTED', { scheduledEventId });
    this.#task = this.#add('WORKFLOW_TASK_COMPLETED', { scheduledEventId, startedEventId, sdkMetadata: SDK });
    return this;
  }

  activityScheduled(id: string, name: string): this {
    const attributes = { activityId: id, activityType: { name }, taskQueue: TASK_QUEUE };
    return this.#began(`scheduled ${id}`, this.#command('ACTIVITY_TASK_SCHEDULED', attributes));
  }

  activityStarted(id: string): this {
    const attributes = { scheduledEventId: this.#idOf(`scheduled ${id}`), attempt: 1 };
    return this.#began(`started ${id}`, this.#add('ACTIVITY_TASK_STARTED', attributes));
  }

  activityCancelRequested(id: string): this {
    this.#command('ACTIVITY_TASK_CANCEL_REQUESTED', { scheduledEventId: this.#idOf(`scheduled ${id}`) });
    return this;
  }

  activityCompleted(id: string, output: Json): this {
    this.#add('ACTIVITY_TASK_COMPLETED', { ...this.#attempt(id), result: payloads(output) });
    return this;
  }

  activityFailed(id: string, type: string): this {
    const failure = { message: type, source: 'TypeScriptSDK', applicationFailureInfo: { type } };
    this.#add('ACTIVITY_TASK_FAILED', { ...this.#attempt(id), failure });
    return this;
  }

  timerStarted(id: string): this {
    return this.#began(`timer ${id}`, this.#command('TIMER_STARTED', { timerId: id }));
  }

  timerFired(id: string): this {
    this.#add('TIMER_FIRED', { timerId: id, startedEventId: this.#idOf(`timer ${id}`) });
    return this;
  }

  cancelRequested(): this {
    this.#add('WORKFLOW_EXECUTION_CANCEL_REQUESTED', {});
    return this;
  }

  completed(output: Json): History {
    this.#command('WORKFLOW_EXECUTION_COMPLETED', { result: payloads(output) });
    return this.#history();
  }

  canceled(): History {
    this.#command('WORKFLOW_EXECUTION_CANCELED', {});
    return this.#history();
  }

  #history(): History {
    return fromJson({ events: this.#events });
  }

  #pin(plan: Plan): void {
    const resolution: Resolution = { outcome: 'resolved', engine: '0.1.0', plan };
    const now = { seconds: STARTED_AT_SECONDS, nanos: 0 };
    const data = {
      seq: 1,
      attempt: 1,
      activity_id: '1',
      activity_type: RESOLVE,
      complete_time: now,
      backoff: null,
      original_schedule_time: now,
    };
    const details = { data: payloads(data), result: payloads(resolution) };
    this.#command('MARKER_RECORDED', { markerName: 'core_local_activity', details });
  }

  #attempt(id: string): object {
    return {
      scheduledEventId: this.#idOf(`scheduled ${id}`),
      startedEventId: this.#idOf(`started ${id}`),
    };
  }

  #began(name: string, eventId: string): this {
    this.#ids.set(name, eventId);
    return this;
  }

  #idOf(name: string): string {
    const id = this.#ids.get(name);
    if (id === undefined) throw new Error(`no event '${name}' so far`);
    return id;
  }

  #command(type: string, attributes: object): string {
    return this.#add(type, { ...attributes, workflowTaskCompletedEventId: this.#task });
  }

  #add(type: string, attributes: object): string {
    const eventId = String(this.#events.length + 1);
    this.#events.push({
      eventId,
      eventTime: { seconds: STARTED_AT_SECONDS },
      eventType: `EVENT_TYPE_${type}`,
      [attributesOf(type)]: attributes,
    });
    return eventId;
  }
}

/** `TIMER_FIRED` has its attributes under `timerFiredEventAttributes`. */
function attributesOf(type: string): string {
  return `${type.toLowerCase().replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())}EventAttributes`;
}

function payloads(value: unknown): object {
  const data = Buffer.from(JSON.stringify(value)).toString('base64');
  return { payloads: [{ metadata: { encoding: Buffer.from('json/plain').toString('base64') }, data }] };
}

function planOf(definition: string): Plan {
  const { checked, findings } = checkDefinition(definition, 'definitions/shop/test.yaml', catalogue);
  if (checked === undefined) throw new Error(findings.map(({ message }) => message).join('\n'));
  return compile(checked);
}
