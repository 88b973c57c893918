import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { identityOf, until } from '../../src/stack/processes.ts';
import { type StackEvent, stackStatus, startStack, stopStack } from '../../src/stack/stack.ts';
import { readState } from '../../src/stack/state.ts';

const ANY_PORTS = { temporal: 0, ui: 0, database: 0 };
let dataDirectory: string;
let events: StackEvent[];

beforeEach(() => {
  // With a blank in its name, as home folders sometimes have.
  dataDirectory = mkdtempSync(join(tmpdir(), 'estuary stack-'));
  events = [];
});

afterEach(async () => {
  await stopStack(dataDirectory);
  rmSync(dataDirectory, { recursive: true, force: true });
});

const start = (ports = ANY_PORTS) =>
  startStack({ dataDirectory, ports, report: (event) => events.push(event) });
const pids = () => {
  const { temporal, database } = readState(dataDirectory);
  return { temporal: temporal!.pid, database: database!.pid };
};
const _kill = async (pid: number) => {
  process.kill(pid, 'SIGKILL');
  expect(await until(async () => (await identityOf(pid)) === undefined, 10_000)).toBe(true);
};

async function query<T>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows as T[];
  } finally {
    await client.end();
  }
}

test('starts both on loopback, reuses them, and stops them', async () => {
  const first = await start();
  expect(first.started).toEqual({ temporal: true, database: true });
  expect(first.temporal.namespace).toBe('estuary');
  expect(first.temporal.address).toMatch(/^127\.0\.0\.1:\d+$/);
  expect((await fetch(first.temporal.uiUrl)).status).toBe(200);
  const [settings] = await query<{ listen: string; tz: string; version: string }>(
    first.database.url,
    "SELECT current_setting('listen_addresses') listen, current_setting('TimeZone') tz, version() version",
  );
  expect(settings).toMatchObject({
    listen: '127.0.0.1',
    tz: 'UTC',
    version: expect.stringMatching(/^PostgreSQL 18/),
  });

  const before = pids();
  const second = await start();
  expect(second).toEqual({ ...first, started: { temporal: false, database: false } });
  expect(pids()).toEqual(before);
  expect(await stackStatus(dataDirectory)).toMatchObject({
    temporal: { pid: before.temporal, address: first.temporal.address, uiUrl: first.temporal.uiUrl },
    database: { pid: before.database, url: first.database.url },
  });

  expect(await stopStack(dataDirectory)).toEqual({ temporal: true, database: true });
  expect(await identityOf(before.temporal)).toBeUndefined();
  expect(await identityOf(before.database)).toBeUndefined();
  expect(await stackStatus(dataDirectory)).toEqual({});
  expect(await stopStack(dataDirectory)).toEqual({ temporal: false, database: false });
});
