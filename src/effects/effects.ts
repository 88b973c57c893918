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
 *
 * Serialisation failures, deadlocks and lock timeouts are thrown as they are: the next attempt starts over.
 */
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
    `insert into estuary.effects (key, fingerprint, activity, state, output, workflow_id, step, completed_at)
     values (:key, :fingerprint, :activity, 'completed', :output::json, :workflowId, :step, clock_timestamp())
     on conflict (key) do update
       set state = 'completed', output = excluded.output, completed_at = excluded.completed_at
       where effects.state = 'started'
     returning key`,
    { ...call, output: JSON.stringify(output) ?? 'null' },
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
