import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { KnownOrder } from '../../../src/domain/orders/known-order.js';
import { day, hour, type Instant } from '../../../src/domain/time/instant.js';
import { compileCondition, conditionSource } from '../../../src/journey/condition-source.js';
import type { ConditionFacts } from '../../../src/journey/conditions/condition.js';
import { changesAt, describeCondition, evaluate } from '../../../src/journey/conditions/kind-of.js';

const now = Date.UTC(2026, 11, 1, 10);

function order(orderId: string, daysAgo: number, more: Partial<KnownOrder> = {}): KnownOrder {
  const paidAt = now - daysAgo * day;
  const amounts = { total: 50, net: 50, currency: 'EUR', margin: null, codes: [] };
  const delivery = { shippedAt: null, promisedAt: null, deliveredAt: null, hasException: false, hasOpenReturn: false };
  return { orderId, status: 'paid', qualifies: true, orderedAt: paidAt, paidAt, ...amounts, ...delivery, lines: [], ...more };
}

const line = (productId: string, tags: readonly string[] = []) => ({ productId, quantity: 1, tags, collections: tags });

function facts(own: readonly KnownOrder[], about: KnownOrder | null = null, at: Instant = now): ConditionFacts {
  const profile = { identified: true, traits: {} };
  return {
    at,
    profile,
    cart: null,
    consents: [],
    topics: { version: 0, topics: [] },
    known: { orders: { own, about } },
    event: {},
    messages: {},
  };
}

const condition = (source: object) => compileCondition(conditionSource.parse(source), [], () => {});
const judge = (source: object, ...of: Parameters<typeof facts>) => evaluate(condition(source), facts(...of));

describe('the order of the entry', () => {
  const gone = order('a', 9, { status: 'cancelled', qualifies: false, net: 0 });
  const bought = order('b', 3, { lines: [line('mug', ['kitchen']), line('cup')], codes: ['SPRING'], deliveredAt: now - day, margin: 12 });
  const cases: readonly (readonly [object, string])[] = [
    [{ status: { is: 'paid' } }, 'true'],
    [{ net: { at_least: 50, currency: 'EUR' } }, 'true'],
    [{ net: { at_least: 50, currency: 'GBP' } }, 'unknown'],
    [{ margin: { more_than: 12 } }, 'false'],
    [{ products: { any_of: ['pan', 'mug'] } }, 'true'],
    [{ products: { all_of: ['pan', 'mug'] } }, 'false'],
    [{ products: { none_of: ['pan'] } }, 'true'],
    [{ tags: { any_of: ['kitchen'] } }, 'true'],
    [{ codes: { any_of: ['spring'] } }, 'true'],
    [{ delivered: true }, 'true'],
    [{ delivered: false }, 'false'],
    [{ exception: true }, 'false'],
    [{ open_return: false }, 'true'],
    [{ since: { at_least: 'P3D' } }, 'true'],
    [{ since: { more_than: 'P3D' } }, 'false'],
    [{ since_delivery: { at_most: 'PT12H' } }, 'false'],
    [{ first: true }, 'true'],
  ];
  test.each(cases)('%j is %s', (field, expected) => {
    expect(judge({ order: field }, [gone, bought], bought)).toBe(expected);
  });

  test('is unknown where the entry is about none, or what is asked has not happened', () => {
    expect(judge({ order: { delivered: false } }, [bought], null)).toBe('unknown');
    expect(judge({ order: { since_delivery: { at_least: 'P1D' } } }, [], order('a', 1))).toBe('unknown');
  });

  test('is no first one after another that counts, and becomes one when that is refunded in full', () => {
    const second = order('b', 3);

    expect(judge({ order: { first: true } }, [order('a', 9), second], second)).toBe('false');
    expect(judge({ order: { first: true } }, [order('a', 9, { qualifies: false }), second], second)).toBe('true');
    expect(judge({ order: { first: true } }, [second, order('c', 1)], second)).toBe('true');
  });
});

describe('the orders of a person', () => {
  const own = [order('a', 100, { net: 120, lines: [line('mug')] }), order('b', 30, { net: 20, lines: [line('cup')] })];
  const cases: readonly (readonly [object, string])[] = [
    [{ orders: { count: { is: 2 } } }, 'true'],
    [{ orders: { count: { is: 1 }, within: 'P90D' } }, 'true'],
    [{ orders: { count: { is: 1 }, having: { net: { at_least: 100, currency: 'EUR' } } } }, 'true'],
    [{ orders: { count: { is: 0 }, within: 'P90D', having: { net: { at_least: 100 } } } }, 'true'],
    [{ orders: { count: { at_least: 1 }, having: [{ products: { any_of: ['mug'] } }, { net: { at_least: 200 } }] } }, 'false'],
    [{ orders: { net: { at_least: 140, currency: 'EUR' } } }, 'true'],
    [{ orders: { net: { at_least: 1, currency: 'USD' } } }, 'false'],
    [{ last_order: { since: { at_least: 'P30D' } } }, 'true'],
    [{ last_order: { net: { is: 20 } } }, 'true'],
    [{ last_order: { first: true } }, 'false'],
    [{ bought: { products: { all_of: ['mug', 'cup'] } } }, 'true'],
    [{ bought: { products: { all_of: ['mug', 'cup'] }, within: 'P90D' } }, 'false'],
    [{ bought: { products: { none_of: ['pan'] } } }, 'true'],
  ];
  test.each(cases)('%j is %s', (source, expected) => {
    expect(judge(source, own)).toBe(expected);
  });

  test('amounts of two currencies are never added', () => {
    const both = [...own, order('c', 2, { net: 30, currency: 'GBP' })];

    expect(judge({ orders: { net: { at_least: 140 } } }, both)).toBe('true');
    expect(judge({ orders: { net: { at_least: 160 } } }, both)).toBe('unknown');
  });

  test('of nobody who bought, the last order is unknown, and there are none', () => {
    expect(judge({ last_order: { since: { at_least: 'P1D' } } }, [])).toBe('unknown');
    expect(judge({ orders: { count: { is: 0 } } }, [])).toBe('true');
    expect(judge({ orders: { net: { less_than: 1 } } }, [])).toBe('true');
  });
});

test('what time changes is announced, never too late', () => {
  const sources = [
    { orders: { count: { at_least: 1 }, within: 'P3D' } },
    { orders: { net: { at_least: 60 }, within: 'P5D', having: { since: { more_than: 'PT30H' } } } },
    { last_order: { since: { at_least: 'P2D' } } },
    { last_order: { since: { at_most: 'P2D' } } },
    { last_order: { since_delivery: { more_than: 'P1D' } } },
    { bought: { products: { any_of: ['mug'] }, within: 'P2D' } },
    { order: { since: { less_than: 'P4D' } } },
  ];
  const days = fc.integer({ min: -40, max: 40 }).map((eighth) => eighth / 8);
  const orders = fc
    .array(fc.tuple(days, fc.boolean(), fc.option(days, { nil: null })), { maxLength: 3 })
    .map((all) =>
      all.map(([ago, qualifies, delivered], index) =>
        order(`o${index}`, ago, { qualifies, lines: [line('mug')], deliveredAt: delivered === null ? null : now - delivered * day }),
      ),
    );
  fc.assert(
    fc.property(fc.constantFrom(...sources), orders, (source, own) => {
      const asked = condition(source);
      const about = own[0] ?? null;
      const truthAt = (at: Instant) => evaluate(asked, facts(own, about, at));
      for (let at = now, steps = 0; steps < 40; steps++) {
        const next = changesAt(asked, facts(own, about, at)) ?? Number.POSITIVE_INFINITY;
        const until = Math.min(next, at + 12 * day);
        for (let between = at; between < until; between += 3 * hour) expect(truthAt(between)).toBe(truthAt(at));
        expect(truthAt(until - 1)).toBe(truthAt(at));
        if (next === Number.POSITIVE_INFINITY) break;
        at = next;
      }
    }),
    { numRuns: 300 },
  );
});

test('conditions say themselves in words, and what is wrong with them', () => {
  const said = (source: object, holds = true) => describeCondition(condition(source), holds);

  expect(said({ order: { delivered: true } }, false)).toBe('the order is not delivered');
  expect(said({ order: { net: { at_least: 100, currency: 'EUR' } } })).toBe('the order has a net that is at least 100 EUR');
  expect(said({ last_order: { since: { at_least: 'P90D' } } })).toBe("the person's last order was paid at least 90 days ago");
  expect(said({ orders: { count: { at_least: 2 }, within: 'P90D', having: { products: { any_of: ['mug', 'cup'] } } } })).toBe(
    'the number of orders of which each has any of the products mug, cup within 90 days is at least 2',
  );
  expect(said({ bought: { tags: { all_of: ['kitchen'] } } }, false)).toBe('the person did not buy one of the tags kitchen');
  const faults = (source: object) => conditionSource.safeParse(source).error?.issues.map(({ message }) => message);
  expect(faults({ order: { delivered: true, first: true } })).toEqual(['has first and delivered, but takes only one field of the order']);
  expect(faults({ orders: { within: 'P3D' } })).toEqual(['needs one of count, net and margin']);
  expect(faults({ order: { products: { any_of: [] } } })).toHaveLength(1);
});

describe('tickets and ratings', () => {
  const rated = (rating: number, daysAgo: number) => ({ kind: 'feedback' as const, orderId: null, rating, openedAt: now - daysAgo * day });
  const ticket = { kind: 'ticket' as const, orderId: null, rating: null, openedAt: now - day };
  const of = (source: object, ...service: readonly (ReturnType<typeof rated> | typeof ticket)[]) =>
    evaluate(condition(source), { ...facts([]), known: { service } });

  test('a ticket is open, or none is', () => {
    expect([of({ open_ticket: true }, ticket), of({ open_ticket: true }), of({ open_ticket: false })]).toEqual(['true', 'false', 'true']);
    expect(describeCondition(condition({ open_ticket: false }), false)).toBe('the person has an open ticket');
  });

  test('the newest rating counts', () => {
    expect(of({ last_rating: { at_least: 4 } }, rated(2, 9), rated(5, 1), ticket)).toBe('true');
    expect(of({ last_rating: { at_most: 3, within: 'P3D' } }, rated(2, 9))).toBe('unknown');
    expect(of({ last_rating: { at_most: 3 } })).toBe('unknown');
  });
});
