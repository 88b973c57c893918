/** The pool, when the way to the database is lost or leads elsewhere. */
import type { Knex } from 'knex';
import { describe, expect, inject, test } from 'vitest';
import { openDatabase } from '../../database/connection.ts';
import { explainDatabaseError } from '../../src/cli/database-failure.ts';
import { type DatabaseProxy, openDatabaseProxy } from './database-proxy.ts';

const { databaseUrl } = inject('stack');

describe.concurrent('the pool', () => {
  test('fails a statement that gets no answer, and does not use its connection again', () =>
    // A pool of one: it serves again only if it has let the lost connection go.
    throughProxy({ poolMax: 1, statementTimeoutMs: 100 }, async (database, proxy) => {
      await database.raw('select 1');
      proxy.silence();
      const error = await failureOf(database.raw('select 1'));
      expect(error.message).toContain('No answer from PostgreSQL for 5.1 s');
      expect(explainDatabaseError(error)).toMatchObject({ code: 'cannot-reach-database' });
      proxy.restore();
      expect(await rowsOf(database, 'select 2 as answer')).toEqual([{ answer: 2 }]);
    }));

  test('gives up a new connection that gets no answer', () =>
    throughProxy({ poolMax: 1 }, async (database, proxy) => {
      proxy.silence();
      const error = await failureOf(database.raw('select 1'));
      expect(explainDatabaseError(error)).toMatchObject({ code: 'cannot-reach-database' });
    }));

  test('exchanges a connection in steady use, for it may lead to what is a replica by now', () =>
    throughProxy({ poolMax: 1 }, async (database) => {
      const backend = (): Promise<object[]> => rowsOf(database, 'select pg_backend_pid()');
      const first = await backend();
      // More often than a pool lets idle connections go.
      await expect.poll(backend, { timeout: 60_000, interval: 1000 }).not.toEqual(first);
    }));

  test('leaves open a transaction that asks nothing for as long', () =>
    throughProxy({ poolMax: 1, statementTimeoutMs: 100 }, (database) =>
      throughProxy({ poolMax: 1 }, (clock) =>
        database.transaction(async (transaction) => {
          await transaction.raw('select 1');
          await clock.raw('select pg_sleep(5.3)');
          expect(await rowsOf(transaction, 'select 2 as answer')).toEqual([{ answer: 2 }]);
        }),
      ),
    ));
});

async function throughProxy(
  options: Parameters<typeof openDatabase>[1],
  work: (database: Knex, proxy: DatabaseProxy) => Promise<void>,
): Promise<void> {
  const proxy = await openDatabaseProxy(databaseUrl);
  const database = openDatabase(proxy.url, options);
  try {
    await work(database, proxy);
  } finally {
    await database.destroy();
    await proxy.close();
  }
}

async function rowsOf(database: Knex, sql: string): Promise<object[]> {
  return (await database.raw<{ rows: object[] }>(sql)).rows;
}

function failureOf(query: PromiseLike<unknown>): Promise<Error> {
  return Promise.resolve(query).then(
    () => expect.unreachable('it answered'),
    (error: Error) => error,
  );
}
