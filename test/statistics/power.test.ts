import { describe, expect, test } from 'vitest';
import { planFor } from '../../src/statistics/planning.js';
import { detectableMean, detectableShare, peopleForMeans, peopleForShares, powerForShares } from '../../src/statistics/power.js';
import { expectClose, vectorsOf } from './close.js';

interface Shares {
  readonly p1: number;
  readonly p2: number;
  readonly alpha: number;
  readonly power: number;
  readonly n_per_arm_pooled: number;
  readonly power_at_pooled_n: number;
}
const vectors = vectorsOf<{
  two_proportion: readonly Shares[];
  mean: readonly { mean: number; sd: number; rel_mde: number; power?: number; n_per_arm: number }[];
  mde: readonly { p1: number; n_per_arm: number; mde_abs: number; mde_rel: number }[];
}>('power');

test.each(vectors.two_proportion)('from $p1 to $p2', ({ p1, p2, alpha, power, n_per_arm_pooled: people, power_at_pooled_n: reached }) => {
  expect(peopleForShares(p1, p2, { alpha, power })).toBe(people);
  expectClose(powerForShares(p1, p2, people, alpha), reached, 1e-6, 'power');
});

test.each(vectors.mean)('$rel_mde of a mean of $mean', ({ mean, sd, rel_mde: lift, power = 0.8, n_per_arm: people }) => {
  expect(peopleForMeans(mean * lift, sd, { power })).toBe(people);
  expectClose(detectableMean(sd, people, { power }), mean * lift, 1e-4);
});

test.each(vectors.mde)('the smallest rise of $p1 that $n_per_arm find', ({ p1, n_per_arm: people, mde_abs: rise }) => {
  expectClose(detectableShare(p1, people), rise, 1e-6, 'mde');
});

describe('a plan', () => {
  const audience = { mean: 3.2, deviation: 18, peoplePerWeek: 20_000, arms: 2, windowWeeks: 1 };

  test('says people, whole weeks, and what it can find', () => {
    const plan = planFor(audience, 0.1, 'four-looks');
    expect([plan.kind, plan.peoplePerArm, plan.weeks]).toEqual(['fits', 50_663, 7]);
    expectClose(plan.detectablePerThousand, 1_000 * detectableMean(18, 70_000 / 1.02), 1e-9);
  });

  test('that takes more than eight weeks is too long, and says what eight weeks find', () => {
    const plan = planFor({ ...audience, peoplePerWeek: 4_000 }, 0.1, 'four-looks');
    expect([plan.kind, plan.weeks]).toEqual(['too-long', 27]);
    expect(plan.detectablePerThousand).toBeGreaterThan(320);
  });

  test('of more arms, or one that is read each day, wants more people', () => {
    const [two, four, daily] = [
      planFor(audience, 0.1, 'once'),
      planFor({ ...audience, arms: 4 }, 0.1, 'once'),
      planFor(audience, 0.1, 'any-day'),
    ];
    expect(four.peoplePerArm).toBeGreaterThan(1.25 * two.peoplePerArm);
    expectClose(daily.peoplePerArm, 2.4 * two.peoplePerArm, 1e-4);
    expect(planFor({ ...audience, windowWeeks: 9 }, 0.1, 'once').detectablePerThousand).toBe(Number.POSITIVE_INFINITY);
  });
});
