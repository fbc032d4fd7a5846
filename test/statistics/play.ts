import { type LookInputs, lookInputs, resultOf } from '../../src/experiments/look.js';
import { noSums } from '../../src/experiments/sums.js';
import { beginning, type TestState, usualRules } from '../../src/statistics/decision.js';
import { type Boundary, boundaries } from '../../src/statistics/group-sequential.js';
import { logOddsEffect, poolSegments } from '../../src/statistics/pooling.js';
import { drawBinomial, drawNormal, type Random } from '../../src/statistics/random.js';
import { claimSegments } from '../../src/statistics/segments.js';
import { criticalZ } from '../../src/statistics/special.js';
import type { Counts, Pair } from '../../src/statistics/sums.js';
import { pooledZ } from '../../src/statistics/two-proportions.js';
import { experimentOf } from '../support/experiments.js';

/** What one played test says: by the product's rule, and by a z test that is read each day, or once at the end. */
export interface Played {
  readonly state: TestState;
  readonly naiveDaily: boolean;
  readonly fixed: boolean;
}

const days = 28;
const perDay = 1_000;
const experiment = experimentOf({
  arms: [
    { id: 'none', weight: 0.5 },
    { id: 'offer', weight: 0.5, cost: 0.001 },
  ],
  metric: { kind: 'orders', windowMs: 86_400_000, marginRate: 1 },
  plan: { people: days * perDay, lookDays: usualRules.lookDays },
});
const weights = new Map([[1, new Map(experiment.arms.map(({ id, weight }) => [id, weight]))]]);

/**
 * 28 days with 1,000 people a day, split by chance; a look every day, each from its row: what is kept of the look before, and the sums of
 * that day. Shares of people who order, by arm.
 */
export function playTest(random: Random, control: number, treatment: number): Played {
  const seen = { control: { hits: 0, of: 0 }, treatment: { hits: 0, of: 0 } };
  let state: TestState = beginning;
  let mostBefore = 0;
  let naiveDaily = false;
  for (let day = 1; day <= days; day += 1) {
    const treated = Math.round(perDay / 2 + Math.sqrt(perDay / 4) * drawNormal(random));
    add(seen.control, drawBinomial(random, perDay - treated, control), perDay - treated);
    add(seen.treatment, drawBinomial(random, treated, treatment), treated);
    if (Math.abs(pooledZ(seen) ?? 0) > criticalZ(0.05)) naiveDaily = true;
    const result = resultOf(inputsOf(seen, { day, before: state, mostBefore }), knownBoundaries);
    mostBefore = result.mostFactor;
    if (result.state !== state) state = asKept(result.state);
  }
  return { state, naiveDaily, fixed: Math.abs(pooledZ(seen) ?? 0) > criticalZ(0.05) };
}

function add(counts: { hits: number; of: number }, hits: number, of: number): void {
  counts.hits += hits;
  counts.of += of;
}

/** What the store's sums of these people would be. */
function inputsOf(seen: Pair<Counts>, at: { readonly day: number; readonly before: TestState; readonly mostBefore: number }): LookInputs {
  const arms = [
    { id: 'none', ...seen.control },
    { id: 'offer', ...seen.treatment },
  ].map(({ id, hits, of }) => ({
    ...noSums(id),
    people: of,
    sum: 1_000 * hits,
    sumSquares: 1_000_000 * hits,
    raw: 1_000 * hits,
    ordered: hits,
  }));
  const entered = arms.map(({ arm, people }) => ({ version: 1, arm, people }));
  return lookInputs(experiment, { arms, entered, cap: null, conflicted: 0 }, { ...at, weights });
}

/** As the column of the look gives it back. */
function asKept(state: TestState): TestState {
  return JSON.parse(JSON.stringify(state)) as TestState;
}

const known = new Map<string, readonly Boundary[]>();

/** The same people come each day, so the boundaries are those of the test before. */
const knownBoundaries: typeof boundaries = (information, alpha, of) => {
  const key = JSON.stringify([information, alpha, of?.isLast]);
  const there = known.get(key) ?? boundaries(information, alpha, of);
  known.set(key, there);
  return there;
};

/** Claims about segments, and how many of them have the wrong sign. */
export interface SegmentTally {
  /** Chance of 97.5 % or more over the grid, alone. */
  readonly pooled: { claims: number; wrong: number };
  /** By the whole policy: pooled chance, Benjamini–Hochberg, 25 conversions. */
  readonly policy: { claims: number; wrong: number };
}

/** Ten segments of 5,000 to 40 people an arm, 4 % of whom order; effects N(mean, spread²) in log-odds. */
export function playSegments(random: Random, runs: number, mean: number, spread: number): SegmentTally {
  const tally: SegmentTally = { pooled: { claims: 0, wrong: 0 }, policy: { claims: 0, wrong: 0 } };
  const count = (of: { claims: number; wrong: number }, way: number, truth: number): void => {
    if (way === 0) return;
    of.claims += 1;
    if (Math.sign(truth) !== way) of.wrong += 1;
  };
  for (let run = 0; run < runs; run += 1) {
    const truths = sizes.map(() => mean + spread * drawNormal(random));
    const segments = truths.map((truth, at) => playedSegment(random, sizes[at] ?? 0, truth));
    const pooled = poolSegments(segments.map(logOddsEffect));
    const claims = claimSegments(segments);
    truths.forEach((truth, at) => {
      const chance = pooled.segments[at]?.chanceAbove ?? 0.5;
      count(tally.pooled, chance >= 0.975 ? 1 : chance <= 0.025 ? -1 : 0, truth);
      const better = claims.segments[at]?.better ?? null;
      count(tally.policy, better === 'treatment' ? 1 : better === 'control' ? -1 : 0, truth);
    });
  }
  return tally;
}

const sizes = [5_000, 3_000, 2_000, 1_200, 700, 400, 250, 150, 80, 40];

function playedSegment(random: Random, people: number, effect: number): Pair<Counts> {
  const odds = (0.04 / 0.96) * Math.exp(effect);
  return {
    control: { hits: drawBinomial(random, people, 0.04), of: people },
    treatment: { hits: drawBinomial(random, people, odds / (1 + odds)), of: people },
  };
}
