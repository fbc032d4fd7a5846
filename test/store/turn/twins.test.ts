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

/** Of the first fixed script: which arm somebody gets depends on the number. */
const fixedNumber = 990_003;

describeOnBothStores('the world in memory and the store', (store) => {
  beforeAll(() => prepareTwinStore(store()));

  async function expectTheSame(script: TwinScript, number: number): Promise<Told> {
    const inMemory = await playInMemory(number, script);
    const inStore = await playInStore(store(), number, script);
    expect(inMemory).toEqual(inStore);
    return inMemory;
  }

  test.each(fixedScripts)('tell the same story: $name', async ({ script, says }) => {
    const told = await expectTheSame(script, fixedNumber + fixedScripts.findIndex((one) => one.script === script));
    expect(JSON.stringify(told)).toMatch(says);
  });

  test(
    'tell the same story of any script',
    async () => {
      await fc.assert(
        fc.asyncProperty(anyTwinScript, async (script) => {
          run += 1;
          await expectTheSame(script, run);
        }),
        { numRuns: runs, interruptAfterTimeLimit: atMostMs },
      );
    },
    atMostMs * 4 + 120_000,
  );
});
