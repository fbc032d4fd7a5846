import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { describeOnBothStores } from '../../support/stores.js';
import { fixedScripts } from '../../support/twin-examples.js';
import { anyTwinScript, type TwinScript } from '../../support/twin-script.js';
import { playInMemory, playInStore, prepareTwinStore, type Told } from '../../support/twin-worlds.js';

/** How many random scripts are played, and for how long at most. */
const runs = Number(process.env['TWIN_RUNS'] ?? 150);
const atMostMs = Number(process.env['TWIN_MS'] ?? 25_000);
let run = Number(process.env['TWIN_FIRST'] ?? 0);

describeOnBothStores('the world in memory and the store', (store) => {
  beforeAll(() => prepareTwinStore(store()));

  async function expectTheSame(script: TwinScript): Promise<Told> {
    run += 1;
    const inMemory = await playInMemory(run, script);
    const inStore = await playInStore(store(), run, script);
    expect(inMemory).toEqual(inStore);
    return inMemory;
  }

  test.each(fixedScripts)('tell the same story: $name', async ({ script, says }) => {
    const told = await expectTheSame(script);
    expect(JSON.stringify(told)).toMatch(says);
  });

  test(
    'tell the same story of any script',
    async () => {
      await fc.assert(
        fc.asyncProperty(anyTwinScript, async (script) => void (await expectTheSame(script))),
        {
          numRuns: runs,
          interruptAfterTimeLimit: atMostMs,
          ...(process.env['TWIN_SEED'] === undefined ? {} : { seed: Number(process.env['TWIN_SEED']) }),
        },
      );
    },
    atMostMs * 4 + 120_000,
  );
});
