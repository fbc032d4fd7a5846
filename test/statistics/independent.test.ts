import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bayesianEffect } from '../../src/statistics/bayes.js';
import { chanceAbove, posterior } from '../../src/statistics/beta-posterior.js';
import { readSequence } from '../../src/statistics/confidence-sequence.js';
import { cuped, type PastSums } from '../../src/statistics/cuped.js';
import { boundaries } from '../../src/statistics/group-sequential.js';
import { heterogeneity } from '../../src/statistics/heterogeneity.js';
import { benjaminiHochberg, holm } from '../../src/statistics/multiple-comparisons.js';
import { peopleForMeans, powerForShares } from '../../src/statistics/power.js';
import { ratioOf } from '../../src/statistics/ratio.js';
import { sampleRatio } from '../../src/statistics/sample-ratio.js';
import { betaCdf, betaQuantile, chiSquareAbove, criticalT, normalTwoSided, studentTwoSided } from '../../src/statistics/special.js';
import type { Pair, Sums } from '../../src/statistics/sums.js';
import { fisherTwoSided, twoProportions } from '../../src/statistics/two-proportions.js';
import { welch } from '../../src/statistics/welch.js';
import { expectClose } from './close.js';

/**
 * The same numbers from implementations that are not ours, frozen with the versions of their packages by tools/statistics/independent.py.
 * Where a tolerance is above that of the vectors, the other implementation is the coarser one, and the line says so.
 */
type Two = readonly [number, number];
type Three = readonly [number, number, number];
type Four = readonly [number, number, number, number];

const grid = JSON.parse(readFileSync(new URL('independent.json', import.meta.url), 'utf8')) as {
  packages: Readonly<Record<string, string>>;
  special: Readonly<
    Record<'betaQuantile' | 'betaCdf' | 'chiSquareAbove' | 'studentTwoSided' | 'criticalT' | 'normalTwoSided', readonly Four[]>
  >;
  twoProportions: readonly { in: Four; z: number; p: number; wald: Two; newcombe: Two; logRatio: Two; fisher: number }[];
  welch: readonly {
    in: readonly [Three, Three];
    t: number;
    p: number;
    df: number;
    interval: Two;
    relative: { value: number; p: number; interval: Two };
  }[];
  cuped: readonly { in: readonly (readonly number[])[]; theta: number; difference: number; p: number; interval: Two }[];
  ratios: readonly { in: readonly (readonly number[])[]; ratios: Two; errors: Two }[];
  sequence: readonly { in: readonly [number, number, number, number, number]; interval: Two; p: number }[];
  effects: readonly { in: Four; chance: number; interval: Two; lossOfTreatment: number; lossOfControl: number }[];
  sharesChance: readonly { in: Four; chance: number }[];
  plannedLooks: readonly { in: readonly [readonly number[], number, number]; z: readonly number[] }[];
  splits: readonly { in: readonly [readonly number[], readonly number[]]; chiSquare: number; p: number }[];
  many: readonly { in: readonly number[]; holm: readonly number[]; bh: readonly number[] }[];
  studies: readonly { in: readonly [readonly number[], readonly number[]]; q: number; dersimonianLaird: number; pauleMandel: number }[];
  power: readonly { in: Four; power: number }[];
  people: readonly { in: Three; people: number }[];
};

test('says with which packages it was made', () => {
  expect(Object.keys(grid.packages)).toEqual(['statsmodels', 'gbstats', 'spotify-confidence', 'scipy', 'numpy']);
});

describe('scipy: special functions', () => {
  const { special } = grid;
  test.each([
    ['betaCdf', special.betaCdf.map(([x, a, b, expected]) => [betaCdf(x, a, b), expected])],
    ['betaQuantile', special.betaQuantile.map(([p, a, b, expected]) => [betaQuantile(p, a, b), expected])],
    ['chiSquareAbove', special.chiSquareAbove.map(([x, df, expected]) => [chiSquareAbove(x, df), expected])],
    ['studentTwoSided', special.studentTwoSided.map(([t, df, expected]) => [studentTwoSided(t, df), expected])],
    ['criticalT', special.criticalT.map(([alpha, df, expected]) => [criticalT(alpha, df), expected])],
    ['normalTwoSided', special.normalTwoSided.map(([z, expected]) => [normalTwoSided(z), expected])],
  ])('%s', (name, rows) => {
    // With millions of people the incomplete beta function, and t through it, loses a digit or two.
    for (const [actual, expected] of rows) expectClose(actual, expected, /beta|student/.test(name) ? 1e-7 : 1e-9, name);
  });
});

test.each(grid.twoProportions)('statsmodels: shares of $in', ({ in: [x1, n1, x2, n2], ...expected }) => {
  const arms = { control: { hits: x1, of: n1 }, treatment: { hits: x2, of: n2 } };
  const found = twoProportions(arms);
  expectClose([found?.z, found?.p], [expected.z, expected.p], 1e-9, 'z');
  expectClose([found?.wald, found?.newcombe], [expected.wald, expected.newcombe], 1e-9, 'intervals');
  expectClose(found?.lift?.logInterval, expected.logRatio, 1e-9, 'log ratio');
  expectClose(fisherTwoSided(arms), expected.fisher, 1e-9, 'fisher');
});

test.each(grid.welch)('statsmodels and gbstats: means of $in', ({ in: [one, other], ...expected }) => {
  const found = welch({ control: sums(one), treatment: sums(other) });
  expectClose(
    [found?.t, found?.degreesOfFreedom, found?.p, found?.interval],
    [expected.t, expected.df, expected.p, expected.interval],
    1e-9,
    'welch',
  );
  expectClose(
    [found?.relative?.value, found?.relative?.interval],
    [expected.relative.value, expected.relative.interval],
    1e-9,
    'welch relative',
  );
  // There it is 2 · (1 − CDF), which has 16 decimals.
  expect(Math.abs((found?.relative?.p ?? 1) - expected.relative.p)).toBeLessThan(1e-9 * expected.relative.p + 1e-15);
});

test.each(grid.cuped)('gbstats: what people did before, θ $theta', ({ in: arms, ...expected }) => {
  const found = cuped(pastArms(arms));
  const compared = found === null ? null : welch(found.arms);
  expectClose(
    [found?.theta, compared?.difference, compared?.p, compared?.interval],
    [expected.theta, expected.difference, expected.p, expected.interval],
    1e-8,
    'cuped',
  );
});

test.each(grid.ratios)('gbstats: ratios $ratios', ({ in: arms, ...expected }) => {
  const found = arms.map(([n = 0, sum = 0, sumSquares = 0, perSum = 0, perSumSquares = 0, sumProducts = 0]) =>
    ratioOf({ n, sum, sumSquares, perSum, perSumSquares, sumProducts }),
  );
  expectClose(
    found.map((arm) => arm?.ratio),
    expected.ratios,
    1e-9,
    'ratio',
  );
  expectClose(
    found.map((arm) => arm?.standardError),
    expected.errors,
    1e-9,
    'ratio error',
  );
});

test.each(grid.sequence)(
  'gbstats: confidence sequence of $in',
  ({ in: [value, standardError, people, plannedPeople, alpha], ...expected }) => {
    const found = readSequence({ value, standardError }, people, { alpha, plannedPeople });
    expectClose([found.interval, found.p], [expected.interval, expected.p], 1e-9, 'sequence');
  },
);

test.each(grid.effects)('gbstats: belief about an effect with $in', ({ in: [value, standardError, mean, deviation], ...expected }) => {
  const found = bayesianEffect({ value, standardError }, { value: mean, standardError: deviation });
  expectClose(
    [found.chance, found.interval, found.lossOfTreatment, found.lossOfControl],
    [expected.chance, expected.interval, expected.lossOfTreatment, expected.lossOfControl],
    1e-6,
    'effect',
  );
});

test.each(grid.sharesChance)('scipy: chance that the treatment is better, $in', ({ in: [x1, n1, x2, n2], chance }) => {
  expectClose(chanceAbove(posterior({ hits: x1, of: n1 }), posterior({ hits: x2, of: n2 })), chance, 1e-6, 'chance');
});

// The other implementation steps z by 1e-7 of α and integrates by trapezoids.
test.each(grid.plannedLooks)('spotify-confidence: looks at $in', ({ in: [information, alpha, power], z }) => {
  const found = boundaries(information, alpha, { spending: (share, all) => all * share ** power });
  found.forEach((look, at) => expect(Math.abs(look.z - (z[at] ?? 0))).toBeLessThan(0.002));
});

test.each(grid.splits)('scipy: split $in', ({ in: [observed, weights], ...expected }) => {
  const found = sampleRatio(observed, weights);
  expectClose(found, { kind: 'tested', ...expected }, 1e-9, 'split');
});

test.each(grid.many)('statsmodels: $in at once', ({ in: ps, ...expected }) => {
  expectClose([holm(ps), benjaminiHochberg(ps)], [expected.holm, expected.bh], 1e-9, 'many');
});

// Iterated to 1e-5 there.
test.each(grid.studies)('statsmodels: studies with τ² $pauleMandel', ({ in: [values, variances], ...expected }) => {
  const found = heterogeneity(values.map((value, at) => ({ value, variance: variances[at] ?? 0 })));
  expectClose([found.q, found.dersimonianLaird], [expected.q, expected.dersimonianLaird], 1e-9, 'q');
  expect(Math.abs(found.pauleMandel - expected.pauleMandel)).toBeLessThan(1e-4 * (0.01 + expected.pauleMandel));
});

test.each(grid.power)('statsmodels: power of $in', ({ in: [from, to, people, alpha], power }) => {
  expectClose(powerForShares(from, to, people, alpha), power, 1e-6, 'power');
});

test.each(grid.people)('statsmodels: people for $in', ({ in: [size, alpha, power], people }) => {
  expect(Math.abs(peopleForMeans(size, 1, { alpha, power }) - people)).toBeLessThanOrEqual(1);
});

function sums([n, sum, sumSquares]: Three): Sums {
  return { n, sum, sumSquares };
}

function pastArms(arms: readonly (readonly number[])[]): Pair<PastSums> {
  const [control, treatment] = arms.map(([n = 0, sum = 0, sumSquares = 0, pastSum = 0, pastSumSquares = 0, sumProducts = 0]) => ({
    n,
    sum,
    sumSquares,
    pastSum,
    pastSumSquares,
    sumProducts,
  }));
  if (control === undefined || treatment === undefined) throw new Error('Two arms are needed.');
  return { control, treatment };
}
