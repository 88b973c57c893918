import { defineConfig } from 'vitest/config';

// Before any worker starts: a test must not depend on where it runs.
process.env.TZ = 'UTC';

export default defineConfig({
  test: {
    maxWorkers: 2,
    // Tests that run side by side mostly wait for servers.
    maxConcurrency: 30,
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/real/**', 'test/extra/**'],
          testTimeout: 20_000,
          env: { TZ: 'UTC' },
        },
      },
      {
        test: {
          name: 'real',
          include: ['test/real/**/*.test.ts'],
          globalSetup: ['test/real/setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          env: { TZ: 'UTC' },
        },
      },
      {
        test: {
          name: 'extra',
          include: ['test/extra/**/*.test.ts'],
          globalSetup: ['test/real/setup.ts'],
          testTimeout: 300_000,
          hookTimeout: 120_000,
          env: { TZ: 'UTC' },
        },
      },
    ],
  },
});
