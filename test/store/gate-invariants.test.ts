import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { day, hour, minute } from '../../src/domain/instant.js';
import type { AttemptOutcome } from '../../src/domain/message.js';
import { type Deed, GateWorld } from '../support/gate-world.js';
import { noon } from '../support/shop-events.js';
import { describeOnBothStores, resetTables } from '../support/stores.js';

/**
 * Invariants of the ledger under random interleavings of turns, crashes, answers of providers, opt-outs, exits and lowered caps
 * (statistics-and-compliance §2.7). `GATE_RUNS` plays more of them.
 */
const runs = Number(process.env['GATE_RUNS'] ?? 300);

const outcome: fc.Arbitrary<AttemptOutcome> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<AttemptOutcome>({ kind: 'accepted', providerId: 'p' }) },
  { weight: 2, arbitrary: fc.constant<AttemptOutcome>({ kind: 'not-sent', code: 'smtp-451', retry: true }) },
  { weight: 1, arbitrary: fc.constant<AttemptOutcome>({ kind: 'not-sent', code: 'smtp-550', retry: false }) },
  { weight: 1, arbitrary: fc.constant<AttemptOutcome>({ kind: 'unknown', code: 'reset' }) },
);
const channel = fc.constantFrom('email' as const, 'sms' as const);
const index = fc.nat({ max: 5 });
const deed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('turn' as const), of: fc.uniqueArray(index, { minLength: 1, maxLength: 4 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('crash' as const), of: index, afterCall: fc.boolean() }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(minute, 20 * minute, hour, 6 * hour, 13 * hour, day) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop' as const), channel }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('exit' as const), of: index }) },
  { weight: 1, arbitrary: fc.constant<Deed>({ kind: 'lower' }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('answer' as const), channel, outcome }) },
);
const story = fc.record({
  wanted: fc.array(fc.nat({ max: 5 }), { minLength: 3, maxLength: 6 }),
  startsAt: fc.integer({ min: 0, max: 23 }).map((hours) => noon + hours * hour),
  deeds: fc.array(deed, { minLength: 2, maxLength: 10 }),
});

describe('the gate', () => {
  describeOnBothStores('keeps its invariants', (store) => {
    beforeAll(async () => {
      await resetTables(store());
      await GateWorld.prepare(store());
    });

    test('under any interleaving', { timeout: 600_000 }, async () => {
      let person = 0;
      await fc.assert(
        fc.asyncProperty(story, async ({ wanted, startsAt, deeds }) => {
          person += 1;
          const world = await GateWorld.open(store(), `person-${person}`, wanted, startsAt);
          for (const one of deeds) await world.do(one);
          await world.drain();
          expect(await world.problems()).toEqual([]);
        }),
        { numRuns: runs, endOnFailure: false },
      );
    });
  });
});
