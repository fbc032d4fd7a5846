import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type CartActivity, emptyFold, foldAfterOrder, foldCart, mergeFolds } from '../../../src/domain/carts/cart-fold.js';
import { viewCart } from '../../../src/domain/carts/cart-view.js';
import { type CommerceLine, readCommerceEvent } from '../../../src/domain/carts/commerce-events.js';

const noon = Date.UTC(2026, 10, 24, 12);

function line(productId: string, more: Partial<CommerceLine> = {}): CommerceLine {
  return { productId, variant: '', quantity: 1, name: null, price: 10, currency: 'EUR', imageUrl: null, url: null, ...more };
}

function activity(
  kind: 'added' | 'removed' | 'snapshot',
  lines: readonly CommerceLine[],
  at: number,
  token: string | null = 'c1',
): CartActivity {
  const named = token === null ? 'none' : 'cart';
  return { tokens: { token, named, aliases: [] }, change: { kind, lines }, at: noon + at, eventId: `e${at}` };
}

const fold = (activities: readonly CartActivity[]) => activities.reduce(foldCart, emptyFold);
const quantities = (activities: readonly CartActivity[]) =>
  viewCart(fold(activities)).lines.map(({ productId, variant, quantity }) => `${quantity} ${productId}${variant}`);

describe('a cart', () => {
  test('sums what was added of a line, and tells lines apart by variant', () => {
    const view = viewCart(
      fold([
        activity('added', [line('mug', { quantity: 2 })], 1),
        activity('added', [line('mug', { variant: 'red', price: 12 })], 2),
        activity('added', [line('mug')], 3),
      ]),
    );

    expect(view).toMatchObject({ token: 'c1', currency: 'EUR', value: 42, updatedAt: noon + 3 });
    expect(view.lines.map(({ variant, quantity }) => [variant, quantity])).toEqual([
      ['', 3],
      ['red', 1],
    ]);
  });

  test('loses a removed line, one without a number whole, and never goes below nothing', () => {
    expect(
      quantities([activity('added', [line('mug', { quantity: 3 })], 1), activity('removed', [line('mug', { quantity: 1 })], 2)]),
    ).toEqual(['2 mug']);
    expect(
      quantities([activity('added', [line('mug', { quantity: 3 })], 1), activity('removed', [line('mug', { quantity: null })], 2)]),
    ).toEqual([]);
    const beyond = [
      activity('added', [line('mug')], 1),
      activity('removed', [line('mug', { quantity: 5 })], 2),
      activity('added', [line('mug')], 3),
    ];
    expect(quantities(beyond)).toEqual(['1 mug']);
  });

  test('is what a snapshot says, whatever is told later about before it', () => {
    const snapshot = activity('snapshot', [line('cup', { quantity: 2 })], 5);

    expect(quantities([activity('added', [line('mug')], 1), snapshot])).toEqual(['2 cup']);
    expect(quantities([snapshot, activity('added', [line('mug'), line('cup')], 1)])).toEqual(['2 cup']);
    expect(quantities([snapshot, activity('added', [line('cup')], 6)])).toEqual(['3 cup']);
    expect(quantities([snapshot, activity('snapshot', [], 7)])).toEqual([]);
  });

  test('shows the newest price and keeps a name that later events do not give', () => {
    const newer = activity('added', [line('mug', { price: 8 })], 2);
    const older = activity('added', [line('mug', { price: 10, name: 'Mug' })], 1);

    expect(viewCart(fold([newer, older])).lines).toMatchObject([{ name: 'Mug', price: 8, quantity: 2 }]);
  });

  test('shows the lines of the token where the person was last', () => {
    const view = viewCart(fold([activity('added', [line('mug'), line('cup')], 1, 'phone'), activity('added', [line('mug')], 2, 'laptop')]));

    expect(view).toMatchObject({ token: 'laptop', value: 10 });
  });

  test('has no value in two currencies', () => {
    const view = viewCart(fold([activity('added', [line('mug', { currency: 'USD' })], 1), activity('added', [line('cup')], 2)]));

    expect(view).toMatchObject({ currency: null, value: 0 });
  });

  test.each([
    [
      'a view in another currency without prices drops them',
      [
        { price: 3200, currency: 'JPY' },
        { price: null, currency: 'EUR' },
      ],
      [0, 'EUR'],
    ],
    [
      'the same view when it comes first',
      [
        { price: null, currency: 'EUR' },
        { price: 3200, currency: 'JPY' },
      ],
      [3200, 'JPY'],
    ],
    [
      'a view in the same currency keeps them',
      [
        { price: 3200, currency: 'JPY' },
        { price: null, currency: 'JPY' },
      ],
      [3200, 'JPY'],
    ],
    [
      'a view that says no currency keeps them',
      [
        { price: 3200, currency: 'JPY' },
        { price: null, currency: null },
      ],
      [3200, 'JPY'],
    ],
    [
      'a price that says no currency is of the one that is known',
      [
        { price: null, currency: 'EUR' },
        { price: 32, currency: null },
      ],
      [32, 'EUR'],
    ],
    [
      'a new price in the other currency counts',
      [
        { price: 3200, currency: 'JPY' },
        { price: 20, currency: 'EUR' },
      ],
      [20, 'EUR'],
    ],
  ] as const)('never shows a price in another currency than it was told in: %s', (_name, told, [price, currency]) => {
    const activities = told.map((more, at) => activity('snapshot', [line('mug', more)], at));
    for (const inOrder of [activities, activities.toReversed()]) expect(viewCart(fold(inOrder)).lines).toMatchObject([{ price, currency }]);
  });

  test('after an order keeps only what came after it', () => {
    const before = fold([activity('added', [line('mug')], 1), activity('added', [line('cup')], 9)]);
    const next = foldCart(foldAfterOrder(before, noon + 5), activity('added', [line('pen')], 3));

    expect(viewCart(next).lines.map(({ productId }) => productId)).toEqual(['cup']);
  });

  test('keeps its fold small, however often a line changes', () => {
    const many = fold(Array.from({ length: 3000 }, (_, index) => activity('added', [line('mug')], index)));

    expect(viewCart(many).lines).toMatchObject([{ quantity: 3000 }]);
    expect(JSON.stringify(many).length).toBeLessThan(10_000);
  });
});

describe('the order of arrival', () => {
  const lines = fc.record({
    productId: fc.constantFrom('mug', 'cup'),
    variant: fc.constantFrom('', 'red'),
    quantity: fc.option(fc.integer({ min: 1, max: 4 })),
    price: fc.option(fc.integer({ min: 1, max: 9 })),
    currency: fc.constantFrom('EUR', 'USD', null),
    name: fc.constantFrom('A', 'B', null),
    imageUrl: fc.constant(null),
    url: fc.constant(null),
  });
  const change = fc.oneof(
    fc.record({
      kind: fc.constantFrom('added' as const, 'snapshot' as const),
      lines: fc.array(
        lines.map((one) => ({ ...one, quantity: one.quantity ?? 1 })),
        { maxLength: 3 },
      ),
    }),
    fc.record({ kind: fc.constant('removed' as const), lines: fc.array(lines, { maxLength: 2 }) }),
    fc.constant({ kind: 'none' as const }),
  );
  const tokens = fc.constantFrom(
    { token: 'c1', named: 'cart' as const, aliases: [] },
    { token: 'c1', named: 'cart' as const, aliases: ['k1'] },
    { token: 'k1', named: 'checkout' as const, aliases: ['toString'] },
    { token: 'constructor', named: 'cart' as const, aliases: [] },
  );
  // Few instants, so that many events happen at the same one.
  const activities = fc
    .array(fc.record({ tokens, change, at: fc.integer({ min: 0, max: 6 }) }), { maxLength: 14 })
    .map((list) => list.map((one, index): CartActivity => ({ ...one, at: noon + one.at, eventId: `e${index}` })));
  const shuffled = activities.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));

  // What links two tokens has to have arrived for them to be one, so that the last word is the same.
  const linked = (list: readonly CartActivity[]) =>
    fold([...list, { tokens: { token: 'c1', named: 'cart', aliases: ['k1'] }, change: { kind: 'none' }, at: noon, eventId: 'link' }]);

  test('does not matter to the cart', () => {
    fc.assert(
      fc.property(shuffled, ([one, other]) => {
        expect(viewCart(linked(one))).toEqual(viewCart(linked(other)));
      }),
      { numRuns: 2000 },
    );
  });

  test('does not matter when two halves are folded apart and joined', () => {
    fc.assert(
      fc.property(shuffled, fc.nat(14), ([one, other], at) => {
        const joined = mergeFolds(linked(other.slice(0, at)), linked(other.slice(at)));
        expect(viewCart(joined)).toEqual(viewCart(linked(one)));
      }),
      { numRuns: 1000 },
    );
  });

  test('and the same event twice is one', () => {
    fc.assert(
      fc.property(activities, (list) => {
        expect(viewCart(linked([...list, ...list]))).toEqual(viewCart(linked(list)));
      }),
      { numRuns: 500 },
    );
  });

  test('survives being stored as JSON', () => {
    fc.assert(
      fc.property(activities, (list) => {
        expect(viewCart(JSON.parse(JSON.stringify(linked(list))))).toEqual(viewCart(linked(list)));
      }),
      { numRuns: 200 },
    );
  });
});

test('folds what the e-commerce events say', () => {
  const read = readCommerceEvent('Product Added', { cart_id: 'c1', sku: 'mug', price: '2.50', quantity: 2 });
  if (read.kind !== 'commerce' || read.event.kind !== 'cart') throw new Error('expected a cart event');
  expect(viewCart(foldCart(emptyFold, { tokens: read.event.tokens, change: read.event.change, at: noon, eventId: 'e' })).value).toBe(5);
});
