import { describe, expect, test } from 'vitest';
import { carryOn, mixtureTest, type RunningSequence, readSequence, rhoOf, widthRatio } from '../../src/statistics/confidence-sequence.js';
import { boundaries, classicBoundaries, crossingChances, obrienFlemingSpending } from '../../src/statistics/group-sequential.js';
import { criticalZ } from '../../src/statistics/special.js';
import { expectClose, vectorsOf } from './close.js';

type Two = readonly [number, number];

describe('confidence sequences', () => {
  interface Row {
    readonly name: string;
    readonly estimate: number;
    readonly se: number;
    readonly n: number;
    readonly alpha: number;
    readonly nstar: number;
    readonly rho: number;
    readonly ci: Two;
    readonly log_e: number;
    readonly p: number;
    readonly ratio_to_fixed: number;
  }
  interface Mixture {
    readonly name: string;
    readonly estimate: number;
    readonly se: number;
    readonly tau2: number;
    readonly log_lambda: number;
    readonly p: number;
    readonly ci: Two;
    readonly reject: boolean;
  }
  const vectors = vectorsOf<{
    asymptotic_cs: readonly Row[];
    width_ratio_vs_fixed: readonly { n_over_nstar: number; ratio: number }[];
    msprt: readonly Mixture[];
  }>('sequential');

  test.each(vectors.asymptotic_cs)('$name', ({ estimate, se, n, alpha, nstar, ...row }) => {
    const plan = { alpha, plannedPeople: nstar };
    const found = readSequence({ value: estimate, standardError: se }, n, plan);
    expectClose(rhoOf(plan), row.rho, 1e-9, 'rho');
    expectClose(found.interval, row.ci, 1e-6, 'interval');
    expectClose(found.lnE, row.log_e, 1e-6, 'ln e');
    expectClose(found.p, row.p, 1e-6, 'p');
    expectClose((found.interval[1] - estimate) / (criticalZ(alpha) * se), row.ratio_to_fixed, 1e-6, 'ratio');
  });

  test.each(vectors.width_ratio_vs_fixed)('is $ratio times as wide at $n_over_nstar of the plan', ({ n_over_nstar: share, ratio }) => {
    expectClose(widthRatio(share, 0.05, criticalZ(0.05)), ratio, 1e-6);
  });

  test.each(vectors.msprt)('mixture: $name', ({ estimate, se, tau2, ...row }) => {
    const found = mixtureTest({ value: estimate, standardError: se }, Math.sqrt(tau2), 0.05);
    expectClose([found.lnE, found.p, found.interval], [row.log_lambda, row.p, row.ci], 1e-6, 'mixture');
    expect(found.p < 0.05).toBe(row.reject);
  });

  test('is the mixture test with τ² = ρ² · se² · n', () => {
    const plan = { alpha: 0.01, plannedPeople: 12_000 };
    const estimate = { value: 0.7, standardError: 0.2 };
    const mixture = mixtureTest(estimate, rhoOf(plan) * estimate.standardError * Math.sqrt(5_000), plan.alpha);
    const sequence = readSequence(estimate, 5_000, plan);
    expectClose([sequence.lnE, sequence.interval], [mixture.lnE, mixture.interval], 1e-12);
  });

  test('leaves 0 when p reaches α, and not before', () => {
    const plan = { alpha: 0.05, plannedPeople: 20_000 };
    const at = (value: number): boolean => {
      const { interval, p } = readSequence({ value, standardError: 1 }, 9_000, plan);
      expect(interval[0] > 0).toBe(p < 0.05);
      return p < 0.05;
    };
    expect([2.5, 2.9, 3, 3.1, 3.2, 3.3, 3.5, 4].map(at)).toContain(true);
  });

  test('keeps the smallest p and what all intervals share, and says when they share nothing', () => {
    const plan = { alpha: 0.05, plannedPeople: 10_000 };
    const readings = [2, 3, 1].map((value, at) => readSequence({ value, standardError: 0.5 }, 2_000 * (at + 1), plan));
    const running = readings.reduce<RunningSequence | null>(carryOn, null);
    expect(running?.p).toBe(Math.min(...readings.map(({ p }) => p)));
    expect(running?.interval).toEqual([
      Math.max(...readings.map(({ interval }) => interval[0])),
      Math.min(...readings.map(({ interval }) => interval[1])),
    ]);
    expect(running?.hasDrifted).toBe(false);
    const far = readSequence({ value: -9, standardError: 0.5 }, 8_000, plan);
    expect(carryOn(running, far).hasDrifted).toBe(true);
  });
});

describe('planned looks', () => {
  const vectors = vectorsOf<{
    classic: readonly { K: number; obf_C: number; obf_boundaries: readonly number[]; pocock_C: number }[];
    lan_demets: readonly { alpha?: number; info: readonly number[]; spent: readonly number[]; z: readonly number[] }[];
    power: readonly { lift: number; fixed: number; lan_demets_4_weekly_looks: number; mean_stop_day: number }[];
  }>('group_sequential');

  test.each(vectors.classic)('$K looks of the classic forms', ({ K, obf_boundaries: obf, pocock_C: pocock }) => {
    expectClose(
      classicBoundaries(K, 0.05, (look) => Math.sqrt(K / look)),
      obf,
      1e-4,
      'obf',
    );
    expectClose(
      classicBoundaries(K, 0.05, () => 1),
      Array.from({ length: K }, () => pocock),
      1e-4,
      'pocock',
    );
  });

  test.each(vectors.lan_demets)('spending at $info', ({ alpha = 0.05, info, spent, z }) => {
    const found = boundaries(info, alpha);
    expectClose(
      found.map((look) => look.spent),
      spent,
      1e-4,
      'spent',
    );
    expectClose(
      found.map((look) => look.z),
      z,
      1e-4,
      'lan-demets',
    );
  });

  test.each(vectors.power)('power at a lift of $lift', ({ lift, fixed, lan_demets_4_weekly_looks: power, mean_stop_day: day }) => {
    const [p1, p2, people] = [0.05, 0.05 * (1 + lift), 14_000];
    const middle = (p1 + p2) / 2;
    const drift = ((p2 - p1) * Math.sqrt(people)) / Math.sqrt(2 * middle * (1 - middle));
    const info = [0.25, 0.5, 0.75, 1];
    const chances = crossingChances(
      info,
      boundaries(info, 0.05).map(({ z }) => z),
      drift,
    );
    const sum = chances.reduce((all, chance) => all + chance, 0);
    expectClose(sum, power, 0.01, 'power');
    expectClose(crossingChances([1], [criticalZ(0.05)], drift)[0], fixed, 0.01, 'fixed');
    const meanDay = chances.reduce((all, chance, at) => all + chance * 7 * (at + 1), 28 * (1 - sum));
    expectClose(meanDay, day, 0.01, 'day');
  });

  test('spend what they may and no more, at whatever shares of the people', () => {
    for (const info of [[0.1, 0.2, 0.7, 1], [0.9, 1], [0.24, 0.26, 0.61, 0.99], Array.from({ length: 28 }, (_, at) => (at + 1) / 28)]) {
      const looks = boundaries(info, 0.04, { isLast: true });
      const spent = crossingChances(
        info,
        looks.map(({ z }) => z),
        0,
      ).reduce((all, chance) => all + chance, 0);
      expectClose(spent, 0.04, 1e-6, `spent at ${info.length} looks`);
    }
  });

  test('a later look changes no earlier boundary', () => {
    const three = boundaries([0.2, 0.4, 0.6], 0.05);
    expect(boundaries([0.2, 0.4, 0.6, 1], 0.05).slice(0, 3)).toEqual(three);
  });

  test('the last look has what is left, where fewer people came than planned, and where more came', () => {
    const [few] = boundaries([0.25, 0.5, 0.8], 0.05, { isLast: true }).slice(-1);
    expect([few?.spent, (few?.z ?? 9) < (boundaries([0.25, 0.5, 0.8], 0.05).at(-1)?.z ?? 0)]).toEqual([0.05, true]);
    const more = boundaries([0.25, 0.5, 1.3], 0.05);
    expect(more.at(-1)?.spent).toBe(0.05);
    const spent = crossingChances(
      [0.25, 0.5, 1.3],
      more.map(({ z }) => z),
      0,
    ).reduce((all, chance) => all + chance, 0);
    expectClose(spent, 0.05, 1e-6);
  });

  test('a look with next to no information cannot decide', () => {
    expect(boundaries([0.001, 1], 0.05)[0]?.z).toBe(Number.POSITIVE_INFINITY);
    expect(obrienFlemingSpending(0.001, 0.05)).toBeLessThan(1e-300);
  });
});
