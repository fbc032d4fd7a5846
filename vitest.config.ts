import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The files that take longest, the slowest first. They start first in their project, so that none of them runs alone at its end. */
const slowFiles = [
  'store/gate/gate-invariants',
  'store/gate/gate-races',
  'store/journeys/replay',
  'store/ingest/hostile-values',
  'store/turn/twins',
  'store/journeys/publish-project',
  'store/journeys/replay-world',
  'store/ingest/shop-day',
  'store/people/crowded-ids',
  'pages/look',
  'render/look',
  'security/growth',
  'security/unsubscribe-link',
  'security/before-the-key',
  'render/lint',
  'render/folder-renderer',
  'config/start-faults',
];

class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = ({ project }: TestSpecification) => project.config.sequence.groupOrder;
    return (await super.sort(files)).sort((a, b) => order(a) - order(b) || place(a) - place(b));
  }
}

function place({ moduleId }: TestSpecification): number {
  const index = slowFiles.findIndex((file) => moduleId.endsWith(`/test/${file}.test.ts`));
  return index === -1 ? slowFiles.length : index;
}

/** Five projects, from the quickest to the slowest, one after another: a real server wants the machine. Each says what it needs in its support files. */
const resultsFolder = process.env['TEST_RESULTS_FOLDER'];

export default defineConfig({
  test: {
    sequence: { sequencer: SlowestFirst },
    ...(resultsFolder === undefined
      ? {}
      : { reporters: ['default', ['json', { outputFile: join(resultsFolder, `${process.pid}.json`) }]] }),
    // What the unit project reaches of the pure folders. What is left is reached by the tests over a store.
    coverage: {
      provider: 'v8',
      include: ['src/{domain,journey,turn,matching,projection,statistics,policy}/**/*.ts'],
      reporter: ['text-summary'],
      reportsDirectory: 'node_modules/.cache/coverage',
      thresholds: { statements: 88, branches: 78, functions: 88, lines: 89 },
    },
    projects: [
      {
        test: {
          name: 'unit',
          sequence: { groupOrder: 0 },
          // All but what another project takes, so that no folder is forgotten.
          include: ['test/**/*.test.ts'],
          exclude: ['test/{store,temporal,workflows,replay,e2e}/**'],
          // The doors' tests open an embedded store, begun from a template.
          globalSetup: ['test/support/store-setup.ts'],
          setupFiles: ['test/support/properties.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'store',
          sequence: { groupOrder: 1 },
          include: ['test/store/**/*.test.ts'],
          globalSetup: ['test/support/store-setup.ts'],
          setupFiles: ['test/support/properties.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          maxWorkers: 2,
        },
      },
      {
        test: {
          name: 'workflow',
          sequence: { groupOrder: 2 },
          include: ['test/{temporal,workflows}/**/*.test.ts'],
          globalSetup: ['test/support/temporal.ts'],
          testTimeout: 120_000,
          hookTimeout: 900_000,
          maxWorkers: 1,
        },
      },
      { test: { name: 'replay', sequence: { groupOrder: 3 }, include: ['test/replay/**/*.test.ts'], testTimeout: 120_000, maxWorkers: 1 } },
      {
        test: {
          name: 'e2e',
          sequence: { groupOrder: 4 },
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
