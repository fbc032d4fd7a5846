import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { changesOf } from '../../../src/app/catalogue/tell-subscribers.js';
import { itemSubscribed, itemUnsubscribed, type SubscriptionFact, waitsFor } from '../../../src/domain/catalogue/item-subscription.js';
import { dueAgain } from '../../../src/domain/recommendations/due-again.js';
import { day } from '../../../src/domain/time/instant.js';
import { conditionKinds } from '../../../src/journey/conditions/index.js';
import { aProduct, aVariant } from '../../support/products.js';

const noon = Date.UTC(2026, 10, 24, 12);
const yes = (at: number, properties: Record<string, unknown> = {}): SubscriptionFact => ({ name: itemSubscribed, at, properties });
const no = (at: number, properties: Record<string, unknown> = {}): SubscriptionFact => ({ name: itemUnsubscribed, at, properties });
const heard = (at: number): SubscriptionFact => ({ name: 'product.restocked', at, properties: {} });
const back = { what: 'restocked', price: 10, was: null } as const;
const cheaper = { what: 'price_dropped', price: 8, was: 10 } as const;

describe('who waits for a product', () => {
  test.each<[string, readonly SubscriptionFact[], typeof back | typeof cheaper, boolean]>([
    ['nobody who said nothing', [], back, false],
    ['who subscribed, for its return where nothing else is said', [yes(1)], back, true],
    ['who subscribed again after they heard', [yes(1), heard(2), yes(3)], back, true],
    ['nobody who has heard', [yes(1), heard(2)], back, false],
    ['nobody who took it back at the same instant', [yes(1), no(1)], back, false],
    ['nobody who took it back in words that cannot be read', [yes(1), no(2, { for: 7 })], back, false],
    ['who took back something else', [yes(1), no(2, { for: 'price' })], back, true],
    ['who waits for the price', [yes(1, { for: 'Price drop' })], cheaper, true],
    ['nobody who wants it cheaper still', [yes(1, { for: 'price', price: 7 })], cheaper, false],
    ['nobody who waits for its return only', [yes(1)], cheaper, false],
    ['nobody who waits for what cannot be read', [yes(1, { for: 'something' })], back, false],
  ])('%s', (_, facts, change, waits) => {
    expect(waitsFor(facts, change)).toBe(waits);
  });

  test('is the same in whatever order the facts are read', () => {
    const fact = fc.record({ make: fc.constantFrom(yes, no, heard), at: fc.integer({ min: 1, max: 4 }) }).map(({ make, at }) => make(at));
    fc.assert(
      fc.property(fc.array(fact, { maxLength: 6 }), fc.array(fc.nat(99), { minLength: 6, maxLength: 6 }), (facts, places) => {
        const shuffled = facts.map((one, index) => ({ one, place: places[index] ?? 0 })).sort((a, b) => a.place - b.place);
        expect(
          waitsFor(
            shuffled.map(({ one }) => one),
            back,
          ),
        ).toBe(waitsFor(facts, back));
      }),
    );
  });
});

test('a product changes for those who wait when it comes back or becomes cheaper, and is there', () => {
  const at = (price: number, stock: number | null) => aProduct({ variants: [aVariant({ price, stock })] });

  expect(changesOf(null, at(10, 1))).toEqual([]);
  expect(changesOf(at(10, 0), at(10, 1))).toEqual([{ what: 'restocked', price: 10, was: null }]);
  expect(changesOf(at(10, 1), at(8, 1))).toEqual([{ what: 'price_dropped', price: 8, was: 10 }]);
  expect(changesOf(at(10, 0), at(8, 3))).toHaveLength(2);
  expect(changesOf(at(10, 1), at(8, 0))).toEqual([]);
  expect(changesOf(at(10, 1), null)).toEqual([]);
});

describe('what runs low', () => {
  const cream = {
    productId: 'cream-50',
    family: 'cream',
    tags: ['category:cream'],
    collections: [],
    consumptionDays: 45,
    times: [{ at: noon, quantity: 1 }],
  };

  test('is due when a quarter of people would have used it up, until nine in ten have', () => {
    const [due] = dueAgain([cream], noon + day);
    const days = (at: number) => (at - noon) / day;

    expect(days(due?.first ?? 0)).toBeCloseTo(31.44, 1);
    expect(days(due?.until ?? 0)).toBeGreaterThan(80);
    expect(dueAgain([cream], noon - 1)).toEqual([]);
  });

  test('counts by family, from the last purchase, and learns from the gaps', () => {
    const large = { ...cream, productId: 'cream-200', consumptionDays: 180, times: [{ at: noon + 30 * day, quantity: 1 }] };
    const [due, ...others] = dueAgain([cream, large], noon + 31 * day);

    expect(others).toEqual([]);
    expect(due?.products.map(({ productId }) => productId)).toEqual(['cream-200']);
    expect(((due?.first ?? 0) - large.times[0]!.at) / day).toBeLessThan(126);
  });

  test('is a condition that changes at the very instant', () => {
    const kind = conditionKinds.runs_low;
    const condition = kind.compile(kind.yaml({} as never).parse({ tags: { any_of: ['category:cream'] } }), {} as never);
    const facts = (at: number) => ({ at, known: { lasting: [cream] } }) as never;
    const judge = (at: number) => kind.evaluate(condition, facts(at), () => 'unknown');
    const first = kind.changesAt(condition, facts(noon)) ?? 0;

    expect([judge(first - 1), judge(first)]).toEqual(['false', 'true']);
    const until = kind.changesAt(condition, facts(first)) ?? 0;
    expect([judge(until - 1), judge(until)]).toEqual(['true', 'false']);
    expect(kind.changesAt(condition, facts(until))).toBeNull();
    expect(kind.describe(condition, true, () => '')).toBe('one of the tags category:cream that the person bought is due again');
  });
});
