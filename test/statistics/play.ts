import { type LookInputs, lookInputs, resultOf, type SegmentInputs } from '../../src/experiments/look.js';
import { segmentWinners } from '../../src/experiments/segment-winners.js';
import { type ArmSums, noSums } from '../../src/experiments/sums.js';
import { beginning, type TestState, usualRules } from '../../src/statistics/decision.js';
import { type Boundary, boundaries } from '../../src/statistics/group-sequential.js';
import { logOddsEffect, poolSegments } from '../../src/statistics/pooling.js';
import { drawBinomial, drawNormal, type Random, seeded } from '../../src/statistics/random.js';
import { claimSegments } from '../../src/statistics/segments.js';
import { criticalZ } from '../../src/statistics/special.js';
import { type Counts, type Pair, sumsOf } from '../../src/statistics/sums.js';
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
  /** Segments to which the product gives another arm than to all people, by the orders and by the money of the same people. */
  readonly product: { claims: number; wrong: number };
  readonly money: { claims: number; wrong: number };
}

/** Ten segments of 5,000 to 40 people an arm, 4 % of whom order; effects N(mean, spread²) in log-odds. */
export function playSegments(random: Random, runs: number, mean: number, spread: number): SegmentTally {
  const none = () => ({ claims: 0, wrong: 0 });
  const tally: SegmentTally = { pooled: none(), policy: none(), product: none(), money: none() };
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
    // Chance of its own, so that amounts move nothing above.
    const amounts = seeded(run);
    for (const unit of ['people', 'money'] as const) {
      const played = segments.map((segment, at) => armsOf(amounts, segment, at, unit));
      const of = tally[unit === 'people' ? 'product' : 'money'];
      for (const kept of ['none', 'offer']) for (const [at, way] of waysOf(played, unit, kept).entries()) count(of, way, truths[at] ?? 0);
    }
  }
  return tally;
}

/** The sums of a segment's arms, as the store keeps them. Orders are worth 50 on average, with a long tail. */
function armsOf(random: Random, pair: Pair<Counts>, at: number, unit: 'people' | 'money'): SegmentInputs {
  const arm = (id: string, { hits, of }: Counts) => {
    const values = Array.from({ length: hits }, () => (unit === 'people' ? 1_000 : -50_000 * Math.log(1 - random())));
    return { ...noSums(id), ...sumsOf(values), people: of, ordered: hits };
  };
  return { segment: `s${at}`, arms: [arm('none', pair.control), arm('offer', pair.treatment)] };
}

/**
 * Where the product gives a segment another arm than `kept`, that of all people: 1 for the offer, −1 for the control, 0 where it does not.
 */
function waysOf(segments: readonly SegmentInputs[], unit: 'people' | 'money', kept: string): readonly number[] {
  const total = (id: string): ArmSums =>
    segments
      .flatMap(({ arms }) => arms.filter(({ arm }) => arm === id))
      .reduce<ArmSums>((sum, one) => ({ ...sum, people: sum.people + one.people }), noSums(id));
  const inputs = lookInputs(
    experiment,
    { arms: [total('none'), total('offer')], entered: [], cap: null, conflicted: 0 },
    { day: 28, before: beginning, mostBefore: 0, weights },
  );
  const state: TestState = { kind: 'inconclusive-cheapest', looks: [], dropped: [], challenger: null, day: 28 };
  const found = segmentWinners({ ...inputs, unit, segments }, state, kept);
  return (found?.segments ?? []).map(({ isOwn, arm }) => (!isOwn ? 0 : arm === 'offer' ? 1 : -1));
}

const sizes = [5_000, 3_000, 2_000, 1_200, 700, 400, 250, 150, 80, 40];

function playedSegment(random: Random, people: number, effect: number): Pair<Counts> {
  const odds = (0.04 / 0.96) * Math.exp(effect);
  return {
    control: { hits: drawBinomial(random, people, 0.04), of: people },
    treatment: { hits: drawBinomial(random, people, odds / (1 + odds)), of: people },
  };
}
