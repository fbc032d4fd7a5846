import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bestHour, hourChances } from '../../../src/domain/engagement/send-hour.js';
import { lift, likelihoodRatio, shrunkLift } from '../../../src/domain/recommendations/co-purchase.js';
import { pickDiverse } from '../../../src/domain/recommendations/diversity.js';
import { lastingOf, usedUpAfterDays } from '../../../src/domain/recommendations/replenishment.js';
import { cosine, type TagVector } from '../../../src/domain/recommendations/tags.js';

interface Vectors {
  readonly population_hours: readonly number[];
  readonly send_time: readonly {
    readonly name: string;
    readonly click_hours: readonly number[];
    readonly probabilities: readonly number[];
    readonly argmax_all: number;
    readonly argmax_allowed_8_to_20: number;
  }[];
  readonly replenishment: readonly {
    readonly gaps_days_per_unit: readonly number[];
    readonly prior_median_days: number;
    readonly tau: number;
    readonly sigma: number;
    readonly quantity: number;
    readonly post_log_mean: number;
    readonly post_log_var: number;
    readonly median_days: number;
    readonly p25_days: number;
    readonly p10_days: number;
  }[];
  readonly content: {
    readonly profile: TagVector;
    readonly items: Readonly<Record<string, { readonly tags: TagVector }>>;
    readonly relevance: Readonly<Record<string, number>>;
    readonly mmr_lambda_1: readonly string[];
    readonly mmr_lambda_07: readonly string[];
    readonly mmr_lambda_05: readonly string[];
    readonly exclude_A: readonly string[];
  };
}
interface Rule {
  readonly n_both: number;
  readonly n_lhs: number;
  readonly n_rhs: number;
  readonly lift: number;
  readonly lift_shrunk_k10?: number;
  readonly log_likelihood_ratio?: number;
}

const vectorsOf = (name: string): unknown => JSON.parse(readFileSync(new URL(`../../vectors/${name}.json`, import.meta.url), 'utf8'));
const vectors = vectorsOf('personalisation') as Vectors;
const { baskets, rules } = vectorsOf('copurchase') as { readonly baskets: number; readonly rules: readonly Rule[] };

const near = (value: number, expected: number) => expect(Math.abs(value / expected - 1)).toBeLessThan(1e-6);

describe('the hour in which a person clicks', () => {
  test.each(vectors.send_time)('$name', ({ click_hours, probabilities, argmax_all, argmax_allowed_8_to_20 }) => {
    const chances = hourChances(click_hours, vectors.population_hours);

    chances.forEach((chance, hour) => near(chance, probabilities[hour] ?? 0));
    expect(bestHour(chances, () => true)).toBe(argmax_all);
    expect(bestHour(chances, (hour) => hour >= 8 && hour <= 20)).toBe(argmax_allowed_8_to_20);
    expect(bestHour(chances, () => false)).toBeNull();
  });
});

describe('how long a product lasts', () => {
  test.each(vectors.replenishment)('after gaps of $gaps_days_per_unit days, quantity $quantity', (vector) => {
    const { prior_median_days: medianDays, tau, sigma, quantity } = vector;
    const lasting = lastingOf(vector.gaps_days_per_unit, { medianDays, tau, sigma }, quantity);

    near(lasting.logMean, vector.post_log_mean);
    near(lasting.logVariance, vector.post_log_var);
    near(usedUpAfterDays(lasting, 0.5), vector.median_days);
    near(usedUpAfterDays(lasting, 0.25), vector.p25_days);
    near(usedUpAfterDays(lasting, 0.1), vector.p10_days);
  });
});

describe('what fits a person', () => {
  const { profile, items, relevance } = vectors.content;
  const ranked = Object.entries(items).map(([itemId, { tags }]) => ({ itemId, tags, category: null, relevance: cosine(profile, tags) }));
  const picked = (lambda: number, from = ranked) => pickDiverse(from, { count: 4, lambda }).map(({ itemId }) => itemId);

  test('is the cosine of what they like and what an item is', () => {
    for (const { itemId, relevance: found } of ranked) expect(found).toBeCloseTo(relevance[itemId] ?? NaN, 10);
  });

  test('is picked by fit, and the less alike the smaller lambda is', () => {
    expect(picked(1)).toEqual(vectors.content.mmr_lambda_1);
    expect(picked(0.7)).toEqual(vectors.content.mmr_lambda_07);
    expect(picked(0.5)).toEqual(vectors.content.mmr_lambda_05);
    expect(
      picked(
        0.7,
        ranked.filter(({ itemId }) => itemId !== 'A'),
      ).slice(0, 3),
    ).toEqual(vectors.content.exclude_A);
  });
});

test('lift, shrunk lift and likelihood ratio of the public Groceries rules', () => {
  for (const { n_both, n_lhs, n_rhs, ...expected } of rules) {
    const counts = { both: n_both, one: n_lhs, other: n_rhs, baskets };
    near(lift(counts), expected.lift);
    if (expected.lift_shrunk_k10 !== undefined) near(shrunkLift(counts), expected.lift_shrunk_k10);
    if (expected.log_likelihood_ratio !== undefined) near(likelihoodRatio(counts), expected.log_likelihood_ratio);
  }
});
