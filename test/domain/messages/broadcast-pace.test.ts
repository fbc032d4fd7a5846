import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dueBy, recipientDueAt } from '../../../src/domain/messages/broadcast-pace.js';

test('counts as due exactly those whose instant has come', () => {
  fc.assert(
    fc.property(
      fc.record({
        startsAt: fc.integer({ min: 0, max: 1e12 }),
        overMs: fc.integer({ min: 0, max: 1e9 }),
        total: fc.integer({ min: 0, max: 300 }),
      }),
      fc.integer({ min: -1000, max: 1_100_000_000 }),
      (pace, offset) => {
        const at = pace.startsAt + offset;
        const due = Array.from({ length: pace.total }, (_, position) => recipientDueAt(pace, position)).filter((instant) => instant <= at);
        expect(dueBy(pace, at)).toBe(due.length);
      },
    ),
  );
});

test('spreads recipients evenly and ends inside the time given', () => {
  const pace = { startsAt: 1_000, overMs: 7_200_000, total: 3 };
  expect([0, 1, 2].map((position) => recipientDueAt(pace, position))).toEqual([1_000, 2_401_000, 4_801_000]);
});
