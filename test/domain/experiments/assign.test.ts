import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Drawing, drawArm, isKeptBack } from '../../../src/domain/experiments/assign.js';
import { sampleRatio } from '../../../src/statistics/sample-ratio.js';

const vectors = JSON.parse(readFileSync('test/vectors/hashing.json', 'utf8')) as {
  readonly assignment: {
    readonly seed: string;
    readonly weights: readonly number[];
    readonly rows: readonly { readonly unit: string; readonly variation: number }[];
    readonly counts_over_100000_units: readonly number[];
    readonly holdout5pct_count: number;
  };
};
const { assignment } = vectors;
const drawing: Drawing = {
  seed: assignment.seed.replace('exp:', ''),
  arms: assignment.weights.map((weight, place) => ({ id: String(place), weight })),
  coverage: 1,
  namespace: null,
};
const units = Array.from({ length: 100_000 }, (_, n) => `prof_${String(n).padStart(6, '0')}`);
const armOf = (of: Drawing, unit: string): string | null => {
  const drawn = drawArm(of, unit);
  return drawn.kind === 'arm' ? drawn.arm : null;
};

test('people get the arms of the vectors, one by one and counted', () => {
  for (const { unit, variation } of assignment.rows) expect(armOf(drawing, unit)).toBe(String(variation));
  const counts = drawing.arms.map(({ id }) => units.filter((unit) => armOf(drawing, unit) === id).length);
  expect(counts).toEqual(assignment.counts_over_100000_units);
  expect(units.filter((unit) => isKeptBack('global', 0.05, unit))).toHaveLength(assignment.holdout5pct_count);
});

test.each([[[0.5, 0.5]], [[0.1, 0.3, 0.3, 0.3]], [[0.02, 0.98]], [[0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125]]])(
  '100,000 ids come to arms of %j in their shares: chi-square p above 0.001',
  (weights) => {
    const arms = weights.map((weight, place) => ({ id: String(place), weight }));
    const counts = weights.map(() => 0);
    for (const unit of units) counts[Number(armOf({ ...drawing, seed: 'shares', arms }, unit))]! += 1;
    const ratio = sampleRatio(counts, weights);
    expect(ratio.kind === 'tested' ? ratio.p : 0).toBeGreaterThan(0.001);
  },
);

test('more coverage moves nobody to another arm', () => {
  const coverages = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }));
  fc.assert(
    fc.property(coverages, fc.uuid(), ([one, other], unit) => {
      const [less, more] = [Math.min(one, other), Math.max(one, other)];
      const before = armOf({ ...drawing, coverage: less }, unit);
      if (before !== null) expect(armOf({ ...drawing, coverage: more }, unit)).toBe(before);
    }),
  );
});

test('parts of a namespace have different people, and together all of them', () => {
  const part = (from: number, to: number): Drawing => ({ ...drawing, namespace: { name: 'offers', from, to } });
  fc.assert(
    fc.property(fc.uuid(), fc.integer({ min: 1, max: 99 }), (unit, cut) => {
      const [low, high] = [drawArm(part(0, cut / 100), unit), drawArm(part(cut / 100, 1), unit)];
      expect([low.kind, high.kind].toSorted()).toEqual(['arm', 'outside']);
    }),
  );
});

test('two experiments do not depend on each other', () => {
  const half = (seed: string): Drawing => ({
    ...drawing,
    seed,
    arms: [
      { id: '0', weight: 0.5 },
      { id: '1', weight: 0.5 },
    ],
  });
  const cells = [0, 0, 0, 0];
  for (const unit of units) cells[Number(armOf(half('A'), unit)) * 2 + Number(armOf(half('B'), unit))]! += 1;
  const ratio = sampleRatio(cells, [1, 1, 1, 1]);
  expect(ratio.kind === 'tested' ? ratio.p : 0).toBeGreaterThan(0.001);
});

test('weights that do not make 1 draw nobody', () => {
  expect(() =>
    drawArm(
      {
        ...drawing,
        arms: [
          { id: 'a', weight: 0.7 },
          { id: 'b', weight: 0.6 },
        ],
      },
      'prof_1',
    ),
  ).toThrow('sum to 1.29');
});
