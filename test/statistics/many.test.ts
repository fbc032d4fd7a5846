import { describe, expect, test } from 'vitest';
import { type Effect, heterogeneity, jamesStein, pooledAt } from '../../src/statistics/heterogeneity.js';
import { benjaminiHochberg, eBenjaminiHochberg, holm } from '../../src/statistics/multiple-comparisons.js';
import { logOddsEffect, poolSegments } from '../../src/statistics/pooling.js';
import { anytimeSplitP, brokenSplit, lnSplitFactor, sampleRatio, sampleRatioOver } from '../../src/statistics/sample-ratio.js';
import { expectClose, vectorsOf } from './close.js';

type Two = readonly [number, number];

describe('many tests at once', () => {
  interface Row {
    readonly name: string;
    readonly p: readonly number[];
    readonly holm: readonly number[];
    readonly bh: readonly number[];
    readonly holm_rejects?: number;
    readonly bh_rejects?: number;
  }
  const { vectors } = vectorsOf<{ vectors: readonly Row[] }>('multiple_comparisons');

  test.each(vectors)('$name', (row) => {
    expectClose(holm(row.p), row.holm, 1e-9, 'holm');
    expectClose(benjaminiHochberg(row.p), row.bh, 1e-9, 'bh');
    expect(holm(row.p).filter((p) => p <= 0.05 + 1e-12)).toHaveLength(row.holm_rejects ?? 0);
    expect(benjaminiHochberg(row.p).filter((p) => p <= 0.05 + 1e-12)).toHaveLength(row.bh_rejects ?? 0);
  });

  test('e-BH claims the largest k whose weakest e is m / (α k)', () => {
    const es = [800, 60, 41, 39, 2].map(Math.log);
    // m = 5, α = 0.05: 100/k; 60 ≥ 50, 41 ≥ 33.3, 39 ≥ 25, 2 < 20.
    expect(eBenjaminiHochberg(es, 0.05)).toEqual([true, true, true, true, false]);
    expect(eBenjaminiHochberg([40, 30, 20].map(Math.log), 0.05)).toEqual([true, true, true]);
    expect(eBenjaminiHochberg([40, 10, 19].map(Math.log), 0.05)).toEqual([false, false, false]);
    expect(eBenjaminiHochberg([1, 99].map(Math.log), 0.05)).toEqual([false, true]);
    expect(eBenjaminiHochberg([], 0.05)).toEqual([]);
  });
});

describe('the split', () => {
  const vectors = vectorsOf<{
    vectors: readonly {
      name: string;
      observed: readonly number[];
      weights: readonly number[];
      chi2: number;
      df: number;
      p: number;
      flag_001: boolean;
    }[];
    sequential: readonly {
      observed: readonly number[];
      weights: readonly number[];
      concentration: number;
      log_bayes_factor: number;
      anytime_p: number;
    }[];
  }>('srm');

  test.each(vectors.vectors)('$name', ({ observed, weights, chi2, df, p, flag_001: isBroken }) => {
    const found = sampleRatio(observed, weights);
    expectClose(found, { kind: 'tested', chiSquare: chi2, degreesOfFreedom: df, p }, 1e-9, 'srm');
    expect(found.kind === 'tested' && found.p < brokenSplit).toBe(isBroken);
  });

  test.each(vectors.sequential)('at any time: $observed', ({ observed, weights, concentration, log_bayes_factor: ln, anytime_p: p }) => {
    const found = lnSplitFactor([{ observed, weights }], concentration);
    expectClose(found, ln, 1e-9, 'split factor');
    expectClose(anytimeSplitP([-5, found, 0]), Math.min(p, 1), 1e-9, 'split p');
  });

  test('people in an arm without a weight are a fault at once', () => {
    expect(sampleRatio([500, 500, 1], [0.5, 0.5, 0])).toEqual({ kind: 'impossible', arm: 2 });
    expect(
      sampleRatioOver([
        { observed: [50, 50], weights: [1, 1] },
        { observed: [90, 1], weights: [1, 0] },
      ]),
    ).toEqual({ kind: 'impossible', arm: 1 });
    expect(anytimeSplitP([lnSplitFactor([{ observed: [5, 1], weights: [1, 0] }])])).toBe(0);
  });

  test('of the e-mail test of Hillstrom is sound', () => {
    const found = sampleRatio([21_307, 21_387, 21_306], [1, 1, 1]);
    expectClose(found.kind === 'tested' ? found.p : 0, 0.904, 1e-3);
  });

  test('under five expected people it says nothing', () => {
    expect(sampleRatio([3, 4], [0.5, 0.5])).toEqual({ kind: 'too-few' });
    expect(sampleRatio([], [])).toEqual({ kind: 'too-few' });
  });

  test('weights that changed are no fault, and hide none', () => {
    const honest = [
      { observed: [5_021, 4_979], weights: [0.5, 0.5] },
      { observed: [1_011, 8_989], weights: [0.1, 0.9] },
    ];
    const together = sampleRatio([6_032, 13_968], [0.5, 0.5]);
    const over = sampleRatioOver(honest);
    expect([together.kind === 'tested' && together.p < 1e-9, over.kind === 'tested' && over.p > 0.5]).toEqual([true, true]);
    const broken = [...honest, { observed: [10_000, 9_200], weights: [0.5, 0.5] }];
    const found = sampleRatioOver(broken);
    expect(found.kind === 'tested' && found.p < brokenSplit).toBe(true);
    expect(anytimeSplitP([lnSplitFactor(broken)])).toBeLessThan(0.01);
    expect(lnSplitFactor(honest)).toBeLessThan(0);
  });

  test('at any time, cutting the people into days changes nothing while the weights stay', () => {
    const days = [
      { observed: [1_090, 910], weights: [0.5, 0.5] },
      { observed: [10, 25], weights: [1, 1] },
      { observed: [3_900, 4_047], weights: [2, 2] },
    ];
    expectClose(lnSplitFactor(days), lnSplitFactor([{ observed: [5_000, 4_982], weights: [0.5, 0.5] }]), 1e-9);
  });

  test('at any time, a loss shows through weights that change each day', () => {
    const days = Array.from({ length: 20 }, (_, day) => {
      const share = 0.3 + 0.02 * day;
      return { observed: [Math.round(2_000 * share * 0.9), Math.round(2_000 * (1 - share))], weights: [share, 1 - share] };
    });
    expect(anytimeSplitP([lnSplitFactor(days)])).toBeLessThan(brokenSplit);
  });
});

describe('groups that differ', () => {
  interface Pool {
    readonly mu: number;
    readonly se_mu: number;
    readonly shrink_B: readonly number[];
    readonly post_mean: readonly number[];
    readonly post_sd: readonly number[];
  }
  interface Published {
    readonly name: string;
    readonly y: readonly number[];
    readonly v: readonly number[];
    readonly Q: number;
    readonly tau2_dl: number;
    readonly tau2_reml: number;
    readonly tau2_pm?: number;
    readonly dl: Pool;
    readonly reml: Pool;
    readonly complete_pooling: Pool;
    readonly with_tau2_25: Pool;
    readonly sigma2: number;
    readonly c: number;
    readonly james_stein: readonly number[];
  }
  interface Row {
    readonly control: Two;
    readonly treatment: Two;
    readonly effect: number;
    readonly se: number;
    readonly shrunk: number;
    readonly post_sd: number;
  }
  interface Segments {
    readonly rows: readonly Row[];
    readonly tau2_pm: number;
    readonly tau2_dl: number;
    readonly mu: number;
    readonly se_mu: number;
    readonly Q: number;
    readonly heterogeneity_p: number;
    readonly log_odds: Pool & { readonly y: readonly number[]; readonly v: readonly number[]; readonly tau2_pm: number };
  }
  const { published, segments } = vectorsOf<{ published: readonly [Published, Published, Published]; segments: Segments }>('pooling');
  const [bcg, schools, batters] = published;
  const effectsOf = ({ y, v }: { readonly y: readonly number[]; readonly v: readonly number[] }): readonly Effect[] =>
    y.map((value, at) => ({ value, variance: v[at] ?? 0 }));
  const expectPool = (effects: readonly Effect[], tau2: number, pool: Pool, tolerance: number): void => {
    const found = pooledAt(effects, tau2);
    expectClose(
      [found.mean, found.standardError, found.shrinkage, found.means, found.deviations],
      [pool.mu, pool.se_mu, pool.shrink_B, pool.post_mean, pool.post_sd],
      tolerance,
      'pool',
    );
  };

  test('BCG: thirteen trials', () => {
    const effects = effectsOf(bcg);
    const found = heterogeneity(effects);
    expectClose([found.q, found.dersimonianLaird, found.pauleMandel], [bcg.Q, bcg.tau2_dl, bcg.tau2_pm], 1e-6, 'tau2');
    expectClose(found.restricted, bcg.tau2_reml, 1e-4, 'reml');
    expectPool(effects, found.dersimonianLaird, bcg.dl, 1e-6);
    expectPool(effects, found.restricted, bcg.reml, 1e-4);
  });

  test('eight schools, which differ no more than by chance', () => {
    const effects = effectsOf(schools);
    const found = heterogeneity(effects);
    expectClose(found.q, schools.Q, 1e-6);
    expect([found.dersimonianLaird, found.pauleMandel, found.restricted]).toEqual([0, 0, 0]);
    expectPool(effects, 0, schools.complete_pooling, 1e-6);
    expectPool(effects, 25, schools.with_tau2_25, 1e-6);
  });

  test('eighteen batters', () => {
    const found = jamesStein(batters.y, batters.sigma2);
    expectClose([found.factor, found.means], [batters.c, batters.james_stein], 1e-6, 'james-stein');
  });

  test('seven segments by differences', () => {
    const effects = segments.rows.map(({ effect, se }) => ({ value: effect, variance: se * se }));
    const found = heterogeneity(effects);
    expectClose(
      [found.q, found.p, found.dersimonianLaird, found.pauleMandel],
      [segments.Q, segments.heterogeneity_p, segments.tau2_dl, segments.tau2_pm],
      1e-6,
      'segments tau2',
    );
    const pooled = pooledAt(effects, found.pauleMandel);
    expectClose(
      [pooled.mean, pooled.standardError, pooled.means, pooled.deviations],
      [segments.mu, segments.se_mu, segments.rows.map((row) => row.shrunk), segments.rows.map((row) => row.post_sd)],
      1e-6,
      'segments',
    );
  });

  const effects = segments.rows.map(({ control: [x1, n1], treatment: [x2, n2] }) =>
    logOddsEffect({ control: { hits: x1, of: n1 }, treatment: { hits: x2, of: n2 } }),
  );

  test('seven segments by log-odds', () => {
    expectClose(
      effects.map(({ value }) => value),
      segments.log_odds.y,
      1e-9,
      'log odds',
    );
    expectClose(
      effects.map(({ variance }) => variance),
      segments.log_odds.v,
      1e-9,
      'log odds variance',
    );
    const { pauleMandel } = heterogeneity(effects);
    expectClose(pauleMandel, segments.log_odds.tau2_pm, 1e-6);
    expectPool(effects, pauleMandel, segments.log_odds, 1e-6);
  });

  test('seven segments over the grid, as the reference has them', () => {
    const found = poolSegments(effects);
    const [lapsed, tiny] = [found.segments[3], found.segments[5]];
    expect([tiny?.mean.toFixed(4), tiny?.chanceAbove.toFixed(3)]).toEqual(['0.1665', '0.949']);
    expect([lapsed?.mean.toFixed(4), lapsed?.chanceAbove.toFixed(4)]).toEqual(['0.1873', '0.9964']);
    expect(found.meanTau.toFixed(4)).toBe('0.0848');
  });
});
