import { defineConfig } from 'vitest/config';

/** Five projects, from the quickest to the slowest. Each says what it needs in its support files. */
const resultsFile = process.env['TEST_RESULTS_FILE'];

export default defineConfig({
  test: {
    ...(resultsFile === undefined ? {} : { reporters: ['default', ['json', { outputFile: resultsFile }]] }),
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/{domain,journey,simulator,channels,render,app,api,cli,config,repository}/**/*.test.ts'],
          // The doors' tests open an embedded store, begun from a template.
          globalSetup: ['test/support/store-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'store',
          include: ['test/store/**/*.test.ts'],
          globalSetup: ['test/support/store-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'workflow',
          include: ['test/{temporal,workflows}/**/*.test.ts'],
          globalSetup: ['test/support/temporal.ts'],
          testTimeout: 120_000,
          hookTimeout: 900_000,
          maxWorkers: 1,
        },
      },
      { test: { name: 'replay', include: ['test/replay/**/*.test.ts'], testTimeout: 120_000, maxWorkers: 1 } },
      {
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          globalSetup: ['test/support/temporal.ts'],
          testTimeout: 300_000,
          hookTimeout: 900_000,
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
    ],
  },
});
