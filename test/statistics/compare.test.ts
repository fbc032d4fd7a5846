import { describe, expect, test } from 'vitest';
import { type Counts, type Sums, sumsOf, sumsOfCounts, together, varianceOf } from '../../src/statistics/sums.js';
import { fisherTwoSided, hasSmallCell, twoProportions } from '../../src/statistics/two-proportions.js';
import { welch } from '../../src/statistics/welch.js';
import { expectClose, vectorsOf } from './close.js';

type Two = readonly [number, number];

describe('two proportions', () => {
  interface Row {
    readonly control: Two;
    readonly treatment: Two;
    readonly p1: number;
    readonly p2: number;
    readonly diff: number;
    readonly z_pooled: number;
    readonly p_two_sided: number;
    readonly ci_wald: Two;
    readonly ci_newcombe: Two;
    readonly rel_lift?: number;
    readonly rel_se_delta?: number;
    readonly rel_ci_delta?: Two;
    readonly log_rr_ci?: Two;
    readonly fisher_p: number;
  }
  const { vectors } = vectorsOf<{ vectors: readonly Row[] }>('two_proportion');

  test.each(vectors)('$control against $treatment', (row) => {
    const arms = { control: counts(row.control), treatment: counts(row.treatment) };
    const found = twoProportions(arms);
    expectClose([found?.control, found?.treatment, found?.difference], [row.p1, row.p2, row.diff], 1e-9, 'rates');
    expectClose(found?.z, row.z_pooled, 1e-9, 'z');
    expectClose(found?.p, row.p_two_sided, 1e-9, 'p');
    expectClose(found?.wald, row.ci_wald, 1e-9, 'wald');
    expectClose(found?.newcombe, row.ci_newcombe, 1e-9, 'newcombe');
    expectClose(found?.lift?.value, row.rel_lift, 1e-9, 'lift');
    expectClose(found?.lift?.standardError, row.rel_se_delta, 1e-9, 'lift error');
    expectClose(found?.lift?.deltaInterval, row.rel_ci_delta, 1e-9, 'lift by delta');
    expectClose(found?.lift?.logInterval, row.log_rr_ci, 1e-9, 'lift by log');
    expectClose(fisherTwoSided(arms), row.fisher_p, 1e-9, 'fisher');
  });

  test('the e-mail test of Hillstrom: z within 0.001 of what is known', () => {
    const none = { hits: 122, of: 21_306 };
    expectClose(twoProportions({ control: none, treatment: { hits: 189, of: 21_387 } })?.z, 3.7796, 1e-4);
    expectClose(twoProportions({ control: none, treatment: { hits: 267, of: 21_307 } })?.z, 7.3851, 1e-4);
  });

  test('says when z is not to be trusted', () => {
    expect(hasSmallCell({ control: { hits: 0, of: 200 }, treatment: { hits: 5, of: 200 } })).toBe(true);
    expect(hasSmallCell({ control: { hits: 5, of: 83 }, treatment: { hits: 12, of: 99 } })).toBe(false);
    expect(hasSmallCell({ control: { hits: 199, of: 200 }, treatment: { hits: 196, of: 200 } })).toBe(true);
  });

  test('nobody in an arm is no result, nobody who acts is no z and no lift', () => {
    expect(twoProportions({ control: { hits: 0, of: 0 }, treatment: { hits: 1, of: 2 } })).toBeNull();
    const nobody = twoProportions({ control: { hits: 0, of: 20 }, treatment: { hits: 0, of: 20 } });
    expect([nobody?.difference, nobody?.z, nobody?.p, nobody?.lift]).toEqual([0, null, null, null]);
    expect(twoProportions({ control: { hits: 3, of: 20 }, treatment: { hits: 0, of: 20 } })?.lift?.logInterval).toBeNull();
  });
});

describe('means', () => {
  interface Arm {
    readonly n: number;
    readonly sum: number;
    readonly sumsq: number;
  }
  interface Row {
    readonly control: Arm;
    readonly treatment: Arm;
    readonly [name: string]: unknown;
  }
  const { vectors } = vectorsOf<{ vectors: readonly Row[] }>('welch');
  const sums = ({ n, sum, sumsq }: Arm): Sums => ({ n, sum, sumSquares: sumsq });

  test.each(vectors)('$control against $treatment', (row) => {
    const found = welch({ control: sums(row.control), treatment: sums(row.treatment) });
    const { relative } = found ?? {};
    expectClose(
      [
        found?.control,
        found?.treatment,
        found?.difference,
        found?.standardError,
        found?.t,
        found?.degreesOfFreedom,
        found?.p,
        found?.interval,
      ],
      [row['mean1'], row['mean2'], row['diff'], row['se'], row['t'], row['df'], row['p'], row['ci']],
      1e-9,
      'welch',
    );
    expectClose(
      [relative?.value, relative?.standardError, relative?.p, relative?.interval],
      [row['rel'], row['rel_se'], row['rel_p'], row['rel_ci']],
      1e-9,
      'welch relative',
    );
  });

  test('sums of raw values are those of the vector', () => {
    const row = vectors[1];
    expectClose(sumsOf(row?.['raw_control'] as readonly number[]), sums(row?.control as Arm), 1e-12);
    expect(varianceOf(sumsOf([7, 7, 7]))).toBe(0);
    expect(together(sumsOf([1, 2]), sumsOf([3]))).toEqual(sumsOf([1, 2, 3]));
    expect(sumsOfCounts({ hits: 3, of: 10 })).toEqual(sumsOf([1, 1, 1, 0, 0, 0, 0, 0, 0, 0]));
  });

  test('small values behind a large one keep their cents', () => {
    const values = [1e12, ...Array.from({ length: 1_000 }, () => 0.01), -1e12];
    expectClose(sumsOf(values).sum, 10, 1e-12);
  });

  test('without two people, or without any difference between them, there is no result', () => {
    const some = sumsOf([1, 2, 3]);
    expect(welch({ control: sumsOf([1]), treatment: some })).toBeNull();
    expect(welch({ control: sumsOf([2, 2]), treatment: sumsOf([3, 3]) })).toBeNull();
    expect(welch({ control: sumsOf([-1, 1]), treatment: some })?.relative).toBeNull();
  });
});

function counts([hits, of]: Two): Counts {
  return { hits, of };
}
