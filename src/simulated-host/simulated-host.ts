/**
 * Runs a plan in virtual time, without a server: the same interpreter, scripted activities, a clock that jumps to
 * the next thing that happens. A thirty-day process takes milliseconds.
 */
import type {
  Command,
  Failure,
  HostEvent,
  RunInfo,
  ScheduleActivity,
  SearchAttributes,
  StartChild,
} from '../interpreter/host.ts';
import { advance, initialState } from '../interpreter/interpreter.ts';
import { findMessageProblem, findUpdateProblem } from '../interpreter/messages.ts';
import type { Observe } from '../interpreter/observe.ts';
import type { State } from '../interpreter/state.ts';
import type { Json, Plan } from '../plan/plan.ts';
import { EventQueue } from './event-queue.ts';

/** What an activity does when it is called: the script of a simulation. */
export type ScriptedActivity = (input: Json, call: ScriptedCall) => ScriptedOutcome;

export interface ScriptedCall {
  /** From 1. */
  readonly attempt: number;
  readonly key: string;
  readonly step: string;
}

/** What comes of an attempt, and after how many milliseconds. */
export type ScriptedOutcome = { readonly afterMs?: number } & (
  | { readonly output: Json }
  | { readonly failure: Failure }
  /** It never answers: the attempt runs into its start-to-close timeout. */
  | { readonly hangs: true }
);

/** What a child does when it is started. */
export type ScriptedWorkflow = (input: Json, child: ScriptedChild) => ScriptedOutcome;

export interface ScriptedChild {
  readonly workflowId: string;
  readonly step: string;
}

/** Something that somebody sends to the run. */
export type Sent = { readonly afterMs: number } & (
  | { readonly signal: string; readonly payload: Json }
  | { readonly update: string; readonly payload: Json }
  /** A person has looked at what parked the run. */
  | { readonly resume: 'retry' | 'skip' }
);

/** Somebody asks the run to cancel. */
export interface CancelRequest {
  readonly afterMs: number;
  readonly cancel: true;
}

export interface SimulationOptions {
  readonly input?: Json;
  readonly activities: { readonly [name: string]: ScriptedActivity };
  /** Children by workflow type. */
  readonly workflows?: { readonly [name: string]: ScriptedWorkflow };
  readonly sent?: readonly (Sent | CancelRequest)[];
  /** The workflow ids that take the run's signals. */
  readonly reachable?: readonly string[];
  readonly workflowId?: string;
  /** Milliseconds since the epoch. Default: 2026-01-01T00:00:00Z. */
  readonly startedAt?: number;
  /** Asks the run to cancel after so many milliseconds. */
  readonly cancelAfterMs?: number;
  /** Sees and may replace the state after every event: where a test stops, serialises and goes on. */
  readonly betweenEvents?: ((state: State) => State) | undefined;
  /** Sees the state at some times, after all that happens until then; the end counts for whatever is later. */
  readonly looks?: readonly { readonly afterMs: number; readonly look: (state: State) => void }[];
  /** Told what shows in no command. */
  readonly observe?: Observe | undefined;
  /** The bound on events, against runs that do not end. */
  readonly maximumEvents?: number;
}

export interface Simulation {
  readonly outcome:
    | { readonly status: 'completed'; readonly output: Json }
    | { readonly status: 'failed'; readonly failure: Failure }
    | { readonly status: 'cancelled' };
  /** All that the run did and was sent, in order. */
  readonly log: readonly SimulatedEvent[];
  /** Every attempt at every activity, in order. */
  readonly calls: readonly SimulatedCall[];
  /** Virtual milliseconds from start to end. */
  readonly elapsedMs: number;
  readonly state: State;
}

export interface SimulatedCall extends ScriptedCall {
  readonly activity: string;
  readonly input: Json;
  /** Virtual milliseconds since the start of the run. */
  readonly atMs: number;
}

/** Thrown by `simulate` when the run did not end; holds how far it came. */
export class SimulationStopped extends Error implements Omit<Simulation, 'outcome'> {
  override readonly name = 'SimulationStopped';
  /** `waits`: for something that never happens; `endless`: too many events; `script`: a script threw, or is missing. */
  readonly why: 'waits' | 'endless' | 'script';
  readonly log: readonly SimulatedEvent[];
  readonly calls: readonly SimulatedCall[];
  readonly elapsedMs: number;
  readonly state: State;

  constructor(
    message: string,
    why: SimulationStopped['why'],
    soFar: Omit<Simulation, 'outcome'>,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.why = why;
    this.log = soFar.log;
    this.calls = soFar.calls;
    this.elapsedMs = soFar.elapsedMs;
    this.state = soFar.state;
  }
}

/** `atMs`: virtual milliseconds since the start of the run. */
export type SimulatedEvent = { readonly atMs: number } & (
  | ({ readonly kind: 'activity' } & SimulatedCall)
  | { readonly kind: 'timer'; readonly durationMs: number; readonly summary: string }
  | ({ readonly kind: 'child' } & Pick<StartChild, 'step' | 'workflow' | 'workflowId' | 'input' | 'detach'>)
  | ({ readonly kind: 'signal_sent' } & Pick<SignalWorkflow, 'step' | 'workflowId' | 'signal' | 'payload'>)
  | {
      readonly kind: 'signal' | 'update';
      readonly name: string;
      readonly payload: Json;
      readonly refused?: string;
    }
  | { readonly kind: 'search_attributes'; readonly attributes: SearchAttributes }
  | { readonly kind: 'memo'; readonly memo: Json }
  | { readonly kind: 'parked'; readonly failure: Failure }
  | { readonly kind: 'resumed'; readonly how: 'retry' | 'skip' }
  | { readonly kind: 'cancel_requested' }
);

type SignalWorkflow = Extract<Command, { type: 'signal_workflow' }>;

const EPOCH = Date.UTC(2026, 0, 1);

/**
 * Runs a plan to its end.
 * @throws SimulationStopped if the run does not end within `maximumEvents`, or waits for something that nobody scripted
 */
export function simulate(plan: Plan, options: SimulationOptions): Simulation {
  return new Simulator(plan, options).run();
}

class Simulator {
  readonly #plan: Plan;
  readonly #options: SimulationOptions;
  readonly #startedAt: number;
  readonly #queue = new EventQueue<() => void>();
  readonly #log: SimulatedEvent[] = [];
  readonly #cancelled = new Set<number>();
  #state: State;
  #now: number;
  #outcome: Simulation['outcome'] | undefined;
  readonly #looks: NonNullable<SimulationOptions['looks']>[number][];

  constructor(plan: Plan, options: SimulationOptions) {
    this.#plan = plan;
    this.#options = options;
    this.#looks = [...(options.looks ?? [])].sort((a, b) => a.afterMs - b.afterMs);
    this.#startedAt = options.startedAt ?? EPOCH;
    this.#now = this.#startedAt;
    const run: RunInfo = {
      id: options.workflowId ?? 'simulated',
      type: plan.name,
      rootRunId: 'simulated-run',
      startedAt: this.#startedAt,
    };
    this.#state = initialState(run, options.input ?? {});
  }

  run(): Simulation {
    const { cancelAfterMs, maximumEvents = 10_000_000 } = this.#options;
    this.#happen({ type: 'start', input: this.#state.input, run: this.#state.run, now: this.#now });
    if (cancelAfterMs !== undefined) {
      this.#after(cancelAfterMs, () => this.#receive({ afterMs: cancelAfterMs, cancel: true }));
    }
    for (const sent of this.#options.sent ?? []) this.#after(sent.afterMs, () => this.#receive(sent));
    for (let events = 0; this.#outcome === undefined; events++) {
      if (events === maximumEvents)
        this.#stop(`the run did not end within ${maximumEvents} events`, 'endless');
      const next = this.#queue.pop();
      this.#lookUntil(next === undefined ? Number.POSITIVE_INFINITY : next.at - this.#startedAt);
      if (next === undefined) return this.#stop('the run waits for something that never happens', 'waits');
      this.#now = next.at;
      next.item();
    }
    this.#lookUntil(Number.POSITIVE_INFINITY);
    return { outcome: this.#outcome, ...this.#soFar() };
  }

  #soFar(): Omit<Simulation, 'outcome'> {
    const calls = this.#log.filter((event) => event.kind === 'activity');
    return { log: this.#log, calls, elapsedMs: this.#now - this.#startedAt, state: this.#state };
  }

  #stop(message: string, why: SimulationStopped['why'], cause?: unknown): never {
    throw new SimulationStopped(message, why, this.#soFar(), cause);
  }

  /** What happens at the time of a look happens before it. */
  #lookUntil(afterMs: number): void {
    while (this.#looks.length > 0 && this.#looks[0]!.afterMs < afterMs) {
      this.#looks.shift()!.look(this.#state);
    }
  }

  /** Asks a script, whose failing is the test's. */
  #ask<Input extends readonly unknown[]>(
    script: ((...input: Input) => ScriptedOutcome) | undefined,
    missing: string,
    ...input: Input
  ): ScriptedOutcome {
    if (script === undefined) return this.#stop(missing, 'script');
    try {
      return script(...input);
    } catch (error) {
      return this.#stop(error instanceof Error ? error.message : String(error), 'script', error);
    }
  }

  #receive(sent: Sent | CancelRequest): void {
    if (this.#outcome !== undefined) return;
    const now = this.#now;
    if ('cancel' in sent) {
      this.#note({ kind: 'cancel_requested' });
      return this.#happen({ type: 'cancel_requested', now });
    }
    if ('resume' in sent) {
      this.#note({ kind: 'resumed', how: sent.resume });
      return this.#happen({ type: 'resume_requested', skip: sent.resume === 'skip', now });
    }
    const { payload } = sent;
    if ('update' in sent) {
      const name = sent.update;
      const refused = findUpdateProblem(this.#plan, this.#state, name, payload, now);
      this.#note({ kind: 'update', name, payload, ...(refused !== undefined && { refused }) });
      if (refused === undefined)
        this.#happen({ type: 'message_received', kind: 'update', name, payload, now });
      return;
    }
    const name = sent.signal;
    const refused = findMessageProblem(this.#plan, this.#state, 'signal', name, payload);
    this.#note({ kind: 'signal', name, payload, ...(refused !== undefined && { refused }) });
    this.#happen({ type: 'message_received', kind: 'signal', name, payload, now });
  }

  #happen(event: HostEvent): void {
    const commands = advance(this.#plan, this.#state, event, this.#options.observe);
    this.#state = this.#options.betweenEvents?.(this.#state) ?? this.#state;
    for (const command of commands) this.#perform(command);
  }

  #perform(command: Command): void {
    switch (command.type) {
      case 'schedule_activity':
        this.#attempt(command, 1, this.#now);
        return;
      case 'start_timer':
        this.#note({ kind: 'timer', durationMs: command.durationMs, summary: command.summary });
        this.#after(command.durationMs, () =>
          this.#answer({ type: 'timer_fired', id: command.id, now: this.#now }),
        );
        return;
      case 'start_child':
        this.#startChild(command);
        return;
      case 'signal_workflow':
        this.#signal(command);
        return;
      case 'cancel_activity':
        this.#cancelled.add(command.id);
        this.#after(0, () => this.#happen({ type: 'activity_cancelled', id: command.id, now: this.#now }));
        return;
      case 'cancel_child':
        this.#cancelled.add(command.id);
        this.#after(0, () => this.#happen({ type: 'child_cancelled', id: command.id, now: this.#now }));
        return;
      case 'cancel_timer':
        this.#cancelled.add(command.id);
        return;
      case 'upsert_search_attributes':
        this.#note({ kind: 'search_attributes', attributes: command.attributes });
        return;
      case 'upsert_memo':
        this.#note({ kind: 'memo', memo: command.memo });
        return;
      case 'park':
        this.#note({ kind: 'parked', failure: command.failure });
        return;
      case 'unpark':
        return;
      case 'complete':
        this.#outcome = { status: 'completed', output: command.output };
        return;
      case 'fail':
        this.#outcome = { status: 'failed', failure: command.failure };
        return;
      case 'cancelled':
        this.#outcome = { status: 'cancelled' };
    }
  }

  #attempt(command: ScheduleActivity, attempt: number, scheduledAt: number): void {
    const { activity, input, key, step } = command;
    const script = this.#options.activities[activity];
    this.#note({ kind: 'activity', activity, input, key, step, attempt });
    const missing = `${step} calls ${activity}, which has no script`;
    const outcome = this.#ask(script, missing, input, { attempt, key, step });
    const limit = command.timeouts.startToCloseMs ?? Number.POSITIVE_INFINITY;
    const wanted = 'hangs' in outcome ? Number.POSITIVE_INFINITY : (outcome.afterMs ?? 0);
    if (wanted > limit) {
      const failure = { type: 'Timeout', message: `${activity} ran into its start-to-close timeout` };
      return this.#after(limit, () => this.#failed(command, attempt, scheduledAt, failure));
    }
    this.#after(wanted, () => {
      if ('output' in outcome) {
        this.#answer({ type: 'activity_completed', id: command.id, output: outcome.output, now: this.#now });
      } else if ('failure' in outcome) this.#failed(command, attempt, scheduledAt, outcome.failure);
    });
  }

  #startChild(command: StartChild): void {
    const { id, workflow, workflowId, input, detach, step } = command;
    const script = this.#options.workflows?.[workflow];
    this.#note({ kind: 'child', step, workflow, workflowId, input, detach });
    if (detach) {
      const output = { workflow_id: workflowId, run_id: `run of ${workflowId}` };
      return this.#after(0, () => this.#answer({ type: 'child_completed', id, output, now: this.#now }));
    }
    const missing = `${step} starts ${workflow}, which has no script`;
    const outcome = this.#ask(script, missing, input, { workflowId, step });
    if ('hangs' in outcome) return;
    this.#after(outcome.afterMs ?? 0, () => {
      const now = this.#now;
      if ('output' in outcome) this.#answer({ type: 'child_completed', id, output: outcome.output, now });
      else this.#answer({ type: 'child_failed', id, failure: outcome.failure, now });
    });
  }

  #signal({ id, step, workflowId, signal, payload }: SignalWorkflow): void {
    this.#note({ kind: 'signal_sent', step, workflowId, signal, payload });
    const isReachable = this.#options.reachable?.includes(workflowId) ?? false;
    const failure = { type: 'WorkflowNotFound', message: `no workflow '${workflowId}' runs` };
    this.#after(0, () =>
      isReachable
        ? this.#happen({ type: 'signal_sent', id, now: this.#now })
        : this.#happen({ type: 'signal_failed', id, failure, now: this.#now }),
    );
  }

  /** Temporal's retry: again after the backoff, unless the policy or the schedule-to-close bound says no. */
  #failed(command: ScheduleActivity, attempt: number, scheduledAt: number, failure: Failure): void {
    if (this.#cancelled.has(command.id)) return;
    const { retry, timeouts } = command;
    const backoff = backoffMs(retry, attempt);
    const exhausted =
      retry.maximumAttempts !== undefined && retry.maximumAttempts > 0 && attempt >= retry.maximumAttempts;
    const deadline = scheduledAt + (timeouts.scheduleToCloseMs ?? Number.POSITIVE_INFINITY);
    if (exhausted || retry.nonRetryable.includes(failure.type) || this.#now + backoff > deadline) {
      const event = {
        type: 'activity_failed',
        id: command.id,
        // Of an attempt that never answered, Temporal does not tell which it was.
        failure: failure.type === 'Timeout' ? failure : { ...failure, attempt },
        now: this.#now,
      } as const;
      return this.#answer(event);
    }
    this.#after(backoff, () => {
      if (!this.#cancelled.has(command.id)) this.#attempt(command, attempt + 1, scheduledAt);
    });
  }

  #answer(event: Extract<HostEvent, { id: number }>): void {
    if (!this.#cancelled.has(event.id)) this.#happen(event);
  }

  #note(
    event: SimulatedEvent extends infer Event
      ? Event extends SimulatedEvent
        ? Omit<Event, 'atMs'>
        : never
      : never,
  ): void {
    this.#log.push({ ...event, atMs: this.#now - this.#startedAt } as SimulatedEvent);
  }

  #after(milliseconds: number, action: () => void): void {
    this.#queue.push(this.#now + milliseconds, action);
  }
}

/** Temporal's defaults: one second, doubling, at most a hundred times the first interval. */
function backoffMs(retry: ScheduleActivity['retry'], attempt: number): number {
  const initial = retry.initialIntervalMs ?? 1000;
  const interval = initial * (retry.backoffCoefficient ?? 2) ** (attempt - 1);
  return Math.min(interval, retry.maximumIntervalMs ?? 100 * initial);
}
