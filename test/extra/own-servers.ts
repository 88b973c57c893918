/** Servers of a test's own, which it may break, with a worker that pays payouts on them. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import type { Knex } from 'knex';
import { openDatabase } from '../../database/connection.ts';
import { migrations } from '../../database/migrations/index.ts';
import { seed } from '../../database/seed/seed.ts';
import { outcomeOf, type RunOutcome, startRun } from '../../src/client/runs.ts';
import { createMigrator } from '../../src/effects/migrations.ts';
import { type Stack, stackStatus, startStack, stopStack } from '../../src/stack/stack.ts';
import { startWorker, type WorkerProcess } from '../real/engine-worker.ts';
import { countPaid } from '../real/payouts-project.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** What is heard of the attempts of a run's activities that do not get through. */
export interface Retried {
  /** The highest number of an attempt. */
  readonly attempt: number;
  /** What the last attempts failed with, each message once. */
  readonly failures: readonly string[];
}

export class OwnServers {
  readonly #dataDirectory: string;
  readonly #firstPort: number;
  #stack: Stack | undefined;
  #worker: WorkerProcess | undefined;

  /**
   * @param dataDirectory emptied at the start: whoever was due in a former run is paid by now
   * @param firstPort of three that the system gives to nobody by chance, lest one be taken while its server is down
   */
  constructor(dataDirectory: string, firstPort: number) {
    this.#dataDirectory = dataDirectory;
    this.#firstPort = firstPort;
  }

  async start(): Promise<void> {
    await stopStack(this.#dataDirectory);
    rmSync(this.#dataDirectory, { recursive: true, force: true });
    const port = this.#firstPort;
    const stack = await this.#startStack({ temporal: port, ui: port + 1, database: port + 2 });
    await this.withDatabase((database) => createMigrator(database, migrations).migrate());
    this.#worker = await startWorker({
      root: ROOT,
      taskQueue: 'default',
      databaseUrl: stack.database.url,
      temporal: stack.temporal,
    });
  }

  /** Starts what does not run, on the data and the ports that it had. */
  async startAgain(): Promise<Stack> {
    const { temporal, database } = this.stack;
    const again = await this.#startStack({ temporal: 0, ui: 0, database: 0 });
    if (again.temporal.address !== temporal.address || again.database.url !== database.url)
      throw new Error(`somebody took a port meanwhile: the servers are at ${JSON.stringify(again)} now`);
    return again;
  }

  async #startStack(ports: { readonly [server in 'temporal' | 'ui' | 'database']: number }): Promise<Stack> {
    this.#stack = await startStack({ dataDirectory: this.#dataDirectory, ports });
    return this.#stack;
  }

  async stop(): Promise<void> {
    await this.#worker?.kill();
    await stopStack(this.#dataDirectory);
  }

  get stack(): Stack {
    return this.#stack!;
  }

  /** For commands, so that these are the configured servers. */
  get environment(): { readonly [name: string]: string } {
    const { temporal, database } = this.stack;
    return {
      TEMPORAL_ADDRESS: temporal.address,
      TEMPORAL_NAMESPACE: temporal.namespace,
      DATABASE_URL: database.url,
    };
  }

  async pidOf(server: 'temporal' | 'database'): Promise<number> {
    return (await stackStatus(this.#dataDirectory))[server]!.pid;
  }

  /** A pool of its own, since the server goes away between one use and the next. */
  async withDatabase<T>(work: (database: Knex) => Promise<T>): Promise<T> {
    const database = openDatabase(this.stack.database.url, { poolMax: 2, applicationName: 'estuary-test' });
    try {
      return await work(database);
    } finally {
      await database.destroy();
    }
  }

  async withClient<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const { address, namespace } = this.stack.temporal;
    const client = new Client({ connection: await Connection.connect({ address }), namespace });
    try {
      return await work(client);
    } finally {
      await client.connection.close();
    }
  }

  /** Makes it that `size` practitioners have been or are due, and returns how many of them are paid. */
  seedDue(size: number): Promise<number> {
    return this.withDatabase(async (database) => {
      await seed(database, { size });
      return countPaid(database);
    });
  }

  /** Starts payments/batch-payout, and returns its workflow id. */
  startBatch(): Promise<string> {
    const request = { name: 'payments/batch-payout', input: { min_amount: 10 }, taskQueue: 'default' };
    return this.withClient(async (client) => (await startRun(client, request)).workflowId);
  }

  outcome(workflowId: string): Promise<RunOutcome> {
    return this.withClient((client) => outcomeOf(client.workflow.getHandle(workflowId)));
  }

  /** What Temporal's Web UI shows as pending. */
  retried(workflowId: string): Promise<Retried> {
    return this.withClient(async (client) => {
      const { raw } = await client.workflow.getHandle(workflowId).describe();
      const pending = raw.pendingActivities ?? [];
      return {
        attempt: Math.max(0, ...pending.map(({ attempt }) => attempt ?? 0)),
        failures: [...new Set(pending.flatMap(({ lastFailure }) => lastFailure?.message ?? []))],
      };
    });
  }
}
