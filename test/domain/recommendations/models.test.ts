import { describe, expect, test } from 'vitest';
import { shopDays } from '../../../examples/shop-day.js';
import { scoreCompanions, strongestCompanions } from '../../../src/domain/recommendations/companions.js';
import { evaluating } from '../../../src/domain/recommendations/evaluate.js';
import { groupsOf } from '../../../src/domain/recommendations/groups.js';
import { finished, fitItemToItem } from '../../../src/domain/recommendations/item-to-item.js';
import { popularityAmong } from '../../../src/domain/recommendations/popularity.js';

const noon = Date.UTC(2026, 10, 24, 12);
const pairs = [...Array.from({ length: 30 }, () => ['tea', 'honey']), ...Array.from({ length: 20 }, () => ['coffee', 'milk'])];

describe('what is kept of a model', () => {
  test('is what speaks for an item most, never the item itself or what speaks against it', () => {
    const companions = strongestCompanions(fitItemToItem(pairs, 1), 1);

    expect([...companions.keys()].toSorted()).toEqual(['coffee', 'honey', 'milk', 'tea']);
    expect([...(companions.get('tea')?.keys() ?? [])]).toEqual(['honey']);
    expect(scoreCompanions(companions, ['tea', 'tea', 'unknown'])).toEqual(companions.get('tea'));
  });
});

describe('held-back baskets', () => {
  test('show a model that knows what goes together, and give the same figures each time', () => {
    const mixed = Array.from({ length: 50 }, (_, index) => pairs[(index * 7) % 50] ?? []);
    const evaluate = () => finished(evaluating(mixed, { ridge: 1, most: 100 }));

    expect(evaluate()).toEqual({ tested: 50, hits: 50, popularityHits: 50, shown: 4 });
    expect(evaluate()).toEqual(evaluate());
  });

  test('of two days of a real shop: the model finds more than popularity does', () => {
    const baskets = basketsOfShop();
    const { tested, hits, popularityHits, shown } = finished(evaluating(baskets, { ridge: 200, most: 300 }));

    expect({ baskets: baskets.length, tested, hits, popularityHits, shown }).toMatchInlineSnapshot(`
      {
        "baskets": 269,
        "hits": 52,
        "popularityHits": 26,
        "shown": 188,
        "tested": 235,
      }
    `);
    expect(hits).toBeGreaterThanOrEqual(popularityHits);
  });
});

/** What was put into each cart of the two days, in the order of the carts’ ids. */
function basketsOfShop(): readonly (readonly string[])[] {
  const baskets = new Map<string, Set<string>>();
  for (const { call } of shopDays('examples/baskets').calls) {
    if (call.kind !== 'track' || call.event !== 'Product Added') continue;
    const { cart_id: cart, product_id: product } = call.properties as { readonly cart_id: string; readonly product_id: string };
    baskets.set(cart, (baskets.get(cart) ?? new Set()).add(product));
  }
  return [...baskets].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, items]) => [...items]);
}

describe('groups of a person', () => {
  test.each([
    [{ country: 'GB', locale: 'de-AT' }, ['country:gb', 'language:de']],
    [{ birthday: '1990-11-25' }, ['age:30s']],
    [{ birthday: '1986-11-24' }, ['age:40s']],
    [{ age: 17 }, ['age:under-18']],
    [{ tier: 'Gold', life_stage: 'Parent' }, ['tier:gold', 'stage:parent']],
    [{ country: 7, locale: '?', birthday: '24/11/1990', age: -3, tier: ' ' }, []],
  ])('%j', (traits, groups) => {
    expect(groupsOf(traits, noon)).toEqual(groups);
  });
});

describe('popularity', () => {
  const bought = new Map([
    ['tea', { '': 600, 'country:gb': 500 }],
    ['coffee', { '': 400, 'country:gb': 10, 'country:it': 390 }],
    ['cup', {}],
  ]);

  test('is that of all people for who is in no group', () => {
    expect(popularityAmong(bought, [])).toEqual(
      new Map([
        ['tea', 0.6],
        ['coffee', 0.4],
        ['cup', 0],
      ]),
    );
  });

  test('is that of people alike where they bought enough to tell', () => {
    const italian = popularityAmong(bought, ['country:it']);
    expect(italian.get('coffee')).toBeGreaterThan(0.9);
    expect(popularityAmong(bought, ['country:jp']).get('tea')).toBeCloseTo(0.6);
    expect(popularityAmong(new Map([['tea', {}]]), ['country:it']).size).toBe(0);
  });
});
