import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { resolveTemporalBinary, type TemporalBinary } from '../../src/temporal/binary.js';
import { startDevServer } from '../../src/temporal/dev-server.js';

/** What tests are given: the address of one real Temporal server for the whole run, and its binary for tests that start their own. */
export interface TestTemporal {
  readonly address: string;
  readonly namespace: string;
  readonly binary: TemporalBinary;
}

declare module 'vitest' {
  interface ProvidedContext {
    temporal: TestTemporal;
  }
}

/** Starts the server once before the tests of a project and ends it after; the binary is found as `npm start` finds it. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const binary = await resolveTemporalBinary({ onProgress: (line) => console.log(line) });
  const dataDir = await mkdtemp(join(tmpdir(), 'sojourn-temporal-'));
  const server = await startDevServer({ binary, dataDir, namespace: 'default', uiPort: null });
  project.provide('temporal', { address: server.address, namespace: server.namespace, binary });
  return async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
}
