/**
 * The scenarios of `test/scenarios` on a real server: the same definitions and scripts give the same calls and the
 * same end as in virtual time.
 */

import { randomUUID } from 'node:crypto';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, type Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { renderText } from '../../src/diagnostics/render-text.ts';
import { findingsOf, loadProject } from '../../src/project/project.ts';
import { haveSearchAttributes, requiredSearchAttributes } from '../../src/worker/search-attributes.ts';
import { createWorker } from '../../src/worker/worker.ts';
import { fixture, fixtures } from '../check/shop.ts';
import { read, scenarioNames } from '../scenarios/scenario.ts';
import { createProject, type TestProject } from './engine-project.ts';
import { createFreshDatabase, type FreshDatabase } from './fresh-database.ts';
import { ACT, type Attempt, childDefinition, ScenarioRuns, SIMULATED } from './scenario-run.ts';

const taskQueue = `scenarios-${randomUUID()}`;
const runs = new ScenarioRuns();

let project: TestProject;
let database: FreshDatabase;
let connection: NativeConnection;
let client: Client;
let worker: Worker;
let serving: Promise<void>;

beforeAll(async () => {
  const { address, namespace, databaseUrl } = inject('stack');
  project = createScenarioProject();
  const loaded = loadProject(project.root);
  const errors = findingsOf(loaded).filter(({ severity }) => severity === 'error');
  if (errors.length > 0) throw new Error(renderText(errors, loaded.sources));
  database = await createFreshDatabase(databaseUrl);
  connection = await NativeConnection.connect({ address });
  client = new Client({ connection: await Connection.connect({ address }), namespace });
  const plans = [...loaded.definitions.values()].flatMap(({ runnable }) => runnable?.plan ?? []);
  const { operatorService } = connection;
  const required = requiredSearchAttributes(plans);
  expect(await haveSearchAttributes({ operatorService, namespace, address }, required)).toBe(undefined);
  worker = await createWorker({
    connection,
    namespace,
    taskQueue,
    project: loaded,
    activities: runs.activities(loaded),
    database: database.knex,
    taskQueues: {},
    engine: 'test',
    bundle: join(import.meta.dirname, '..', '..', 'dist', 'workflow-bundle.js'),
  });
  serving = worker.run();
});

afterAll(async () => {
  runs.close();
  worker?.shutdown();
  await serving;
  await client?.connection.close();
  await connection?.close();
  await database?.drop();
  project?.destroy();
});

describe.concurrent('a scenario is the same on a real server and in virtual time', () => {
  test.each(scenarioNames)('%s', async (name) => {
    const simulated = SIMULATED.get(name)!;
    const real = await runs.run(client, taskQueue, name, simulated);
    const attempts = simulated.calls.map(({ step, activity, attempt, input }) => ({
      step,
      activity,
      attempt,
      input,
    }));
    expect(inOrder(real.attempts).map(nameOf)).toEqual(inOrder(attempts).map(nameOf));
    // A worker fills in the defaults of the signature, too.
    expect(inOrder(real.attempts)).toMatchObject(inOrder(attempts));
    expect(real.outcome).toMatchObject(withoutTimes(simulated.outcome));
    expect(real.progress.refused ?? []).toMatchObject(
      simulated.state.refused.map(({ name, problem }) => ({ name, problem })),
    );
    const refusals = simulated.log.flatMap((event) =>
      event.kind === 'update' && event.refused !== undefined ? [event.refused] : [],
    );
    expect(real.refusals).toEqual(refusals);
  });
});

/** Steps that run side by side have no order between them. */
function inOrder(attempts: readonly Attempt[]): readonly Attempt[] {
  return [...attempts].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

function nameOf({ step, attempt, activity }: Attempt): string {
  return `${step} (attempt ${attempt}): ${activity}`;
}

/** Virtual time begins at another moment. */
function withoutTimes<T>(outcome: T): T {
  return JSON.parse(JSON.stringify(outcome), (_key, value) =>
    typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value) ? expect.any(String) : value,
  ) as T;
}

function createScenarioProject(): TestProject {
  const children = ['shop/ship', 'shop/tidy'];
  const project = createProject(
    Object.fromEntries([
      ...scenarioNames.map((name) => [`shop/${name}`, read(`${name}/definition.yaml`)] as const),
      ...children.map((name) => [name, childDefinition(name, fixture(`definitions/${name}.yaml`))] as const),
    ]),
    { [ACT.name]: { signature: ACT.signature, code: '' } },
  );
  cpSync(fileURLToPath(new URL('schemas', fixtures)), join(project.root, 'schemas'), { recursive: true });
  return project;
}
