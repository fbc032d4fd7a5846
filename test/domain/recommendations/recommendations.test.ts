import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pickDiverse } from '../../../src/domain/recommendations/diversity.js';
import { fitItemToItem, scoreItems } from '../../../src/domain/recommendations/item-to-item.js';
import { lastingOf, reminderWindow } from '../../../src/domain/recommendations/replenishment.js';
import { tasteOf } from '../../../src/domain/recommendations/tags.js';
import { day } from '../../../src/domain/time/instant.js';

const noon = Date.UTC(2026, 10, 24, 12);

describe('what a person likes', () => {
  test('what they declared fades in half a year, what they bought in a quarter, what they looked at in weeks', () => {
    const signals = [
      { kind: 'declared', tag: 'skin:dry', at: noon - 180 * day },
      { kind: 'bought', tag: 'category:serum', at: noon - 90 * day },
      { kind: 'browsed', tag: 'brand:x', at: noon - 14 * day },
    ] as const;

    expect(tasteOf(signals, noon)).toEqual({ 'skin:dry': 1.5, 'category:serum': 1, 'brand:x': 0.25 });
  });

  test('what they declared beats what their purchases say of the same thing', () => {
    const signals = [
      { kind: 'bought', tag: 'skin:oily', at: noon },
      { kind: 'bought', tag: 'category:gel', at: noon },
      { kind: 'declared', tag: 'skin:dry', at: noon },
    ] as const;

    expect(tasteOf(signals, noon)).toEqual({ 'skin:dry': 3, 'category:gel': 2 });
  });
});

describe('what is bought with what', () => {
  const baskets = [...Array.from({ length: 60 }, () => ['tea', 'honey']), ...Array.from({ length: 60 }, () => ['coffee', 'milk']), ['tea']];
  const model = fitItemToItem(baskets, 1);

  test('who has tea is shown honey before milk', () => {
    const scores = scoreItems(model, ['tea']);

    expect(scores.get('honey')).toBeGreaterThan(0.5);
    expect(Math.abs(scores.get('milk') ?? 1)).toBeLessThan(0.01);
  });

  test('what the model does not know says nothing, and no item speaks for itself', () => {
    expect([...scoreItems(model, ['unknown']).values()]).toEqual([0, 0, 0, 0]);
    expect(scoreItems(model, ['tea']).get('tea')).toBe(0);
    expect(fitItemToItem([]).items).toEqual([]);
  });

  test('solves the ridge regression of each item on all the others', () => {
    const items = ['a', 'b', 'c', 'd'];
    const arbitrary = fc.array(fc.subarray(items, { minLength: 1 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(arbitrary, fc.double({ min: 0.5, max: 50, noNaN: true }), (some, ridge) => {
        const fitted = fitItemToItem(some, ridge);
        // At the optimum, for j ≠ k: Σ_i x_ik (x_ij − Σ_l x_il B_lj) = λ B_kj.
        for (const j of fitted.items)
          for (const k of fitted.items) {
            if (j === k) continue;
            const weight = (from: string) => scoreItems(fitted, [from]).get(j) ?? 0;
            const gap = some.reduce((sum, basket) => {
              if (!basket.includes(k)) return sum;
              return sum + (basket.includes(j) ? 1 : 0) - basket.reduce((all, from) => all + (from === j ? 0 : weight(from)), 0);
            }, 0);
            expect(Math.abs(gap - ridge * weight(k))).toBeLessThan(1e-8);
          }
      }),
    );
  });
});

describe('a choice of items', () => {
  const item = (itemId: string, relevance: number, category: string) => ({ itemId, relevance, category, tags: { [category]: 1 } });

  test('has at most so many of a category, while others are left', () => {
    const items = [item('a', 0.9, 'cream'), item('b', 0.8, 'cream'), item('c', 0.7, 'cream'), item('d', 0.1, 'mask')];
    const picked = (count: number) => pickDiverse(items, { count, lambda: 1, perCategory: 2 }).map(({ itemId }) => itemId);

    expect(picked(3)).toEqual(['a', 'b', 'd']);
    expect(picked(9)).toEqual(['a', 'b', 'd', 'c']);
  });
});

test('a reminder comes when a quarter of people would have used it up, once more, and then no longer', () => {
  const { first, again, until } = reminderWindow(noon, lastingOf([], { medianDays: 45 }));

  expect((first - noon) / day).toBeCloseTo(31.44, 1);
  expect(again).toBeGreaterThan(noon + 45 * day);
  expect(until).toBeGreaterThan(again);
  expect(lastingOf([0, -3], { medianDays: 45 })).toEqual(lastingOf([], { medianDays: 45 }));
});
