import { describe, expect, test } from 'vitest';
import { bayesianEffect, bayesianLift, bayesianShares, liftPrior } from '../../src/statistics/bayes.js';
import { chanceBest, chanceBestMean } from '../../src/statistics/best-arm.js';
import { chanceAbove, posterior } from '../../src/statistics/beta-posterior.js';
import { betaWith, ratePrior, shrunkShares } from '../../src/statistics/rate-prior.js';
import { lnBeta } from '../../src/statistics/special.js';
import type { Counts } from '../../src/statistics/sums.js';
import { allocation, nextWeights, stratifiedMean, usualBandit } from '../../src/statistics/thompson.js';
import { expectClose, vectorsOf } from './close.js';

type Two = readonly [number, number];

const counts = ([hits, of]: Two): Counts => ({ hits, of });
const beta = ([a, b]: Two): { a: number; b: number } => ({ a, b });

interface BetaRow {
  readonly name: string;
  readonly prior: Two;
  readonly control: Two;
  readonly treatment: Two;
  readonly chance_to_beat_control: number;
  readonly expected_loss_if_ship_treatment: number;
  readonly expected_loss_if_keep_control: number;
  readonly posterior_mean: Two;
  readonly cri95_control: Two;
  readonly cri95_treatment: Two;
  readonly cri95_diff: Two;
  readonly lift_q025_q50_q975: readonly number[] | null;
}
interface Gaussian {
  readonly name: string;
  readonly mean: number;
  readonly sd: number;
  readonly ctw: number;
  readonly ci: Two;
  readonly loss_ship: number;
  readonly loss_keep: number;
}
const vectors = vectorsOf<{
  beta_binomial: readonly BetaRow[];
  p_best: readonly { arms: readonly Two[]; prior: Two; p_best: readonly number[] }[];
  gaussian: readonly Gaussian[];
}>('bayes');

describe('shares', () => {
  test.each(vectors.beta_binomial)('$name', (row) => {
    const arms = { control: counts(row.control), treatment: counts(row.treatment) };
    const found = bayesianShares(arms, beta(row.prior));
    expectClose(found.chance, row.chance_to_beat_control, 1e-6, 'chance');
    expect(Math.abs(found.lossOfTreatment - row.expected_loss_if_ship_treatment)).toBeLessThan(1e-9);
    expect(Math.abs(found.lossOfControl - row.expected_loss_if_keep_control)).toBeLessThan(1e-9);
    expectClose([found.means.control, found.means.treatment], row.posterior_mean, 1e-9, 'means');
    expectClose([found.intervals.control, found.intervals.treatment], [row.cri95_control, row.cri95_treatment], 1e-6, 'intervals');
    expectClose(found.difference, row.cri95_diff, 1e-6, 'difference');
    const lift = bayesianLift(arms, [0.025, 0.5, 0.975], beta(row.prior));
    const expected = row.lift_q025_q50_q975;
    if (expected === null) expect(lift).toBeNull();
    else lift?.forEach((value, at) => expect(Math.abs(value - (expected[at] ?? 0))).toBeLessThan(1e-6 * (1 + Math.abs(value))));
  });

  test.each([
    [5, 100, 9, 100],
    [500, 10_000, 565, 10_000],
    [1, 8, 7, 9],
  ])('the chance is the closed form: %i/%i against %i/%i', (x1, n1, x2, n2) => {
    const [one, other] = [posterior({ hits: x1, of: n1 }), posterior({ hits: x2, of: n2 })];
    let sum = 0;
    for (let i = 0; i < other.a; i += 1)
      sum += Math.exp(lnBeta(one.a + i, one.b + other.b) - Math.log(other.b + i) - lnBeta(1 + i, other.b) - lnBeta(one.a, one.b));
    expectClose(chanceAbove(one, other), sum, 1e-9);
  });

  test('holds at millions, and with a prior of no whole number', () => {
    const found = bayesianShares({ control: { hits: 50_000, of: 1e6 }, treatment: { hits: 50_700, of: 1e6 } }, { a: 2.5, b: 47.5 });
    expect(found.chance).toBeGreaterThan(0.98);
    expectClose(
      found.chance,
      bayesianEffect({ value: 0.0007, standardError: Math.sqrt((0.05 * 0.95 + 0.0507 * 0.9493) / 1e6) }, null).chance,
      1e-4,
    );
  });
});

test.each(vectors.gaussian)('effects: $name', (row) => {
  const found = bayesianEffect({ value: row.mean, standardError: row.sd }, null);
  expectClose([found.chance, found.interval], [row.ctw, row.ci], 1e-6, 'gaussian');
  expect(Math.abs(found.lossOfTreatment - row.loss_ship)).toBeLessThan(1e-9);
  expect(Math.abs(found.lossOfControl - row.loss_keep)).toBeLessThan(1e-9);
});

test('a prior draws an effect towards itself: the two rows of GrowthBook, and money per person', () => {
  const prior = { value: 0.1, standardError: Math.sqrt(0.1) };
  const [, flat, informed, money] = vectors.gaussian;
  const found = bayesianEffect({ value: flat?.mean ?? 0, standardError: flat?.sd ?? 0 }, prior);
  expectClose([found.value, found.standardError, found.chance], [informed?.mean, informed?.sd, informed?.ctw], 1e-6);
  const lift = bayesianEffect(
    { value: 0.09375, standardError: Math.sqrt(19 ** 2 / 3.2 ** 2 + (18 ** 2 * 3.5 ** 2) / 3.2 ** 4) / Math.sqrt(8_000) },
    liftPrior,
  );
  expectClose([lift.value, lift.standardError], [money?.mean, money?.sd], 1e-6);
});

describe('the best arm', () => {
  test.each(vectors.p_best)('$arms', ({ arms, prior, p_best: expected }) => {
    const found = chanceBest(arms.map((arm) => posterior(counts(arm), beta(prior))));
    expectClose(found, expected, 1e-6, 'p best');
    expectClose(
      found.reduce((sum, chance) => sum + chance, 0),
      1,
      1e-12,
    );
  });

  test('of two means is the chance that one is greater', () => {
    const [low, high] = chanceBestMean([
      { value: 3, standardError: 0.3 },
      { value: 3.5, standardError: 0.4 },
    ]);
    expectClose(
      [low, high],
      [
        1 - bayesianEffect({ value: 0.5, standardError: 0.5 }, null).chance,
        bayesianEffect({ value: 0.5, standardError: 0.5 }, null).chance,
      ],
      1e-9,
    );
  });
});

describe('weights of a bandit', () => {
  const thompson = vectorsOf<{
    vectors: readonly { arms: readonly Two[]; prior: Two; floor: number; p_best: readonly number[]; allocation: readonly number[] }[];
  }>('thompson');

  test.each(thompson.vectors)('$arms with a floor of $floor', ({ arms, prior, floor, p_best: chances, allocation: expected }) => {
    const found = chanceBest(arms.map((arm) => posterior(counts(arm), beta(prior))));
    expectClose(found, chances, 1e-6, 'thompson p best');
    expectClose(allocation(found, floor), expected, 1e-6, 'allocation');
  });

  test('are alike until there were five batches, and 100 people and 40 orders an arm', () => {
    const arms = [counts([40, 900]), counts([55, 900]), counts([41, 900])];
    const alike = [1 / 3, 1 / 3, 1 / 3];
    expect(nextWeights(arms, 4)).toEqual(alike);
    expect(nextWeights([counts([39, 900]), ...arms.slice(1)], 9)).toEqual(alike);
    expect(nextWeights(arms, 5)[1]).toBeGreaterThan(0.7);
    expect(Math.min(...nextWeights([counts([400, 900]), ...arms.slice(1)], 5))).toBeCloseTo(usualBandit.floor);
    expect(Math.min(...nextWeights([counts([400, 900]), ...arms.slice(1)], 5, { ...usualBandit, floor: 0 }))).toBeCloseTo(0.01);
  });

  test('a good day is not passed off for a good arm', () => {
    const day = (rate: number, people: number): { n: number; sum: number; sumSquares: number } => ({
      n: people,
      sum: rate * people,
      sumSquares: rate * people,
    });
    // Both arms act alike on both days; the second had most of its people on the better one.
    const one = stratifiedMean([
      { arm: day(0.02, 500), people: 1_000 },
      { arm: day(0.1, 100), people: 1_000 },
    ]);
    const other = stratifiedMean([
      { arm: day(0.02, 500), people: 1_000 },
      { arm: day(0.1, 900), people: 1_000 },
    ]);
    expectClose([one?.mean, other?.mean], [0.06, 0.06], 1e-12);
    expect(one?.standardError).toBeGreaterThan(other?.standardError ?? 1);
    expect(stratifiedMean([{ arm: day(1, 1), people: 10 }])).toBeNull();
  });

  test('earn what the reference earned: 30 batches of 400, outcomes three days late', async () => {
    const { drawBinomial, seeded } = await import('../../src/statistics/random.js');
    const rates = [0.03, 0.03, 0.045];
    const random = seeded(5);
    const runs = 12;
    let conversions = 0;
    for (let run = 0; run < runs; run += 1) {
      const seen: Two[][] = [];
      for (let day = 0; day < 30; day += 1) {
        const known = seen.slice(0, Math.max(0, day - 2));
        const arms = rates.map((_, arm) =>
          counts(known.reduce<Two>(([x, n], batch) => [x + (batch[arm]?.[0] ?? 0), n + (batch[arm]?.[1] ?? 0)], [0, 0])),
        );
        const weights = nextWeights(arms, day, { ...usualBandit, people: 0, conversions: 0 });
        const batch = weights.map((weight, arm): Two => {
          const people = Math.round(400 * weight);
          return [drawBinomial(random, people, rates[arm] ?? 0), people];
        });
        conversions += batch.reduce((sum, [x]) => sum + x, 0);
        seen.push(batch);
      }
    }
    // 490 in the reference (400 runs), 420 with equal shares; a run's deviation is about 30.
    expect(conversions / runs).toBeGreaterThan(490 - 30);
    expect(conversions / runs).toBeLessThan(490 + 30);
  });
});

describe('a prior from the past', () => {
  const { segments } = vectorsOf<{
    segments: {
      beta_binomial_treatment_rate: {
        x: readonly number[];
        n: readonly number[];
        mean: number;
        kappa: number;
        alpha: number;
        beta: number;
        shrunk: readonly number[];
      };
    };
  }>('pooling');

  test('is the likeliest Beta', () => {
    const { x, n, ...expected } = segments.beta_binomial_treatment_rate;
    const groups = x.map((hits, at) => ({ hits, of: n[at] ?? 0 }));
    const prior = ratePrior(groups);
    expectClose([prior?.a, prior?.b], [expected.alpha, expected.beta], 1e-4, 'rate prior');
    expectClose(shrunkShares(groups, prior ?? { a: 1, b: 1 }), expected.shrunk, 1e-4, 'shrunk shares');
  });

  test('needs two groups, of whom some acted and some did not', () => {
    expect(ratePrior([{ hits: 1, of: 9 }])).toBeNull();
    expect(
      ratePrior([
        { hits: 0, of: 9 },
        { hits: 0, of: 5 },
      ]),
    ).toBeNull();
    expect(betaWith(0.03, 100)).toEqual({ a: 3, b: 97 });
  });
});
