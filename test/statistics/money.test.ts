import { describe, expect, test } from 'vitest';
import { cuped, pastSumsOf } from '../../src/statistics/cuped.js';
import { seeded } from '../../src/statistics/random.js';
import { compareRatios, type RatioSums, ratioOf } from '../../src/statistics/ratio.js';
import {
  bootstrapDifference,
  buyersQuantile,
  cappedRevenue,
  decompose,
  peopleForSkew,
  quantileOf,
  skewOf,
  winsorised,
} from '../../src/statistics/revenue.js';
import { meanOf, sumsOf, varianceOf } from '../../src/statistics/sums.js';
import { welch } from '../../src/statistics/welch.js';
import { expectClose, vectorsOf } from './close.js';

interface RatioArm {
  readonly revenue: readonly number[];
  readonly sends: readonly number[];
  readonly n: number;
  readonly sum_m: number;
  readonly sum_d: number;
  readonly sumsq_m: number;
  readonly sumsq_d: number;
  readonly sum_md: number;
  readonly ratio: number;
  readonly var_unit: number;
  readonly se: number;
}
interface Test {
  readonly t: number;
  readonly df: number;
  readonly p: number;
  readonly diff: number;
}
interface Capped {
  readonly n: number;
  readonly sum: number;
  readonly sumsq: number;
  readonly mean: number;
  readonly var: number;
}
const vectors = vectorsOf<{
  winsorise: {
    control: readonly number[];
    treatment: readonly number[];
    pooled_p95_all: number;
    pooled_p95_buyers: number;
    winsorised_control: Capped;
    winsorised_treatment: Capped;
    welch_raw: Test;
    welch_winsorised: Test;
  };
  decomposition: { control: { conv: number; aov: number }; treatment: { conv: number; aov: number } };
  delta_ratio: { control: RatioArm; treatment: RatioArm; diff: number; z: number; p: number };
  bootstrap: { mean: number; sd: number; percentile95: readonly [number, number]; p_gt0: number; analytic_sd: number };
}>('revenue');
const { control, treatment } = vectors.winsorise;
const shop = { control, treatment };

describe('money per person', () => {
  test('caps at a quantile of the buyers of both arms', () => {
    const found = cappedRevenue(shop, 0.95);
    expectClose(quantileOf([...control, ...treatment], 0.95), vectors.winsorise.pooled_p95_all, 1e-9, 'quantile');
    expectClose(found.cap, vectors.winsorise.pooled_p95_buyers, 1e-9, 'cap');
    for (const arm of ['control', 'treatment'] as const) {
      const expected = vectors.winsorise[`winsorised_${arm}`];
      const { n, sum, sumSquares } = found.capped[arm];
      expectClose([n, sum, sumSquares], [expected.n, expected.sum, expected.sumsq], 1e-9, 'capped sums');
      expectClose([meanOf(found.capped[arm]), varianceOf(found.capped[arm])], [expected.mean, expected.var], 1e-9, 'capped moments');
    }
    expectClose(found.hidden, (640 - 328.3) / (found.raw.control.sum + found.raw.treatment.sum), 1e-9);
  });

  test.each(['raw', 'winsorised'] as const)('%s values are compared by Welch', (kind) => {
    const { raw, capped } = cappedRevenue(shop, 0.95);
    const found = welch(kind === 'raw' ? raw : capped);
    const expected = vectors.winsorise[`welch_${kind}`];
    expectClose(
      [found?.t, found?.degreesOfFreedom, found?.p, found?.difference],
      [expected.t, expected.df, expected.p, expected.diff],
      1e-9,
      'capped welch',
    );
  });

  test('is the share that buys times what a buyer spends, and robust when both say the same', () => {
    const buyers = (values: readonly number[]): { people: number; buyers: ReturnType<typeof sumsOf> } => ({
      people: values.length,
      buyers: sumsOf(values.filter((value) => value > 0)),
    });
    const found = decompose({ control: buyers(control), treatment: buyers(treatment) });
    expectClose(
      [found.conversion?.control, found.conversion?.treatment],
      [vectors.decomposition.control.conv, vectors.decomposition.treatment.conv],
      1e-9,
    );
    expectClose(
      [found.orderValue?.control, found.orderValue?.treatment],
      [vectors.decomposition.control.aov, vectors.decomposition.treatment.aov],
      1e-9,
    );
    expect(found.isRobust).toBe(false);
    const more = { people: 20, buyers: sumsOf([50, 60, 70, 80, 90, 300, 400, 500]) };
    expect(decompose({ control: buyers(control), treatment: more }).isRobust).toBe(true);
  });

  test('nobody who bought is no cap', () => {
    expect(buyersQuantile([0, 0], 0.99)).toBe(Number.POSITIVE_INFINITY);
    expect(winsorised([0, 3, 7], 5)).toEqual([0, 3, 5]);
  });

  test('resampling agrees with the formula, and with its seed', () => {
    const { capped } = { capped: { control: winsorised(control, 328.3), treatment: winsorised(treatment, 328.3) } };
    const found = bootstrapDifference(capped, 40_000, seeded(1));
    const { mean, sd, percentile95, p_gt0: above } = vectors.bootstrap;
    expectClose(found.mean, mean, 0.03, 'bootstrap mean');
    expectClose(found.standardDeviation, sd, 0.01, 'bootstrap sd');
    expectClose(found.interval, percentile95, 0.03, 'bootstrap interval');
    expectClose(found.shareAbove, above, 0.03, 'bootstrap above');
    expect(bootstrapDifference(capped, 100, seeded(7))).toEqual(bootstrapDifference(capped, 100, seeded(7)));
  });

  test('says how many people a skewed metric needs', () => {
    expect(peopleForSkew(21)).toBe(156_555);
    expectClose(skewOf([0, 0, 0, 1]), 2 / Math.sqrt(3), 1e-12);
  });
});

describe('ratios with the person as the unit', () => {
  const { delta_ratio: ratios } = vectors;
  const sums = (arm: RatioArm): RatioSums => ({
    n: arm.n,
    sum: arm.sum_m,
    sumSquares: arm.sumsq_m,
    perSum: arm.sum_d,
    perSumSquares: arm.sumsq_d,
    sumProducts: arm.sum_md,
  });

  test('have the error of the delta method', () => {
    for (const arm of [ratios.control, ratios.treatment]) {
      const found = ratioOf(sums(arm));
      expectClose([found?.ratio, found?.standardError], [arm.ratio, arm.se], 1e-9, 'ratio');
    }
    const found = compareRatios({ control: sums(ratios.control), treatment: sums(ratios.treatment) });
    expectClose([found?.difference, found?.z, found?.p], [ratios.diff, ratios.z, ratios.p], 1e-9, 'ratios');
  });

  test('with nothing below the line, or no spread, there is no result', () => {
    const none = { n: 5, sum: 0, sumSquares: 0, perSum: 0, perSumSquares: 0, sumProducts: 0 };
    expect(ratioOf(none)).toBeNull();
    const even = { n: 4, sum: 8, sumSquares: 16, perSum: 4, perSumSquares: 4, sumProducts: 8 };
    expect(compareRatios({ control: even, treatment: even })).toBeNull();
  });
});

describe('what people did before', () => {
  const random = seeded(3);
  const past = Array.from({ length: 400 }, () => 10 + 40 * random());
  const after = past.map((before) => 0.8 * before + 10 * random());

  test('takes its part of the variance out, and leaves the effect', () => {
    const [one, other] = [
      pastSumsOf(after.slice(0, 200), past.slice(0, 200)),
      pastSumsOf(
        after.slice(200).map((y) => y + 2),
        past.slice(200),
      ),
    ];
    const found = cuped({ control: one, treatment: other });
    const raw = welch({ control: sumsOf(after.slice(0, 200)), treatment: sumsOf(after.slice(200).map((y) => y + 2)) });
    const adjusted = found === null ? null : welch(found.arms);
    expect(found?.reduction).toBeGreaterThan(0.85);
    expect(adjusted?.difference).toBeCloseTo(2, 0);
    expect(adjusted?.standardError).toBeLessThan(0.4 * (raw?.standardError ?? 0));
  });

  test('says nothing where nobody differs', () => {
    const flat = pastSumsOf([1, 2, 3], [0, 0, 0]);
    expect(cuped({ control: flat, treatment: flat })).toBeNull();
  });

  test('is in no unit: pennies and pounds have one θ', () => {
    const arm = (unit: number): ReturnType<typeof pastSumsOf> =>
      pastSumsOf(
        after.map((y) => y * unit),
        past.map((x) => x * unit),
      );
    const [pounds, pennies] = [arm(1), arm(100)].map((all) => cuped({ control: all, treatment: all }));
    expectClose(pennies?.theta, pounds?.theta, 1e-9);
  });
});
