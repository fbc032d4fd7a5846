import fc from 'fast-check';
import { expect, test } from 'vitest';
import { complaintRateAtLeast, type DeliveryCounts, enoughMails, tripOf, tripSentence } from '../../../src/domain/messages/breaker.js';
import { betaCdf } from '../../../src/domain/values/stats.js';

const quiet: DeliveryCounts = { sent: 0, delivered: 0, hardBounces: 0, complaints: 0, unsubscribes: 0 };
const delivered = (count: number, over: Partial<DeliveryCounts> = {}): DeliveryCounts => ({
  ...quiet,
  sent: count,
  delivered: count,
  ...over,
});

test.each<[string, DeliveryCounts, string | null]>([
  ['nothing was sent', quiet, null],
  ['one complaint about the first mail ever', delivered(1, { complaints: 1 }), null],
  ['two complaints about ten mails', delivered(10, { complaints: 2 }), null],
  ['three complaints about ten mails', delivered(10, { complaints: 3 }), 'complaints-likely'],
  ['three complaints about 200 mails', delivered(200, { complaints: 3 }), null],
  ['0.1 % of many: the rate itself is no proof', delivered(10_000, { complaints: 10 }), null],
  ['0.2 % of many', delivered(10_000, { complaints: 20 }), 'complaints-likely'],
  ['0.3 % of a thousand', delivered(1000, { complaints: 3 }), null],
  ['0.4 % of a thousand', delivered(1000, { complaints: 4 }), 'complaints'],
  ['four complaints about 999 mails', delivered(999, { complaints: 4 }), null],
  ['2 % hard bounces of 500', { ...quiet, sent: 500, delivered: 490, hardBounces: 10 }, null],
  ['11 hard bounces of 500', { ...quiet, sent: 500, delivered: 489, hardBounces: 11 }, 'hard-bounces'],
  ['all of 499 bounced', { ...quiet, sent: 499, hardBounces: 499 }, null],
  ['1 % unsubscribes of 500', delivered(500, { unsubscribes: 5 }), null],
  ['six unsubscribes of 500', delivered(500, { unsubscribes: 6 }), 'unsubscribes'],
])('%s', (_what, counts, rule) => {
  expect(tripOf(counts)?.rule ?? null).toBe(rule);
});

test('the lower bound has 95 % of the probability above it, under a prior of 0.05 % that weighs a thousand mails', () => {
  for (const [complaints, mails] of [
    [1, 50],
    [3, 10],
    [20, 10_000],
  ] as const) {
    const bound = complaintRateAtLeast({ complaints, delivered: mails });
    expect(betaCdf(bound, 0.5 + complaints, 999.5 + mails - complaints)).toBeCloseTo(0.05, 9);
  }
  expect(complaintRateAtLeast({ complaints: 3, delivered: 10 })).toBeCloseTo(0.001072, 5);
});

test('more complaints never close a breaker, and more good mails never open one', () => {
  const counts = fc.record({ good: fc.integer({ min: 0, max: 20_000 }), complaints: fc.integer({ min: 0, max: 60 }) });
  const likely = (mails: number, complaints: number): number => complaintRateAtLeast({ delivered: mails, complaints });
  fc.assert(
    fc.property(counts, ({ good, complaints }) => {
      expect(likely(good + complaints + 1, complaints + 1)).toBeGreaterThan(likely(good + complaints, complaints));
      expect(likely(good + complaints + 1, complaints)).toBeLessThanOrEqual(likely(good + complaints, complaints));
    }),
  );
});

test('counting may stop at "enough": with that many mails, or more, nothing trips', () => {
  const bad = fc.record({
    complaints: fc.integer({ min: 0, max: 50 }),
    hardBounces: fc.integer({ min: 0, max: 500 }),
    unsubscribes: fc.integer({ min: 0, max: 200 }),
    more: fc.integer({ min: 0, max: 1000 }),
  });
  fc.assert(
    fc.property(bad, ({ more, ...counts }) => {
      const mails = Math.ceil(enoughMails(counts)) + more;
      if (mails >= counts.complaints + counts.unsubscribes) expect(tripOf(delivered(mails, counts))).toBeNull();
    }),
  );
});

test('says in a sentence what tripped it', () => {
  const trip = tripOf(delivered(1000, { complaints: 4 }));
  expect(trip && tripSentence(trip)).toBe('4 of 1000 delivered mails were complained about (0.40 %; limit 0.30 %)');
});
