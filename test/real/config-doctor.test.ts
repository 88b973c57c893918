/** What `estuary doctor` says of servers that answer. */
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { copyProject, estuary } from '../cli/estuary.ts';
import { createFreshDatabase, type FreshDatabase } from './fresh-database.ts';

const { address, namespace, databaseUrl } = inject('stack');
let database: FreshDatabase;
let project: ReturnType<typeof copyProject>;

beforeAll(async () => {
  database = await createFreshDatabase(databaseUrl, { migrated: false });
  project = copyProject();
});

afterAll(async () => {
  await database.drop();
  project.remove();
});

const run = (args: string) =>
  estuary(args.split(' '), {
    cwd: project.root,
    env: { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace, DATABASE_URL: database.url },
  });
const schemas = () => database.knex('pg_namespace').where({ nspname: 'estuary' });

test('an empty database lacks its migrations, and is left empty', async () => {
  const { code, stdout } = await run('doctor');
  expect(stdout).toMatch(/✓ Temporal: .*, namespace estuary, server 1\.\d+\.\d+/);
  expect(stdout).toMatch(/✓ PostgreSQL: server \d+/);
  expect(stdout).toMatch(
    /✗ migrations: pending estuary_0001_effects, .*\n {2}hint: run `estuary db migrate`/,
  );
  expect({ code, left: await schemas() }).toEqual({ code: 1, left: [] });
});

test('once it is migrated nothing is wrong, and the sandbox is named', async () => {
  await run('db migrate');
  const { code, stdout } = await run('doctor --json');
  const { checks } = JSON.parse(stdout) as { checks: { what: string; status: string }[] };
  const statuses = Object.fromEntries(checks.map(({ what, status }) => [what, status]));
  expect({ code, statuses }).toEqual({
    code: 0,
    statuses: {
      versions: 'ok',
      Temporal: 'ok',
      PostgreSQL: 'ok',
      migrations: 'ok',
      'provider of payments': 'note',
      // A worker of another test may have registered them by now.
      'search attributes': expect.stringMatching(/^(ok|note)$/),
      definitions: 'ok',
      activities: 'ok',
      'generated code': 'ok',
    },
  });
});

test('a namespace that is not there cannot be reached', async () => {
  const { code, stdout } = await run('doctor --namespace nowhere');
  expect({ code, stdout }).toMatchObject({
    code: 4,
    stdout: expect.stringMatching(/✗ Temporal: .*'nowhere'/),
  });
});
