import { describe, expect, test } from 'vitest';
import { toCommandFailure } from '../../src/cli/command-failure.ts';
import { explainDatabaseError } from '../../src/cli/database-failure.ts';

/** An error as pg, knex or Node throws it. */
const thrown = (message: string, code?: string): Error =>
  Object.assign(new Error(message), code !== undefined && { code });

describe('what PostgreSQL refuses with', () => {
  test.each<[code: string, about: string, error: Error]>([
    ['cannot-reach-database', 'refused', thrown('connect ECONNREFUSED 127.0.0.1:5432', 'ECONNREFUSED')],
    ['cannot-reach-database', 'refused at every address', thrown('', 'ECONNREFUSED')],
    ['cannot-reach-database', 'no such host', thrown('getaddrinfo ENOTFOUND db', 'ENOTFOUND')],
    ['cannot-reach-database', 'it starts', thrown('the database system is starting up', '57P03')],
    ['cannot-reach-database', 'it stops', thrown('terminating connection', '57P01')],
    ['cannot-reach-database', 'a broken protocol', thrown('connection failure', '08006')],
    ['cannot-reach-database', 'no answer to a connection', thrown('timeout expired')],
    ['cannot-reach-database', 'a cut', thrown('select 1 - Connection terminated unexpectedly')],
    ['cannot-reach-database', 'a full pool', thrown('Knex: Timeout acquiring a connection. The pool is …')],
    ['cannot-reach-database', 'silence', thrown('select 1 - No answer from PostgreSQL for 65 s')],
    ['database-connections-used-up', 'all taken', thrown('sorry, too many clients already', '53300')],
    ['database-read-only', 'no writes', thrown('cannot execute INSERT …', '25006')],
    ['database-disk-full', 'no space', thrown('could not extend file: No space left on device', '53100')],
    ['database-not-usable', 'a wrong password', thrown('password authentication failed', '28P01')],
    ['database-not-usable', 'no such database', thrown('database "x" does not exist', '3D000')],
    ['database-not-usable', 'no tables', thrown('relation "x" does not exist', '42P01')],
  ])('is %s: %s', (code, _, error) => {
    expect(toCommandFailure(error)).toMatchObject({ code, exit: 4, hint: expect.stringMatching(/\w/) });
  });

  test.each<[about: string, error: Error]>([
    ['wrong SQL', thrown('syntax error at or near "form"', '42601')],
    ['a broken constraint', thrown('duplicate key value', '23505')],
    ['a bug of ours', new TypeError("Cannot read properties of undefined (reading 'rows')")],
  ])('is not %s, which keeps its stack trace', (_, error) => {
    expect(explainDatabaseError(error)).toBeUndefined();
    expect(toCommandFailure(error)).toBeUndefined();
  });
});
