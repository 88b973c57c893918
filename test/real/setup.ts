import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { stackDirectory, startStack, stopStack } from '../../src/stack/stack.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The real servers that all tests of `test/real` share; whoever needs rows of their own makes their own schema. */
    stack: { readonly address: string; readonly namespace: string; readonly databaseUrl: string };
  }
}

/** Once for all files of `test/real`: the stack of `.estuary/test`, on any free ports, stopped at the end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDirectory = stackDirectory(join(import.meta.dirname, '..', '..'), 'test');
  const { temporal, database, started } = await startStack({
    dataDirectory,
    ports: { temporal: 0, ui: 0, database: 0 },
    report: ({ task, state, detail, elapsedMs }) => {
      if (task === 'build-temporal' || state !== 'progress') {
        process.stderr.write(`stack: ${task} ${state} ${detail} (${Math.round(elapsedMs / 1000)} s)\n`);
      }
    },
  });
  project.provide('stack', {
    address: temporal.address,
    namespace: temporal.namespace,
    databaseUrl: database.url,
  });
  return async () => {
    if (started.temporal || started.database) await stopStack(dataDirectory);
  };
}
