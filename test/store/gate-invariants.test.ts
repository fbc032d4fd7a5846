import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { anyStory, playGateStory } from '../support/gate-stories.js';
import { GateWorld } from '../support/gate-world.js';
import { describeOnBothStores, resetTables } from '../support/stores.js';

/**
 * The invariants of statistics-and-compliance §2.7 under random interleavings of turns, crashes, answers of providers, opt-outs, exits, pauses
 * and lowered caps. `GATE_RUNS` plays more of them.
 */
const runs = Number(process.env['GATE_RUNS'] ?? 1000);

describeOnBothStores('the gate keeps its invariants', (store) => {
  beforeAll(async () => {
    await resetTables(store());
    await GateWorld.prepare(store());
  });

  test(`under ${runs} random interleavings`, { timeout: 3_600_000 }, async () => {
    const story = fc.asyncProperty(anyStory, async (one) => {
      expect(await playGateStory(store(), one)).toEqual([]);
    });
    await fc.assert(story, { numRuns: runs });
  });
});
