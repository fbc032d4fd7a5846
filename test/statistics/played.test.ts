import { describe, expect, test } from 'vitest';
import { usualRules } from '../../src/statistics/decision.js';
import { boundaries, crossingChances } from '../../src/statistics/group-sequential.js';
import { drawBinomial, drawNormal, seeded } from '../../src/statistics/random.js';
import { criticalZ } from '../../src/statistics/special.js';
import { meanOf, sumsOf, varianceOf } from '../../src/statistics/sums.js';
import { type Played, playSegments, playTest } from './play.js';

/**
 * Tests played from beginning to end through the rule that the product decides by. In the check 2,000 of each; `npm run played` plays more
 * (`PLAYED_RUNS`). All seeds are fixed, so a run says the same each time.
 */
const runs = Number(process.env['PLAYED_RUNS'] ?? 2_000);
const segmentRuns = Number(process.env['PLAYED_SEGMENT_RUNS'] ?? 250);

function play(seed: number, lift: number): readonly Played[] {
  const random = seeded(seed);
  return Array.from({ length: runs }, () => playTest(random, 0.05, 0.05 * (1 + lift)));
}

function share(played: readonly Played[], is: (of: Played) => boolean): number {
  return played.filter(is).length / played.length;
}

const namesAny = ({ state }: Played): boolean => ['winner', 'loser', 'harm-stop'].includes(state.kind);

describe('tests without effect, with a look every day', () => {
  const played = play(18, 0);

  test('at most 5 % name a winner, on either side', () => {
    const named = share(played, namesAny);
    report(
      `${runs} A/A tests: a side is named in ${percent(named)}, a winner in ${percent(share(played, ({ state }) => state.kind === 'winner'))}`,
    );
    expect(named).toBeLessThanOrEqual(0.05);
  });

  test('a z test read each day names one in at least 15 %', () => {
    const naive = share(played, ({ naiveDaily }) => naiveDaily);
    report(`naive z daily: ${percent(naive)}; z once at the end: ${percent(share(played, ({ fixed }) => fixed))}`);
    expect(naive).toBeGreaterThanOrEqual(0.15);
  });

  test('the split is called broken in hardly any, and the others end without a winner', () => {
    expect(share(played, ({ state }) => state.kind === 'invalid')).toBeLessThanOrEqual(0.001);
    expect(share(played, ({ state }) => state.kind === 'inconclusive-cheapest')).toBeGreaterThan(0.94);
  });
});

const lifts = [0.1, 0.15, 0.2];

test.each(lifts)('a lift of %f is found as often as by one planned test, within 5 points, as the boundaries have it', (lift) => {
  const [from, to] = [0.05, 0.05 * (1 + lift)];
  const drift = ((to - from) * Math.sqrt(14_000)) / Math.sqrt(from * (1 - from) + to * (1 - to));
  const looks = boundaries([0.25, 0.5, 0.75, 1], usualRules.plannedAlpha).map(({ z }) => z);
  const found = crossingChances([0.25, 0.5, 0.75, 1], looks, drift).reduce((sum, chance) => sum + chance, 0);
  expect((crossingChances([1], [criticalZ(0.05)], drift)[0] ?? 1) - found).toBeLessThanOrEqual(0.05);
});

test.each(lifts)('a lift of %f is found so often when it is played', (lift) => {
  const played = play(100 * lift, lift);
  const isFound = ({ state }: Played): boolean => state.kind === 'winner';
  const [found, fixed] = [share(played, isFound), share(played, (one) => one.fixed)];
  report(`lift ${lift}: found in ${percent(found)}, by one test at the end in ${percent(fixed)}`);
  // The draws differ by two of their own errors; the tests that only one of both finds make it.
  const error = Math.sqrt(share(played, (one) => isFound(one) !== one.fixed) / runs);
  expect(fixed - found).toBeLessThanOrEqual(0.05 + 2 * error);
  expect(share(played, ({ state }) => state.kind === 'loser' || state.kind === 'harm-stop')).toBeLessThanOrEqual(0.001);
});

test.each([
  { mean: 0, spread: 0.15 },
  { mean: 0, spread: 0.3 },
  { mean: 0.1, spread: 0.2 },
])('of claims about segments at most 5 in 100 have the wrong sign: effects N($mean, $spread²)', ({ mean, spread }) => {
  const { pooled, policy, product, money } = playSegments(seeded(12), segmentRuns, mean, spread);
  report(
    `segments N(${mean}, ${spread}²): wrong ${pooled.wrong} of ${pooled.claims} by the grid at 97.5 %, ${policy.wrong} of ${policy.claims} by the policy; arms of their own: ${product.wrong} of ${product.claims} by orders, ${money.wrong} of ${money.claims} by money`,
  );
  expect(policy.claims).toBeGreaterThan(segmentRuns / 10);
  expect(policy.wrong / policy.claims).toBeLessThanOrEqual(0.05);
  expect(product).toEqual(policy);
  expect(money.wrong).toBeLessThanOrEqual(Math.max(1, 0.05 * money.claims));
  expect(pooled.wrong / pooled.claims).toBeLessThanOrEqual(0.07);
});

test('chance comes as asked: normal and binomial draws, the same for the same seed', () => {
  const [one, other] = [seeded(9), seeded(9)];
  expect([one(), one()]).toEqual([other(), other()]);
  const normal = sumsOf(Array.from({ length: 20_000 }, () => drawNormal(one)));
  expect(meanOf(normal)).toBeCloseTo(0, 1);
  expect(varianceOf(normal)).toBeCloseTo(1, 1);
  const hits = sumsOf(Array.from({ length: 4_000 }, () => drawBinomial(one, 200, 0.1)));
  expect(meanOf(hits)).toBeCloseTo(20, 0);
  expect(varianceOf(hits) / 18).toBeCloseTo(1, 1);
  expect([drawBinomial(one, 9, 0), drawBinomial(one, 9, 1)]).toEqual([0, 9]);
});

function percent(of: number): string {
  return `${(100 * of).toFixed(2)} %`;
}

/** Told when many are played, for a person who reads it. */
function report(line: string): void {
  if (process.env['PLAYED_RUNS'] !== undefined) console.log(line);
}
