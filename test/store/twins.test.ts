import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { anyTwinScript, type TwinScript } from '../support/twin-script.js';
import { playInMemory, playInStore, prepareTwinStore } from '../support/twin-worlds.js';
import { describeOnBothStores } from '../support/stores.js';

/** How many random scripts are played, and for how long at most. */
const runs = Number(process.env['TWIN_RUNS'] ?? 150);
const atMostMs = Number(process.env['TWIN_MS'] ?? 25_000);
let run = Number(process.env['TWIN_FIRST'] ?? 0);

describeOnBothStores('the world in memory and the store', (store) => {
  beforeAll(() => prepareTwinStore(store()));

  async function expectTheSame(script: TwinScript): Promise<void> {
    run += 1;
    const inMemory = await playInMemory(run, script);
    const inStore = await playInStore(store(), run, script);
    expect(inMemory).toEqual(inStore);
  }

  test(
    'tell the same story of any script',
    async () => {
      await fc.assert(fc.asyncProperty(anyTwinScript, expectTheSame), {
        numRuns: runs,
        interruptAfterTimeLimit: atMostMs,
        ...(process.env['TWIN_SEED'] === undefined ? {} : { seed: Number(process.env['TWIN_SEED']) }),
      });
    },
    atMostMs * 4 + 120_000,
  );
});
