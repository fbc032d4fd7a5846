import { describe, expect, test } from 'vitest';
import { fineHash, fnv1a32, murmur3, unitHash } from '../../../src/domain/experiments/hash.js';
import { armAt, type Range, rangesOf } from '../../../src/domain/experiments/ranges.js';
import vectors from '../../vectors/hashing.json' with { type: 'json' };

test.each(vectors.fnv1a32_published)('FNV-1a of "$input"', ({ input, hex }) => {
  expect(fnv1a32(input).toString(16)).toBe(hex);
});

test.each(vectors.murmur3_x86_32_published)('MurmurHash3 of $bytes_hex with seed $seed', ({ bytes_hex: bytes, seed, hash }) => {
  expect(
    murmur3(Uint8Array.from(Buffer.from(bytes, 'hex')), seed)
      .toString(16)
      .padStart(8, '0'),
  ).toBe(hash);
});

test.each(vectors.growthbook_public.filter(({ version }) => version === 2))('GrowthBook: "$seed" and "$value"', ({ seed, value, n }) => {
  expect(unitHash(seed, value)).toBe(n);
});

test.each(vectors.own)('$seed and $unit', (row) => {
  expect(fnv1a32(row.seed + row.unit)).toBe(row.fnv32a_utf16_inner);
  expect(unitHash(row.seed, row.unit)).toBe(row.v2);
  expect(murmur3(new TextEncoder().encode(row.seed + row.unit), 0)).toBe(row.murmur3_utf8_seed0);
  expect(fineHash(row.seed, row.unit)).toBeCloseTo(row.murmur3_unit_interval, 11);
});

describe('stretches', () => {
  test.each(vectors.weights_ranges.filter((row) => row.why === undefined))(
    '$weights at a coverage of $coverage',
    ({ weights, coverage, ranges }) => {
      const found = rangesOf(weights, coverage);
      expect(found.kind).toBe('ranges');
      if (found.kind !== 'ranges') return;
      found.ranges.forEach(([from, to], at) => {
        expect(from).toBeCloseTo(ranges[at]?.[0] ?? -1, 12);
        expect(to).toBeCloseTo(ranges[at]?.[1] ?? -1, 12);
      });
    },
  );

  test('weights that do not sum to 1 are refused, and never made equal', () => {
    const [wrong] = vectors.weights_ranges.filter((row) => row.why !== undefined);
    expect(rangesOf(wrong?.weights ?? [])).toEqual({ kind: 'refused', sum: 0.7 + 0.6 });
    expect(rangesOf([]).kind).toBe('refused');
    expect(rangesOf([1.2, -0.2]).kind).toBe('refused');
    expect(rangesOf([Number.NaN, 1]).kind).toBe('refused');
  });

  test('thirds that were rounded leave nobody out', () => {
    expect(armAt(0.9999, rangesIn([0.33, 0.33, 0.33]))).toBe(2);
  });

  test('more coverage moves nobody to another arm', () => {
    const [some, all] = [rangesIn([0.2, 0.3, 0.5], 0.2), rangesIn([0.2, 0.3, 0.5], 1)];
    for (let hash = 0; hash < 1; hash += 0.001) {
      const before = armAt(hash, some);
      if (before !== null) expect(armAt(hash, all)).toBe(before);
    }
    expect(rangesIn([0.5, 0.5], 7)).toEqual(rangesIn([0.5, 0.5], 1));
    expect(armAt(0.3, rangesIn([0.5, 0.5], -1))).toBeNull();
  });
});

describe('a hundred thousand people', () => {
  const { assignment, independence } = vectors;
  const units = Array.from({ length: 100_000 }, (_, at) => `prof_${String(at).padStart(6, '0')}`);
  const ranges = rangesIn(assignment.weights);

  test.each(assignment.rows)('$unit', ({ unit, v2, variation }) => {
    expect(unitHash(assignment.seed, unit)).toBe(v2);
    expect(armAt(v2, ranges)).toBe(variation);
  });

  test('come to the arms as expected, and to the holdout', () => {
    const counts = [0, 0, 0];
    for (const unit of units) {
      const arm = armAt(unitHash(assignment.seed, unit), ranges) ?? -1;
      counts[arm] = (counts[arm] ?? 0) + 1;
    }
    expect(counts).toEqual(assignment.counts_over_100000_units);
    expect(units.filter((unit) => unitHash('holdout:global', unit) < 0.05)).toHaveLength(assignment.holdout5pct_count);
  });

  test('two experiments do not depend on each other', () => {
    const table = [
      [0, 0],
      [0, 0],
    ];
    for (const unit of units) {
      const [one, other] = independence.seeds.map((seed) => (unitHash(seed, unit) < 0.5 ? 0 : 1));
      const row = table[one ?? 0] ?? [];
      row[other ?? 0] = (row[other ?? 0] ?? 0) + 1;
    }
    expect(table).toEqual(independence.table_v2);
  });
});

function rangesIn(weights: readonly number[], coverage = 1): readonly Range[] {
  const found = rangesOf(weights, coverage);
  return found.kind === 'ranges' ? found.ranges : [];
}
