/** Signals and updates: who gets them, and which are refused. */
import { type OutputUnit, Validator } from '@cfworker/json-schema';
import type { Json, JsonSchema, Plan } from '../plan/plan.ts';
import type { Failure } from './host.ts';
import { anyTimeScope } from './scope.ts';
import { MAXIMUM_REFUSED, type Mail, type Place, type State } from './state.ts';
import { endStep, stepStateOf, type Turn } from './turn.ts';
import { resolve, resolveCondition } from './values.ts';

/** Messages that wait for a step to take them; more are refused, so that the state stays bounded. */
export const MAXIMUM_INBOX = 10_000;

/** Gives a signal, or an update that was found right, to the step that awaits it first, or keeps it for the next. */
export function receiveMessage(turn: Turn, kind: 'signal' | 'update', name: string, payload: Json): void {
  const { plan, state, now } = turn;
  const problem = findMessageProblem(plan, state, kind, name, payload);
  if (problem !== undefined) {
    state.refused.push({ name, problem, at: now });
    if (state.refused.length > MAXIMUM_REFUSED) state.refused.shift();
    return;
  }
  const mail: Mail = { payload: withDefaults(schemaOf(plan, kind, name)!, payload), at: now };
  const waiter = state.waiters[name]?.shift();
  if (waiter !== undefined) return deliver(turn, waiter, mail);
  state.inbox[name] ??= [];
  state.inbox[name].push(mail);
}

/**
 * Why a message is not for this run, by its name and payload alone.
 * @returns `undefined` if it is
 */
export function findMessageProblem(
  plan: Plan,
  state: State,
  kind: 'signal' | 'update',
  name: string,
  payload: Json,
): string | undefined {
  const schema = schemaOf(plan, kind, name);
  if (schema === undefined) return undeclared(plan, kind, name);
  return schemaProblem(schema, payload) ?? inboxProblem(state, name);
}

/** The step waits for a message of that name; one that is there already comes with `deliverNext`. */
export function awaitNext({ state }: Turn, at: Place, name: string): void {
  state.waiters[name] ??= [];
  state.waiters[name].push(at);
}

/**
 * Gives the oldest message that is kept to the step that awaits it first. Only when nothing else is left to do, and
 * one by one: a step that the one before has just ended, as the loser of a race, must not take the next.
 * @returns whether there was one
 */
export function deliverNext(turn: Turn): boolean {
  const { inbox, waiters } = turn.state;
  for (const name in inbox) {
    if (inbox[name]!.length === 0) continue;
    const waiter = waiters[name]?.shift();
    if (waiter === undefined) continue;
    deliver(turn, waiter, inbox[name]!.shift()!);
    return true;
  }
  return false;
}

/** A step that waits no longer takes nothing. */
export function forgetWaiter({ state }: Turn, at: Place): void {
  for (const waiters of Object.values(state.waiters)) {
    const index = waiters.findIndex(({ frame, step }) => frame === at.frame && step === at.step);
    if (index >= 0) waiters.splice(index, 1);
  }
}

/**
 * Why a run does not take an update.
 * @returns `undefined` if it does
 */
export function findUpdateProblem(
  plan: Plan,
  state: State,
  name: string,
  payload: Json,
  now: number,
): string | undefined {
  if (state.ended && schemaOf(plan, 'update', name) !== undefined) return 'the run has ended';
  const problem = findMessageProblem(plan, state, 'update', name, payload);
  if (problem !== undefined) return problem;
  const update = plan.updates![name]!;
  const turn: Turn = { plan, state, now, commands: [], messages: [] };
  const scope = { ...anyTimeScope(turn), payload: withDefaults(update.input, payload) };
  for (const { when, else: otherwise } of update.accept) {
    const condition = resolveCondition(when, scope);
    if (!condition.ok) return condition.failure.message;
    if (condition.value) continue;
    const text = resolve(otherwise, scope);
    return text.ok ? String(text.value) : text.failure.message;
  }
  return undefined;
}

/** What the run's output has to be, and is not. */
export function findOutputProblem({ outputSchema }: Plan, output: Json): Failure | undefined {
  const problem = outputSchema === undefined ? undefined : schemaProblem(outputSchema, output);
  return problem === undefined
    ? undefined
    : { type: 'InvalidOutput', message: `the output of the run is not what output_schema says: ${problem}` };
}

function deliver(turn: Turn, at: Place, { payload, at: receivedAt }: Mail): void {
  stepStateOf(turn, at).receivedAt = receivedAt;
  endStep(turn, at, { status: 'completed', output: payload });
}

/** A signal of an update's name is none: nobody has asked the update's conditions. */
function schemaOf(
  { signals = {}, updates = {} }: Plan,
  kind: 'signal' | 'update',
  name: string,
): JsonSchema | undefined {
  if (kind === 'signal') return Object.hasOwn(signals, name) ? signals[name] : undefined;
  return Object.hasOwn(updates, name) ? updates[name]!.input : undefined;
}

function undeclared({ signals = {}, updates = {} }: Plan, kind: 'signal' | 'update', name: string): string {
  const [own, other] = kind === 'signal' ? [signals, updates] : [updates, signals];
  if (Object.hasOwn(other, name))
    return `'${name}' is ${kind === 'signal' ? 'an update, not a signal' : 'a signal, not an update'}`;
  const known = Object.keys(own);
  const list = known.length === 0 ? 'it declares none' : `it declares ${known.join(', ')}`;
  return `the definition declares no ${kind} '${name}'; ${list}`;
}

function inboxProblem({ inbox }: State, name: string): string | undefined {
  if ((inbox[name]?.length ?? 0) < MAXIMUM_INBOX) return undefined;
  return `${MAXIMUM_INBOX} messages '${name}' wait to be taken already`;
}

function schemaProblem(schema: JsonSchema, value: Json): string | undefined {
  const result = new Validator(schema as object, '2020-12', false).validate(value);
  if (result.valid) return undefined;
  const told = result.errors.filter(({ keyword }) => !CONTAINERS.has(keyword)).map(inWords);
  const [first, ...more] = new Set(told);
  return more.length === 0 ? first : `${first} (and ${more.length} more)`;
}

/** Errors of these only say that something inside is wrong, which has an error of its own. */
const CONTAINERS: ReadonlySet<string> = new Set([
  '$ref',
  'additionalProperties',
  'allOf',
  'dependentSchemas',
  'items',
  'prefixItems',
  'properties',
  'then',
  'unevaluatedProperties',
]);

function inWords({ keyword, instanceLocation, error }: OutputUnit): string {
  const where = instanceLocation.replace(/^#\/?/, '').replaceAll('/', '.');
  const problem =
    keyword === 'false'
      ? 'not declared'
      : keyword === 'required'
        ? error.replace(/^.*property "(.*)"\.$/, "'$1' is missing")
        : error.replace(/\.$/, '');
  return where === '' ? problem : `${where}: ${problem}`;
}

/** Fills in the defaults of the properties that are missing. */
function withDefaults(schema: JsonSchema, payload: Json): Json {
  if (typeof schema !== 'object' || typeof payload !== 'object' || payload === null || Array.isArray(payload))
    return payload;
  const filled = { ...payload };
  for (const [name, property] of Object.entries(
    (schema.properties ?? {}) as { [name: string]: JsonSchema },
  )) {
    if (typeof property !== 'object' || property.default === undefined || Object.hasOwn(filled, name))
      continue;
    filled[name] = property.default;
  }
  return filled;
}
