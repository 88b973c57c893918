#!/usr/bin/env node
import { existsSync } from 'node:fs';

if (existsSync(new URL('../dist/src/commands', import.meta.url))) {
  const { execute, settings } = await import('@oclif/core');
  // The commands are compiled; looking for a TypeScript loader would cost time at every start.
  settings.enableAutoTranspile = false;
  await execute({ dir: import.meta.url });
} else {
  console.error(
    "Estuary is not built here yet. Run 'npm run setup' in its folder, or 'npm run demo' to see it work.",
  );
  process.exitCode = 1;
}
