/**
 * Effectively once: an activity that changes something does so once, whatever crashes.
 *
 * The record of an effect is a row of `estuary.effects` under the activity's idempotency key.
 *
 * Invariants, each defended by a test of the same number:
 *  E1. A write commits together with its record, or not at all.
 *  E2. Two attempts at one write run one after the other; the second gets the recorded output.
 *  E3. An external effect is called only after its intent has been committed.
 *  E4. An attempt that finds an intent without an outcome is told so, and no other withdraws the intent under it.
 *  E5. A key answers only to the fingerprint that it was first used with.
 *  E6. Once an outcome is recorded, every attempt returns that one.
 *  E7. A call that was undone is a new one when it is made again, under a new key; so is then the call that undoes it.
 *
 * Serialisation failures, deadlocks and lock timeouts are thrown as they are: the next attempt starts over.
 */
import { createHash } from 'node:crypto';
import type { Knex } from 'knex';

/** One piece of work, as every attempt at it describes itself. */
export interface EffectCall {
  /** The idempotency key, 64 hexadecimal digits. */
  readonly key: string;
  /** A hash of the input: the same key with another fingerprint is a conflict. */
  readonly fingerprint: string;
  /** The activity's name, `payments/transfer-payout`. */
  readonly activity: string;
  readonly workflowId: string;
  /** The step's path, `pay[42]/transfer`. For people. */
  readonly step: string;
  /** What this call undoes. */
  readonly compensates?: Place;
}

/** A place in the graph of a run: a step, an item of a loop. */
export interface Place {
  /** 64 hexadecimal digits, like the idempotency key of a call that stands there. */
  readonly key: string;
  /** `pay[42]/transfer` */
  readonly step: string;
}

/**
 * The call in its generation: how often it has been undone is part of its key, since the same work may be done
 * again after that, as by a run that was reset. A call that undoes work goes with the generation of that work;
 * where it has been undone already and not done again since, it is another attempt at the same undoing.
 * @param around the keys of the call's place, or of the one that it undoes, and of all places around that
 */
export async function atGeneration(
  knex: Knex,
  call: EffectCall,
  around: readonly string[],
): Promise<EffectCall> {
  const undone = await countUndone(knex, around);
  if (undone === 0) return call;
  const previous = keyAt(call.key, undone - 1);
  const isAnotherAttempt =
    call.compensates !== undefined && (await isLastUndoneBy(knex, previous, call, call.compensates.step));
  return { ...call, key: isAnotherAttempt ? previous : keyAt(call.key, undone) };
}

function keyAt(key: string, generation: number): string {
  return generation === 0 ? key : createHash('sha256').update(`${key}#${generation}`).digest('hex');
}

/** An idempotency key was used again with another input; its old result would answer another question. */
export class IdempotencyConflict extends Error {
  override readonly name = 'IdempotencyConflict';
  readonly call: EffectCall;

  constructor(
    call: EffectCall,
    recorded: { readonly activity: string; readonly workflow_id: string; readonly step: string },
  ) {
    super(
      `the idempotency key of step '${call.step}' (${call.activity}) was first used with another input, ` +
        `by step '${recorded.step}' (${recorded.activity}) of workflow '${recorded.workflow_id}'`,
    );
    this.call = call;
  }
}

interface EffectRow {
  readonly fingerprint: string;
  readonly activity: string;
  readonly state: 'started' | 'completed';
  readonly output: string | null;
  readonly workflow_id: string;
  readonly step: string;
}

/**
 * Runs a `write`: `work` gets a transaction, which commits together with the record of its output.
 *
 * Returns the output of `work`, or the recorded one when an earlier attempt committed. The output must be JSON;
 * `undefined` is recorded as null. Whatever `work` throws rolls everything back and is thrown on.
 * Throws IdempotencyConflict when the key belongs to another input.
 */
export async function runWrite<Output>(
  knex: Knex,
  call: EffectCall,
  work: (transaction: Knex.Transaction) => Promise<Output>,
): Promise<Output> {
  return knex.transaction(async (transaction) => {
    // The uncommitted row makes a second attempt wait here, on the primary key, until this one has ended.
    if (!(await insertIntent(transaction, call))) {
      const recorded = await readEffect(transaction, call);
      if (recorded?.state === 'completed') return outputOf<Output>(recorded);
    }
    const output = await work(transaction);
    await recordOutput(transaction, call, output);
    return output;
  });
}

/** What `runExternal` tells the work about earlier attempts. */
export interface ExternalAttempt {
  /** An earlier attempt may have called out, and nobody recorded what became of it. */
  readonly outcomeUnknown: boolean;
}

/**
 * Runs an `external` effect: commits the intent, calls `work`, records its output.
 *
 * Returns the output of `work`, or the recorded one when another attempt got there first. An error for which
 * `nothingHappened` is true (one that the signature declares) withdraws the intent; after any other error it
 * stays, and the next attempt is told that the outcome is unknown. Either is thrown on.
 * Throws IdempotencyConflict when the key belongs to another input.
 */
export async function runExternal<Output>(
  knex: Knex,
  call: EffectCall,
  work: (attempt: ExternalAttempt) => Promise<Output>,
  nothingHappened: (error: unknown) => boolean,
): Promise<Output> {
  const attempt = (await insertIntent(knex, call)) ? 1 : await joinIntent(knex, call);
  const outcomeUnknown = attempt !== 1;
  if (outcomeUnknown) {
    const recorded = await readEffect(knex, call);
    if (recorded?.state === 'completed') return outputOf<Output>(recorded);
  }
  let output: Output;
  try {
    output = await work({ outcomeUnknown });
  } catch (error) {
    if (nothingHappened(error)) await withdrawIntent(knex, call, attempt);
    throw error;
  }
  if (await recordOutput(knex, call, output)) return output;
  const recorded = await readEffect(knex, call);
  return recorded?.state === 'completed' ? outputOf<Output>(recorded) : output;
}

/** How often any of these places has been undone. */
async function countUndone(knex: Knex, places: readonly string[]): Promise<number> {
  const { rows } = await knex.raw<{ rows: { undone: number }[] }>(
    `select count(*)::integer as undone from estuary.effects
     where compensates = any(:places) and state = 'completed'`,
    { places },
  );
  return rows[0]!.undone;
}

/** Whether the effect under the key has undone the work of a step, and nothing in that step was done since. */
async function isLastUndoneBy(
  knex: Knex,
  key: string,
  { workflowId }: EffectCall,
  step: string,
): Promise<boolean> {
  const { rows } = await knex.raw<{ rows: unknown[] }>(
    `select from estuary.effects undoing
     where undoing.key = :key and undoing.state = 'completed' and not exists (
       select from estuary.effects work
       where work.workflow_id = :workflowId and work.started_at > undoing.completed_at
         and (work.step = :step or starts_with(work.step, :inside) or starts_with(work.step, :items))
     )`,
    { key, workflowId, step, inside: `${step}/`, items: `${step}[` },
  );
  return rows.length === 1;
}

/** True when this attempt is the first to use the key. */
async function insertIntent(knex: Knex, call: EffectCall): Promise<boolean> {
  const { rows } = await knex.raw<{ rows: unknown[] }>(
    `insert into estuary.effects (key, fingerprint, activity, state, workflow_id, step)
     values (:key, :fingerprint, :activity, 'started', :workflowId, :step)
     on conflict (key) do nothing
     returning key`,
    { ...call },
  );
  return rows.length === 1;
}

/** The row under the key; undefined when another attempt withdrew it meanwhile. Throws IdempotencyConflict. */
async function readEffect(knex: Knex, call: EffectCall): Promise<EffectRow | undefined> {
  const { rows } = await knex.raw<{ rows: EffectRow[] }>(
    `select fingerprint, activity, state, output::text as output, workflow_id, step
     from estuary.effects where key = :key`,
    { key: call.key },
  );
  const row = rows[0];
  if (row && (row.fingerprint !== call.fingerprint || row.activity !== call.activity)) {
    throw new IdempotencyConflict(call, row);
  }
  return row;
}

/** Records the outcome unless there is one; also when the intent was withdrawn meanwhile. True when it recorded. */
async function recordOutput(knex: Knex, call: EffectCall, output: unknown): Promise<boolean> {
  const { rows } = await knex.raw<{ rows: unknown[] }>(
    `insert into estuary.effects
       (key, fingerprint, activity, state, output, workflow_id, step, compensates, completed_at)
     values
       (:key, :fingerprint, :activity, 'completed', :output::json, :workflowId, :step, :compensates, clock_timestamp())
     on conflict (key) do update
       set state = 'completed', output = excluded.output, completed_at = excluded.completed_at,
         compensates = excluded.compensates
       where effects.state = 'started'
     returning key`,
    { ...call, compensates: call.compensates?.key ?? null, output: JSON.stringify(output) ?? 'null' },
  );
  return rows.length === 1;
}

/** Counts one more attempt at an intent without an outcome; undefined when there is none any more. */
async function joinIntent(knex: Knex, call: EffectCall): Promise<number | undefined> {
  const { rows } = await knex.raw<{ rows: { attempts: number }[] }>(
    `update estuary.effects set attempts = attempts + 1
     where key = :key and fingerprint = :fingerprint and activity = :activity and state = 'started'
     returning attempts`,
    { ...call },
  );
  return rows[0]?.attempts;
}

/** Unless a later attempt relies on the intent: it may be calling out at this moment. */
async function withdrawIntent(knex: Knex, call: EffectCall, attempt: number | undefined): Promise<void> {
  await knex.raw(
    `delete from estuary.effects where key = :key and state = 'started' and attempts = :attempt`,
    {
      key: call.key,
      attempt: attempt ?? null,
    },
  );
}

function outputOf<Output>(row: EffectRow): Output {
  return JSON.parse(row.output ?? 'null') as Output;
}
