import { afterAll, beforeAll, beforeEach, describe, expect, inject, test, vi } from 'vitest';
import {
  atGeneration,
  type EffectCall,
  IdempotencyConflict,
  runExternal,
  runWrite,
} from '../../src/effects/effects.ts';
import { createFreshDatabase, type FreshDatabase } from './fresh-database.ts';

let database: FreshDatabase;

beforeAll(async () => {
  database = await createFreshDatabase(inject('stack').databaseUrl);
  await database.knex.raw('create table public.work (name text not null)');
});
afterAll(() => database.drop());
beforeEach(() => database.knex.raw('truncate estuary.effects, public.work'));

const call: EffectCall = {
  key: 'ab'.repeat(32),
  fingerprint: 'f1',
  activity: 'payments/transfer-payout',
  workflowId: 'batch-1',
  step: 'pay[42]/transfer',
};
const otherInput: EffectCall = { ...call, fingerprint: 'f2', step: 'pay[43]/transfer' };
const never = () => false;

async function workDone(): Promise<string[]> {
  return (await database.knex('work').select('name')).map(({ name }) => name);
}

async function effects(): Promise<unknown[]> {
  return database.knex('estuary.effects').select('state', 'workflow_id', 'step', 'activity', 'output');
}

/** Resolves when so many sessions of this database wait for a lock. */
async function waitForBlocked(count: number): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await database.knex.raw(
        `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      expect(rows).toHaveLength(count);
    },
    { timeout: 10_000, interval: 10 },
  );
}

function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<T>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { promise, resolve, reject };
}

describe('a write', () => {
  const insert = (name: string) => async (transaction: Parameters<Parameters<typeof runWrite>[2]>[0]) => {
    await transaction.raw('insert into work (name) values (?)', [name]);
    return { by: name };
  };

  test('E1: commits with its record', async () => {
    expect(await runWrite(database.knex, call, insert('first'))).toEqual({ by: 'first' });
    expect(await workDone()).toEqual(['first']);
    expect(await effects()).toEqual([
      {
        state: 'completed',
        workflow_id: 'batch-1',
        step: call.step,
        activity: call.activity,
        output: { by: 'first' },
      },
    ]);
  });

  test('E1: leaves nothing behind when it fails, and may then be done', async () => {
    const failing = runWrite(database.knex, call, async (transaction) => {
      await insert('failed')(transaction);
      throw new Error('lost');
    });
    await expect(failing).rejects.toThrow('lost');
    expect([await workDone(), await effects()]).toEqual([[], []]);
    expect(await runWrite(database.knex, call, insert('second'))).toEqual({ by: 'second' });
  });

  test('E1: leaves nothing behind when its connection dies before the commit', async () => {
    const dying = runWrite(database.knex, call, async (transaction) => {
      const output = await insert('died')(transaction);
      const { rows } = await transaction.raw('select pg_backend_pid() as pid');
      await database.knex.raw('select pg_terminate_backend(?)', [rows[0].pid]);
      return output;
    });
    await expect(dying).rejects.toThrow();
    expect([await workDone(), await effects()]).toEqual([[], []]);
  });

  test('E4: an attempt that comes late with its refusal leaves the intent to the one that followed', async () => {
    const refused = new Error('account closed');
    const [late, following] = [deferred<string>(), deferred<string>()];
    const began = [deferred<true>(), deferred<true>()] as const;
    const attempt = (answer: Promise<string>, begun: (typeof began)[number]) =>
      runExternal(
        database.knex,
        call,
        () => {
          begun.resolve(true);
          return answer;
        },
        (error) => error === refused,
      );
    const first = attempt(late.promise, began[0]);
    await began[0].promise;
    const second = attempt(following.promise, began[1]);
    await began[1].promise;

    late.reject(refused);
    await expect(first).rejects.toBe(refused);
    expect(await effects()).toMatchObject([{ state: 'started' }]);
    following.resolve('sent');
    expect(await second).toBe('sent');
    expect(await effects()).toMatchObject([{ state: 'completed' }]);
  });

  test('E6: answers a repetition with the recorded output', async () => {
    await runWrite(database.knex, call, insert('first'));
    expect(await runWrite(database.knex, call, insert('second'))).toEqual({ by: 'first' });
    expect(await workDone()).toEqual(['first']);
  });

  test('E2: makes a second attempt wait, which then gets the first one’s output', async () => {
    const gate = deferred<void>();
    const first = runWrite(database.knex, call, async (transaction) => {
      await gate.promise;
      return insert('first')(transaction);
    });
    await vi.waitFor(async () => {
      const { rows } = await database.knex.raw(
        `select from pg_stat_activity where datname = current_database() and state = 'idle in transaction'`,
      );
      expect(rows).toHaveLength(1);
    });
    const second = runWrite(database.knex, call, insert('second'));
    await waitForBlocked(1);
    gate.resolve();
    expect(await Promise.all([first, second])).toEqual([{ by: 'first' }, { by: 'first' }]);
    expect(await workDone()).toEqual(['first']);
  });

  test('E2: lets a waiting attempt do the work when the first fails', async () => {
    const gate = deferred<void>();
    const started = deferred<void>();
    const first = runWrite(database.knex, call, async () => {
      started.resolve();
      await gate.promise;
    });
    await started.promise;
    const second = runWrite(database.knex, call, insert('second'));
    await waitForBlocked(1);
    gate.reject(new Error('lost'));
    await expect(first).rejects.toThrow('lost');
    expect(await second).toEqual({ by: 'second' });
  });

  test('E5: refuses the key of another input', async () => {
    await runWrite(database.knex, call, insert('first'));
    const conflict = await runWrite(database.knex, otherInput, insert('second')).catch(
      (error: unknown) => error,
    );
    expect(conflict).toBeInstanceOf(IdempotencyConflict);
    expect(String(conflict)).toBe(
      "IdempotencyConflict: the idempotency key of step 'pay[43]/transfer' (payments/transfer-payout) was first used " +
        "with another input, by step 'pay[42]/transfer' (payments/transfer-payout) of workflow 'batch-1'",
    );
    expect(await workDone()).toEqual(['first']);
  });

  test.each([
    ['nothing', undefined, null],
    ['null', null, null],
    ['keys in their order', { b: 1, a: 2 }, { b: 1, a: 2 }],
    ['strings that jsonb cannot hold', 'zero \u0000, half \ud800', 'zero \u0000, half \ud800'],
    ['large numbers', [1e300, 9007199254740991, 0.1], [1e300, 9007199254740991, 0.1]],
  ])('gives back %s as it was', async (_, output, recorded) => {
    await runWrite<unknown>(database.knex, call, async () => output);
    const again = await runWrite<unknown>(database.knex, call, async () => 'not this');
    expect(JSON.stringify(again)).toBe(JSON.stringify(recorded));
  });
});

describe('an external effect', () => {
  test('E3: is called after its intent has been committed', async () => {
    const seen = await runExternal(database.knex, call, async () => effects(), never);
    expect(seen).toMatchObject([{ state: 'started', output: null }]);
    expect(await effects()).toMatchObject([{ state: 'completed' }]);
  });

  test('E4: tells the attempt after a failure that the outcome is unknown, and the first that it is not', async () => {
    const told: boolean[] = [];
    const attempt = (fail: boolean) =>
      runExternal(
        database.knex,
        call,
        async ({ outcomeUnknown }) => {
          told.push(outcomeUnknown);
          if (fail) throw new Error('connection reset');
          return 'sent';
        },
        never,
      );
    await expect(attempt(true)).rejects.toThrow('connection reset');
    await expect(attempt(true)).rejects.toThrow('connection reset');
    expect(await attempt(false)).toBe('sent');
    expect(told).toEqual([false, true, true]);
  });

  test('withdraws its intent after an error that says that nothing happened', async () => {
    const refused = new Error('account closed');
    const attempt = () =>
      runExternal(
        database.knex,
        call,
        async ({ outcomeUnknown }) => {
          expect(outcomeUnknown).toBe(false);
          throw refused;
        },
        (error) => error === refused,
      );
    await expect(attempt()).rejects.toBe(refused);
    expect(await effects()).toEqual([]);
    await expect(attempt()).rejects.toBe(refused);
  });

  test('E6: answers a repetition with the recorded output, without calling', async () => {
    const work = vi.fn(async () => ({ transfer_id: 'tr_1' }));
    expect(await runExternal(database.knex, call, work, never)).toEqual({ transfer_id: 'tr_1' });
    expect(await runExternal(database.knex, call, work, never)).toEqual({ transfer_id: 'tr_1' });
    expect(work).toHaveBeenCalledTimes(1);
  });

  test('E6: an attempt that comes second with its outcome returns the recorded one', async () => {
    const gate = deferred<string>();
    const started = deferred<void>();
    const slow = runExternal(
      database.knex,
      call,
      async () => {
        started.resolve();
        return gate.promise;
      },
      never,
    );
    await started.promise;
    expect(await runExternal(database.knex, call, async () => 'fast', never)).toBe('fast');
    gate.resolve('slow');
    expect(await slow).toBe('fast');
  });

  test('E6: records an outcome also when another attempt withdrew the intent meanwhile', async () => {
    const gate = deferred<string>();
    const started = deferred<void>();
    const slow = runExternal(
      database.knex,
      call,
      async () => {
        started.resolve();
        return gate.promise;
      },
      never,
    );
    await started.promise;
    const refused = runExternal(
      database.knex,
      call,
      async () => Promise.reject(new Error('no')),
      () => true,
    );
    await expect(refused).rejects.toThrow('no');
    gate.resolve('sent');
    expect(await slow).toBe('sent');
    expect(await runExternal(database.knex, call, async () => 'again', never)).toBe('sent');
  });

  test.each([
    ['has completed', false],
    ['was left open', true],
  ])('E5: refuses the key of another input whose effect %s', async (_, fails) => {
    await runExternal(
      database.knex,
      call,
      async () => (fails ? Promise.reject(new Error('lost')) : 'sent'),
      never,
    ).catch(() => undefined);
    const work = vi.fn(async () => 'sent');
    await expect(runExternal(database.knex, otherInput, work, never)).rejects.toBeInstanceOf(
      IdempotencyConflict,
    );
    expect(work).not.toHaveBeenCalled();
  });
});

describe('E7: what was undone', () => {
  const key = (letter: string) => letter.repeat(64);
  const charge: EffectCall = { ...call, key: key('a'), step: 'order/charge' };
  const order = { key: key('b'), step: 'order' };
  /** The charge stands in the step `order`, and either may have a compensation. */
  const refund: EffectCall = {
    ...call,
    key: key('c'),
    activity: 'payments/refund',
    step: 'order/charge/~compensate',
    compensates: charge,
  };
  const cancelOrder: EffectCall = { ...refund, key: key('d'), step: 'order/~compensate', compensates: order };
  const done: string[] = [];
  beforeEach(() => done.splice(0));

  const perform = async (described: EffectCall, name: string, how: 'write' | 'external' = 'external') => {
    const around = described === cancelOrder ? [order.key] : [charge.key, order.key];
    const current = await atGeneration(database.knex, described, around);
    const work = async () => {
      done.push(name);
      return name;
    };
    await (how === 'write'
      ? runWrite(database.knex, current, work)
      : runExternal(database.knex, current, work, never));
    return current.key;
  };

  test.each(['write', 'external'] as const)('is done again under another key: a %s', async (how) => {
    const first = await perform(charge, 'charged', how);
    expect(await perform(charge, 'charged', how)).toBe(first);
    await perform(refund, 'refunded', how);
    const second = await perform(charge, 'charged again', how);
    expect(second).not.toBe(first);
    expect(await perform(charge, 'charged again', how)).toBe(second);
    expect(done).toEqual(['charged', 'refunded', 'charged again']);
  });

  test('is undone once, however often that is tried', async () => {
    await perform(charge, 'charged');
    await perform(refund, 'refunded');
    await perform(refund, 'refunded');
    expect(done).toEqual(['charged', 'refunded']);
  });

  test('is undone again when it was done again, and so on', async () => {
    for (const round of ['1', '2', '3']) {
      await perform(charge, `charged ${round}`);
      await perform(refund, `refunded ${round}`);
      await perform(refund, `refunded ${round}`);
    }
    expect(done).toEqual(['1', '2', '3'].flatMap((round) => [`charged ${round}`, `refunded ${round}`]));
  });

  test('is undone with the step around it', async () => {
    for (const round of ['1', '2']) {
      await perform(charge, `charged ${round}`);
      await perform(cancelOrder, `cancelled ${round}`);
      await perform(cancelOrder, `cancelled ${round}`);
    }
    expect(done).toEqual(['charged 1', 'cancelled 1', 'charged 2', 'cancelled 2']);
  });

  test('is not undone as long as undoing it fails', async () => {
    const first = await perform(charge, 'charged');
    const current = await atGeneration(database.knex, refund, [charge.key, order.key]);
    const lost = runExternal(database.knex, current, async () => Promise.reject(new Error('lost')), never);
    await expect(lost).rejects.toThrow('lost');
    expect(await perform(charge, 'charged')).toBe(first);
    expect(done).toEqual(['charged']);
  });
});
