/** How activities and children are called: what the step says, else what `defaults` says, key by key. */
import type { CallOptions } from '../document/definition.ts';
import { entryOf } from '../document/json.ts';
import type { YamlNode } from '../document/yaml-tree.ts';
import type {
  ActivityOptionsPlan,
  ActivityTimeoutsPlan,
  PriorityPlan,
  RetryPlan,
  Value,
} from '../plan/plan.ts';
import { type Compiler, duration, value } from './compiler.ts';
import { literalOf, members, milliseconds } from './values.ts';

/** The options of an activity that a step calls, or that gives a `for_each` its pages. */
export function activityOptions(compiler: Compiler, activity: string, own: CallOptions): ActivityOptionsPlan {
  if (!isLocal(compiler, activity, own)) return remoteOptions(compiler, own);
  const { retry, timeouts } = remoteOptions(compiler, own);
  // It runs where the run is: no queue, and nothing to come before others in.
  return { ...(retry && { retry }), ...(timeouts && { timeouts }), local: true };
}

/** The options of an activity that never runs locally, such as a compensation. */
export function remoteOptions(compiler: Compiler, own: CallOptions): ActivityOptionsPlan {
  const { defaults } = compiler.document.definition;
  const retry = { ...compileRetry(compiler, defaults.retry), ...compileRetry(compiler, own.retry) };
  const timeouts = {
    ...compileTimeouts(compiler, defaults.timeout),
    ...compileTimeouts(compiler, own.timeout),
  };
  return {
    ...(Object.keys(retry).length > 0 && { retry }),
    ...(Object.keys(timeouts).length > 0 && { timeouts }),
    ...routing(compiler, {
      ...pick(defaults, ['taskQueue', 'priority', 'fairness']),
      ...pick(own, ['taskQueue', 'priority', 'fairness']),
    }),
  };
}

/** On which task queue, and how urgently. */
export function routing(
  compiler: Compiler,
  { taskQueue, priority, fairness }: CallOptions,
): { readonly taskQueue?: Value; readonly priority?: PriorityPlan } {
  const key = fairness?.kind === 'mapping' ? entryOf(fairness, 'key')!.value : fairness;
  const weight = entryOf(fairness, 'weight')?.value;
  const plan: PriorityPlan = {
    ...(priority && { priority: value(compiler, priority) }),
    ...(key && { fairnessKey: value(compiler, key) }),
    ...(weight && { fairnessWeight: value(compiler, weight) }),
  };
  return {
    ...(taskQueue && { taskQueue: value(compiler, taskQueue) }),
    ...(Object.keys(plan).length > 0 && { priority: plan }),
  };
}

/** `local` among the defaults is for the activities that may run so, on no queue of their own. */
function isLocal({ document }: Compiler, activity: string, own: CallOptions): boolean {
  if (own.local !== undefined) return own.local.value;
  if (document.definition.defaults.local?.value !== true) return false;
  if (own.taskQueue !== undefined || own.priority !== undefined || own.fairness !== undefined) return false;
  const effect = document.signatures.get(activity)?.effect;
  return effect === 'pure' || effect === 'read';
}

function compileRetry({ lines }: Compiler, node: YamlNode | undefined): RetryPlan {
  const policy: { -readonly [name in keyof RetryPlan]: number } = {};
  for (const [name, member] of members(node)) {
    const literal = literalOf(member, lines);
    if (name === 'initial_interval') policy.initialIntervalMs = milliseconds(literal);
    else if (name === 'maximum_interval') policy.maximumIntervalMs = milliseconds(literal);
    else if (name === 'backoff_coefficient') policy.backoffCoefficient = literal as number;
    else policy.maximumAttempts = literal as number;
  }
  return policy;
}

const TIMEOUTS: { readonly [name: string]: keyof ActivityTimeoutsPlan } = {
  start_to_close: 'startToClose',
  schedule_to_close: 'scheduleToClose',
  schedule_to_start: 'scheduleToStart',
  heartbeat: 'heartbeat',
};

/** `timeout: 30s` is start-to-close. */
function compileTimeouts(compiler: Compiler, node: YamlNode | undefined): ActivityTimeoutsPlan {
  if (node !== undefined && node.kind !== 'mapping') return { startToClose: duration(compiler, node) };
  const timeouts: { -readonly [name in keyof ActivityTimeoutsPlan]: Value } = {};
  for (const [name, member] of members(node)) timeouts[TIMEOUTS[name]!] = duration(compiler, member);
  return timeouts;
}

function pick<T extends object, K extends keyof T>(object: T, keys: readonly K[]): Partial<Pick<T, K>> {
  return Object.fromEntries(keys.flatMap((key) => (key in object ? [[key, object[key]]] : []))) as Partial<
    Pick<T, K>
  >;
}
