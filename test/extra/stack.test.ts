import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findProcesses, identityOf, until } from '../../src/stack/processes.ts';
import { type StackEvent, stackStatus, startStack, stopStack } from '../../src/stack/stack.ts';
import { readState, recordServer } from '../../src/stack/state.ts';

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
  // A start that was killed may have left an initdb that still writes for a moment.
  rmSync(dataDirectory, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
});

const start = (ports = ANY_PORTS) =>
  startStack({ dataDirectory, ports, report: (event) => events.push(event) });
const pids = () => {
  const { temporal, database } = readState(dataDirectory);
  return { temporal: temporal!.pid, database: database!.pid };
};
const kill = async (pid: number) => {
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

test('runs without the brake of one history shard, on the namespace asked for later too', async () => {
  const { temporal } = await start();
  const unbraked = ['transfer', 'timer', 'visibility'].map(
    (queue) => `history.${queue}ProcessorMaxPollRPS=2000`,
  );
  expect(await findProcesses([temporalFile(), ...unbraked])).toEqual([pids().temporal]);
  const again = await startStack({ dataDirectory, namespace: 'other' });
  expect(again.temporal).toEqual({ ...temporal, namespace: 'other' });
  const connection = await Connection.connect({ address: temporal.address });
  const { namespaces } = await connection.workflowService.listNamespaces({});
  await connection.close();
  expect(namespaces.map((one) => one.namespaceInfo?.name)).toEqual(
    expect.arrayContaining(['estuary', 'other']),
  );
});

test('keeps what PostgreSQL had committed when both servers are killed', async () => {
  const first = await start();
  await query(first.database.url, 'CREATE TABLE kept AS SELECT 42 AS n');
  const before = pids();
  await kill(before.temporal);
  await kill(before.database);
  expect(await stackStatus(dataDirectory)).toEqual({});

  const second = await start();
  expect(second.started).toEqual({ temporal: true, database: true });
  // On the former ports, so that who still has the old addresses finds the new servers.
  expect(second).toEqual(first);
  expect(await query(second.database.url, 'SELECT n FROM kept')).toEqual([{ n: 42 }]);
});

test('restarts only the one that was killed', async () => {
  await start();
  const before = pids();
  await kill(before.temporal);
  expect((await start()).started).toEqual({ temporal: true, database: false });
  expect(pids().database).toBe(before.database);
});

test('chooses other ports where the wished ones are taken', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((listening) => taken.once('listening', listening));
  const { port } = taken.address() as AddressInfo;
  try {
    const { temporal, database } = await start({ temporal: port, ui: port, database: port });
    expect(temporal.address).not.toContain(`:${port}`);
    expect(temporal.uiUrl).not.toContain(`:${port}`);
    expect(new URL(database.url).port).not.toBe(String(port));
    expect(await query(database.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  } finally {
    taken.close();
  }
});

test.each<StackEvent['task']>(['start-temporal', 'prepare-database', 'start-database'])(
  'a start killed while it does %s is made good by the next',
  async (task) => {
    const child = startInChild();
    await until(async () => child.output().includes(`${task} begin`), 30_000);
    await kill(child.pid);
    const { temporal, database } = await start();
    expect(await serversOnOurData()).toEqual({ temporal: [pids().temporal], database: [pids().database] });
    expect(await query(database.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect((await fetch(temporal.uiUrl)).status).toBe(200);
  },
);

test('the servers outlive who started them, and the next start finds them', async () => {
  const child = startInChild();
  expect(await until(async () => child.output().includes('started'), 60_000)).toBe(true);
  const before = pids();
  await kill(child.pid);
  expect((await start()).started).toEqual({ temporal: false, database: false });
  expect(pids()).toEqual(before);
});

test('ends servers on our data that nobody knows of any more', async () => {
  await start();
  const before = pids();
  rmSync(join(dataDirectory, 'stack.json'));
  expect((await start()).started).toEqual({ temporal: true, database: true });
  expect(await identityOf(before.temporal)).toBeUndefined();
  expect(await identityOf(before.database)).toBeUndefined();
});

test('is not misled by pids that were given to others', async () => {
  await start();
  const { temporal, database } = readState(dataDirectory);
  await kill(temporal!.pid);
  await kill(database!.pid);
  // As after a restart of the machine: our own pid stands where the servers' pids stood.
  recordServer(dataDirectory, 'temporal', { ...temporal!, pid: process.pid });
  recordServer(dataDirectory, 'database', { ...database!, pid: process.pid });
  const pidFile = join(dataDirectory, 'postgres', 'data', 'postmaster.pid');
  const [, ...rest] = readFileSync(pidFile, 'utf8').split('\n');
  writeFileSync(pidFile, [process.pid, ...rest].join('\n'));

  expect(await stackStatus(dataDirectory)).toEqual({});
  expect((await start()).started).toEqual({ temporal: true, database: true });
});

test('several starts at once start each server once', async () => {
  const children = [startInChild(), startInChild()];
  const [own] = await Promise.all([
    start(),
    ...children.map(async (child) => {
      expect(await until(async () => child.output().includes('started'), 90_000)).toBe(true);
    }),
  ]);
  const started = [
    own.started,
    ...children.map((child) => JSON.parse(/started (.*)/.exec(child.output())![1]!)),
  ];
  expect(started.filter((one) => one.temporal)).toHaveLength(1);
  expect(started.filter((one) => one.database)).toHaveLength(1);
  expect(await serversOnOurData()).toEqual({ temporal: [pids().temporal], database: [pids().database] });
  for (const child of children) await kill(child.pid);
});

test('stopping while nothing knows of the servers but their data leaves none behind', async () => {
  await start();
  rmSync(join(dataDirectory, 'stack.json'));
  expect(await stopStack(dataDirectory)).toEqual({ temporal: true, database: true });
  expect(await serversOnOurData()).toEqual({ temporal: [], database: [] });
});

describe('says what is wrong', () => {
  test('with a CLI that is none', async () => {
    const failing = startStack({ dataDirectory, ports: ANY_PORTS, temporalCli: process.execPath });
    await expect(failing).rejects.toMatchObject({
      code: 'temporal-cli-unusable',
      message: expect.stringContaining('not the Temporal CLI'),
    });
    // PostgreSQL, which did start, is stopped again.
    expect(await stackStatus(dataDirectory)).toEqual({});
    expect(await serversOnOurData()).toEqual({ temporal: [], database: [] });
  });

  test('with a server that ends at once, by the end of its log', async () => {
    mkdirSync(join(dataDirectory, 'temporal'));
    writeFileSync(join(dataDirectory, 'temporal', 'temporal.db'), 'no database');
    await expect(start()).rejects.toMatchObject({
      code: 'temporal-start-failed',
      message: expect.stringMatching(/ended at once.*\n.*file is not a database/s),
    });
  });

  test('with a cluster that is damaged', async () => {
    await start();
    await stopStack(dataDirectory);
    writeFileSync(join(dataDirectory, 'postgres', 'data', 'PG_VERSION'), '9.6\n');
    await expect(start()).rejects.toMatchObject({
      code: 'postgres-start-failed',
      message: expect.stringContaining('initialized by PostgreSQL version 9.6'),
    });
  });

  test('with a data folder that is a file', async () => {
    const file = join(dataDirectory, 'file');
    writeFileSync(file, '');
    await expect(startStack({ dataDirectory: file })).rejects.toMatchObject({
      code: 'data-directory-unusable',
      message: expect.stringContaining(file),
    });
  });
});

/** A start in a process of its own, from the compiled code: prints its events and then `started {…}`, and stays. */
function startInChild() {
  const module = new URL('../../dist/src/stack/stack.js', import.meta.url).href;
  expect(existsSync(new URL(module))).toBe(true);
  const options = JSON.stringify({ dataDirectory, ports: ANY_PORTS });
  const code =
    `const { startStack } = await import(${JSON.stringify(module)});` +
    'const report = ({ task, state }) => console.log(task, state);' +
    `const { started } = await startStack({ ...${options}, report });` +
    'console.log("started", JSON.stringify(started)); setInterval(() => {}, 1000);';
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  return { pid: child.pid!, output: () => output };
}

function temporalFile() {
  return join(realpathSync(dataDirectory), 'temporal', 'temporal.db');
}

async function serversOnOurData() {
  return {
    temporal: await findProcesses(['start-dev', temporalFile()]),
    database: await findProcesses(['-D', join(realpathSync(dataDirectory), 'postgres', 'data'), '-p']),
  };
}
