import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { anyStory, type GateStory, playGateStory } from '../../support/gate-stories.js';
import { GateWorld } from '../../support/gate-world.js';
import { describeOnBothStores, resetTables } from '../../support/stores.js';

/**
 * The invariants of the gate under random interleavings of turns, crashes, answers of providers, opt-outs, exits, pauses
 * and lowered caps. `GATE_RUNS` plays more of them.
 */
const runs = Number(process.env['GATE_RUNS'] ?? 400);

/**
 * A person leaves while an email of unknown fate waits for its second try: it counts from its first, so what was promised behind it holds.
 */
const exitAfterNoAnswer: GateStory = {
  wanted: [0, 0, 0],
  startsAt: Date.parse('2026-11-24T12:00:00Z'),
  deeds: [
    { kind: 'answer', channel: 'email', outcome: { kind: 'unknown', code: 'reset' } },
    { kind: 'turn', of: [2, 0] },
    { kind: 'pass', ms: 60_000 },
    { kind: 'exit', of: 2 },
  ],
};

/**
 * A promised slot comes while an email of unknown fate waits a second for its second try, under caps that were lowered: it counts from its
 * first try, so there is no room.
 */
const slotBesideNoAnswer: GateStory = {
  wanted: [4, 0, 2, 0, 0],
  startsAt: Date.parse('2026-11-24T12:00:00Z'),
  deeds: [
    { kind: 'crash', of: 0, afterCall: false },
    { kind: 'turn', of: [2] },
    { kind: 'crash', of: 3, afterCall: true },
    { kind: 'lower' },
    { kind: 'lower' },
    { kind: 'pass', ms: 86_400_000 },
  ],
};

describeOnBothStores('the gate keeps its invariants', (store) => {
  beforeAll(async () => {
    await resetTables(store());
    await GateWorld.prepare(store());
  });

  test(`under ${runs} random interleavings`, { timeout: 3_600_000 }, async () => {
    const story = fc.asyncProperty(anyStory, async (one) => {
      expect(await playGateStory(store(), one)).toEqual([]);
    });
    await fc.assert(story, { numRuns: runs, examples: [[exitAfterNoAnswer]] });
  });

  /** Issue 10, A 6 and issue 19, item 7: the inbox is the unit, whoever has it. */
  test(`with two profiles that share one inbox and one number, under ${runs} random interleavings`, { timeout: 3_600_000 }, async () => {
    const story = fc.asyncProperty(anyStory, async (one) => {
      expect(await playGateStory(store(), one, true)).toEqual([]);
    });
    await fc.assert(story, { numRuns: runs, examples: [[slotBesideNoAnswer]] });
  });
});
