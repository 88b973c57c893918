/**
 * Estuary beside hand-written Temporal code: the same server, activities and worker settings, in one process, in
 * alternating rounds. Prints medians and the ratio Estuary / hand-written. `npm run bench [-- --quick]`.
 */
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Knex } from 'knex';
import { loadProject } from '../src/project/project.ts';
import { stackDirectory, startStack, stopStack } from '../src/stack/stack.ts';
import { BUNDLE } from '../src/worker/bundle-workflow.ts';
import { createWorker } from '../src/worker/worker.ts';
import * as activities from './baseline/activities.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const quick = process.argv.includes('--quick');
const ROUNDS = quick ? 3 : 7;

interface Workload {
  readonly title: string;
  /** The workflow types of both sides. */
  readonly estuary: string;
  readonly handWritten: string;
  readonly input: object;
  /** Workflows a round, and how many run at a time. */
  readonly runs: number;
  readonly atATime: number;
  readonly activities: number;
}

const items = Array.from({ length: 1000 }, (_, index) => index);
const WORKLOADS: readonly Workload[] = [
  {
    title: '10 activities in sequence, 50 workflows at a time',
    estuary: 'bench/sequence',
    handWritten: 'sequence',
    input: { value: 0 },
    runs: quick ? 50 : 150,
    atATime: 50,
    activities: 10,
  },
  ...[20, 100].map((concurrency) => ({
    title: `one workflow, 1,000 activities, ${concurrency} at a time`,
    estuary: 'bench/fan-out',
    handWritten: 'fanOut',
    input: { items, concurrency },
    runs: 1,
    atATime: 1,
    activities: 1000,
  })),
];

interface Round {
  readonly perSecond: number;
  readonly cpuMs: number;
  readonly events: number;
  readonly bytes: number;
}

Runtime.install({ logger: new DefaultLogger('ERROR') });
const dataDirectory = stackDirectory(ROOT, 'bench');
const stack = await startStack({ dataDirectory, ports: { temporal: 0, ui: 0, database: 0 } });
try {
  const { address, namespace } = stack.temporal;
  const connection = await NativeConnection.connect({ address });
  const workers = [
    await estuaryWorker(connection, namespace),
    await handWrittenWorker(connection, namespace),
  ];
  const running = workers.map((worker) => worker.run());
  const client = new Client({ connection: await Connection.connect({ address }), namespace });
  for (const workload of WORKLOADS) report(workload, await compare(client, workload));
  for (const worker of workers) worker.shutdown();
  await Promise.all(running);
  await client.connection.close();
  await connection.close();
} finally {
  await stopStack(dataDirectory);
}

async function estuaryWorker(connection: NativeConnection, namespace: string): Promise<Worker> {
  const project = loadProject(fileURLToPath(new URL('../../bench', import.meta.url)));
  const served = [...project.signatures.values()].map((signature) => ({
    signature,
    implementation: activities.work as never,
  }));
  return createWorker({
    connection,
    namespace,
    taskQueue: 'estuary',
    project,
    activities: served,
    // A `read` activity asks nothing of the database here.
    database: undefined as unknown as Knex,
    taskQueues: {},
    engine: 'bench',
    bundle: BUNDLE,
  });
}

async function handWrittenWorker(connection: NativeConnection, namespace: string): Promise<Worker> {
  const workflowsPath = fileURLToPath(new URL('./baseline/workflows.js', import.meta.url));
  const workflowBundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  return Worker.create({
    connection,
    namespace,
    taskQueue: 'hand-written',
    workflowBundle,
    activities,
    maxConcurrentActivityTaskExecutions: 100,
  });
}

async function compare(
  client: Client,
  workload: Workload,
): Promise<{ estuary: Round[]; handWritten: Round[] }> {
  const rounds: { estuary: Round[]; handWritten: Round[] } = { estuary: [], handWritten: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    const estuary = await runRound(client, workload, workload.estuary, 'estuary');
    const handWritten = await runRound(client, workload, workload.handWritten, 'hand-written');
    // The first is a warm-up.
    if (round === 0) continue;
    rounds.estuary.push(estuary);
    rounds.handWritten.push(handWritten);
  }
  return rounds;
}

async function runRound(client: Client, workload: Workload, type: string, taskQueue: string): Promise<Round> {
  const begun = performance.now();
  const cpu = process.cpuUsage();
  const ids: string[] = [];
  const lane = async (): Promise<void> => {
    while (ids.length < workload.runs) {
      const workflowId = `${type}-${crypto.randomUUID()}`;
      ids.push(workflowId);
      await client.workflow.execute(type, { args: [workload.input], taskQueue, workflowId });
    }
  };
  await Promise.all(Array.from({ length: workload.atATime }, lane));
  const { user, system } = process.cpuUsage(cpu);
  const elapsed = performance.now() - begun;
  const { historyLength, raw } = await client.workflow.getHandle(ids[0]!).describe();
  return {
    perSecond: (workload.runs * workload.activities * 1000) / elapsed,
    cpuMs: (user + system) / 1000 / workload.runs,
    events: historyLength,
    bytes: Number(raw.workflowExecutionInfo?.historySizeBytes ?? 0),
  };
}

function report(
  { title }: Workload,
  { estuary, handWritten }: { estuary: Round[]; handWritten: Round[] },
): void {
  console.log(`\n${title}`);
  console.log(
    `  ${'figure'.padEnd(24)}${'Estuary'.padStart(12)}${'by hand'.padStart(12)}${'ratio'.padStart(18)}`,
  );
  const figures: [string, keyof Round][] = [
    ['activities a second', 'perSecond'],
    ['CPU ms a workflow', 'cpuMs'],
    ['events', 'events'],
    ['history bytes', 'bytes'],
  ];
  for (const [name, figure] of figures) {
    const ours = estuary.map((round) => round[figure]);
    const theirs = handWritten.map((round) => round[figure]);
    const ratios = ours.map((value, index) => value / theirs[index]!).sort((a, b) => a - b);
    const spread = `${ratios[0]!.toFixed(2)}–${ratios.at(-1)!.toFixed(2)}`;
    console.log(
      `  ${name.padEnd(24)}${median(ours).toFixed(0).padStart(12)}${median(theirs).toFixed(0).padStart(12)}` +
        `${`${median(ratios).toFixed(2)} (${spread})`.padStart(18)}`,
    );
  }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
