import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cart, CartLine } from '../../../src/domain/carts/cart.js';
import { type CartActivity, emptyFold, foldCart } from '../../../src/domain/carts/cart-fold.js';
import { totalsByCurrency } from '../../../src/domain/carts/cart-totals.js';
import { viewCart } from '../../../src/domain/carts/cart-view.js';
import type { CommerceLine } from '../../../src/domain/carts/commerce-events.js';
import { shownCart } from '../../../src/domain/carts/shown-lines.js';
import type { Comparison } from '../../../src/journey/conditions/comparison.js';
import type { ConditionFacts, Truth } from '../../../src/journey/conditions/condition.js';
import { describeCondition, evaluate } from '../../../src/journey/conditions/kind-of.js';

const noon = Date.UTC(2026, 10, 24, 12);

type Said = readonly [product: string, price: number | null, currency: string | null];

function say(kind: 'added' | 'snapshot', at: number, ...lines: readonly Said[]): CartActivity {
  const read = lines.map(
    ([productId, price, currency]): CommerceLine => ({
      productId,
      variant: '',
      quantity: 1,
      name: null,
      price,
      currency,
      imageUrl: null,
      url: null,
    }),
  );
  return { tokens: { token: 'c1', named: 'cart', aliases: [] }, change: { kind, lines: read }, at: noon + at, eventId: `e${at}` };
}

const view = (...activities: readonly CartActivity[]) => viewCart(activities.reduce(foldCart, emptyFold));
const prices = ({ lines }: { readonly lines: readonly CartLine[] }) =>
  lines.map(({ productId, price, currency }) => `${productId} ${price} ${currency}`);

describe('a cart in two currencies', () => {
  test.each([
    [
      'EUR and GBP',
      [
        ['lamp', 30, 'EUR'],
        ['mug', 25, 'GBP'],
      ],
    ],
    [
      'JPY and EUR',
      [
        ['lamp', 3200, 'JPY'],
        ['mug', 25, 'EUR'],
      ],
    ],
    [
      'three',
      [
        ['lamp', 30, 'EUR'],
        ['mug', 25, 'GBP'],
        ['pot', 40, 'USD'],
      ],
    ],
    [
      'of which one is only told last',
      [
        ['lamp', 30, 'GBP'],
        ['mug', 25, 'GBP'],
        ['pot', 4, 'KWD'],
      ],
    ],
  ] as [string, Said[]][])('%s: each line has its own, and there is no total', (_what, lines) => {
    const seen = view(say('added', 1, ...lines));
    expect(prices(seen)).toEqual(lines.map(([product, price, currency]) => `${product} ${price} ${currency}`));
    expect(seen).toMatchObject({ currency: null, value: 0 });
    expect(totalsByCurrency(seen.lines)).toHaveLength(new Set(lines.map(([, , currency]) => currency)).size);
    const shown = shownCart(seen, 'GBP');
    expect(shown.value).toBeNull();
    expect(shown.lines.map(({ currency }) => currency)).toEqual(lines.map(([, , currency]) => currency));
  });

  test.each([
    [
      'a line without a currency has that of the others',
      [
        ['lamp', 30, 'EUR'],
        ['mug', 25, null],
      ],
      'EUR',
      55,
    ],
    [
      'a line without a price changes no total',
      [
        ['lamp', 30, 'EUR'],
        ['mug', null, 'GBP'],
      ],
      'EUR',
      30,
    ],
    [
      'nobody says a currency',
      [
        ['lamp', 30, null],
        ['mug', 25, null],
      ],
      null,
      55,
    ],
    [
      'one',
      [
        ['lamp', 30, 'EUR'],
        ['mug', 0.1, 'EUR'],
      ],
      'EUR',
      30.1,
    ],
  ] as [string, Said[], string | null, number][])('%s', (_what, lines, currency, value) => {
    expect(view(say('added', 1, ...lines))).toMatchObject({ currency, value });
    expect(shownCart(view(say('added', 1, ...lines)), 'GBP').value).toBe(value);
  });

  test.each([
    [
      'yen, then a view in euro without prices',
      [say('added', 1, ['lamp', 3200, 'JPY']), say('snapshot', 2, ['lamp', null, 'EUR'])],
      ['lamp 0 EUR'],
    ],
    ['the same the other way round', [say('snapshot', 2, ['lamp', null, 'EUR']), say('added', 1, ['lamp', 3200, 'JPY'])], ['lamp 0 EUR']],
    [
      'then a price in euro',
      [say('added', 1, ['lamp', 3200, 'JPY']), say('snapshot', 2, ['lamp', null, 'EUR']), say('snapshot', 3, ['lamp', 20, 'EUR'])],
      ['lamp 20 EUR'],
    ],
    [
      'back to yen',
      [say('added', 1, ['lamp', 3200, 'JPY']), say('snapshot', 2, ['lamp', null, 'EUR']), say('snapshot', 3, ['lamp', null, 'JPY'])],
      ['lamp 3200 JPY'],
    ],
    [
      'a view that names no currency',
      [say('added', 1, ['lamp', 3200, 'JPY']), say('snapshot', 2, ['lamp', null, null])],
      ['lamp 3200 JPY'],
    ],
    [
      'a price without a currency has the one that is told later',
      [say('added', 1, ['lamp', 32, null]), say('snapshot', 2, ['lamp', null, 'EUR'])],
      ['lamp 32 EUR'],
    ],
    ['a new price in another currency', [say('added', 1, ['lamp', 3200, 'JPY']), say('added', 2, ['lamp', 20, 'EUR'])], ['lamp 20 EUR']],
  ])('%s', (_what, activities, expected) => {
    expect(prices(view(...activities))).toEqual(expected);
  });

  test('is the same in whatever order its events come', () => {
    const said = fc.tuple(
      fc.constantFrom('lamp', 'mug'),
      fc.option(fc.integer({ min: 1, max: 99 })),
      fc.option(fc.constantFrom('EUR', 'GBP', 'JPY')),
    );
    fc.assert(
      fc.property(fc.array(said, { minLength: 2, maxLength: 6 }), fc.integer(), (events, seed) => {
        const activities = events.map((one, at) => say('added', at, one));
        const mixed = activities.toSorted((a, b) => ((a.at * (seed | 1)) % 7) - ((b.at * (seed | 1)) % 7));
        expect(view(...mixed)).toEqual(view(...activities));
      }),
    );
  });
});

describe('a condition on an amount', () => {
  const cartOf = (...lines: readonly Said[]): ConditionFacts => {
    const seen = view(say('added', 1, ...lines));
    const cart = { ...seen, id: 'cart', profileId: 'p', state: 'open' } as unknown as Cart;
    return {
      at: noon,
      profile: { identified: true, traits: {} },
      cart,
      consents: [],
      topics: { version: 0, topics: [] },
      known: {},
      event: {},
      messages: {},
    };
  };
  const both = cartOf(['lamp', 30, 'EUR'], ['mug', 25, 'GBP']);
  const yen = cartOf(['lamp', 3200, 'JPY']);

  test.each([
    [both, 'at_least', 20, undefined, 'true'],
    [both, 'at_least', 30, undefined, 'true'],
    [both, 'at_least', 40, undefined, 'unknown'],
    [both, 'less_than', 20, undefined, 'false'],
    [both, 'less_than', 40, undefined, 'unknown'],
    [both, 'at_most', 60, undefined, 'unknown'],
    [both, 'is', 55, undefined, 'unknown'],
    [both, 'at_least', 20, 'GBP', 'true'],
    [both, 'at_least', 28, 'GBP', 'false'],
    [both, 'at_least', 28, 'EUR', 'true'],
    [both, 'at_least', 1, 'USD', 'unknown'],
    [yen, 'at_least', 20, undefined, 'true'],
    [yen, 'at_least', 20, 'GBP', 'unknown'],
    [yen, 'at_least', 3000, 'JPY', 'true'],
    [cartOf(), 'less_than', 20, 'GBP', 'true'],
  ] as [ConditionFacts, 'at_least' | 'less_than', number, string | undefined, Truth][])(
    '%# %s %s %s is %s',
    (facts, op, value, currency, truth) => {
      const comparison = { op, value } as Comparison;
      expect(evaluate({ kind: 'cart', field: 'value', comparison, ...(currency === undefined ? {} : { currency }) }, facts)).toBe(truth);
    },
  );

  test.each([
    [{ total: 60, currency: 'GBP' }, 'true'],
    [{ total: '60.00', currency: 'GBP' }, 'true'],
    [{ total: 60, currency: 'JPY' }, 'unknown'],
    [{ total: 60 }, 'unknown'],
    [{ total: 60, currency: 'EUR', cart_currency: 'GBP' }, 'true'],
  ] as [Record<string, unknown>, Truth][])('of an event in a named currency: %j is %s', (event, truth) => {
    expect(
      evaluate({ kind: 'event_property', path: 'total', comparison: { op: 'at_least', value: 50 }, currency: 'GBP' }, { ...both, event }),
    ).toBe(truth);
  });

  test('says its currency', () => {
    expect(describeCondition({ kind: 'cart', field: 'value', comparison: { op: 'at_least', value: 20 }, currency: 'GBP' }, true)).toBe(
      "the cart's value is at least 20 GBP",
    );
  });
});
