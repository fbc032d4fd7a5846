import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Cart } from '../../../src/domain/carts/cart.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import type { CartId, ProfileId } from '../../../src/domain/values/ids.js';
import { type Comparison, compare } from '../../../src/journey/conditions/comparison.js';
import type { Condition, ConditionFacts, Truth } from '../../../src/journey/conditions/condition.js';
import { allConditions, describeCondition, evaluate } from '../../../src/journey/conditions/kind-of.js';
import { shippedPolicies } from '../../support/policies.js';

const at = Date.UTC(2026, 11, 1, 10);

function facts(overrides: Partial<ConditionFacts> = {}): ConditionFacts {
  return {
    at,
    profile: { identified: true, traits: {} },
    cart: null,
    consents: [],
    topics: { version: 0, topics: [] },
    known: {},
    event: {},
    messages: {},
    ...overrides,
  };
}

const cart: Cart = {
  id: 'cart' as CartId,
  profileId: 'profile' as ProfileId,
  token: 'token',
  state: 'open',
  lines: [{ productId: 'mug', variant: '', name: 'Mug', quantity: 2, price: 15, currency: 'GBP', imageUrl: null, url: null }],
  currency: null,
  value: 30,
  updatedAt: at,
};

describe('comparisons', () => {
  const cases: readonly (readonly [Comparison, unknown, Truth])[] = [
    [{ op: 'is', value: 'gold' }, 'gold', 'true'],
    [{ op: 'is', value: '20' }, 20, 'true'],
    [{ op: 'is_not', value: 'gold' }, 'silver', 'true'],
    [{ op: 'is_not', value: 'gold' }, undefined, 'unknown'],
    [{ op: 'in', value: ['a', 'b'] }, 'b', 'true'],
    [{ op: 'not_in', value: ['a', 'b'] }, 'b', 'false'],
    [{ op: 'at_least', value: 20 }, 20, 'true'],
    [{ op: 'at_least', value: 20 }, 19.99, 'false'],
    [{ op: 'more_than', value: 20 }, 20, 'false'],
    [{ op: 'at_most', value: 20 }, 20, 'true'],
    [{ op: 'less_than', value: 20 }, 20, 'false'],
    [{ op: 'at_least', value: 20 }, '25', 'true'],
    [{ op: 'at_least', value: 20 }, 'many', 'unknown'],
    [{ op: 'at_least', value: 20 }, null, 'unknown'],
    [{ op: 'contains', value: 'mug' }, 'blue mug', 'true'],
    [{ op: 'contains', value: 'mug' }, ['mug', 'cup'], 'true'],
    [{ op: 'contains', value: 'mug' }, 3, 'unknown'],
    [{ op: 'exists', value: true }, null, 'false'],
    [{ op: 'exists', value: false }, undefined, 'true'],
  ];
  test.each(cases)('%j of %j is %s', (comparison, value, expected) => {
    const traits = value === undefined ? {} : { it: value };

    expect(evaluate({ kind: 'trait', name: 'it', comparison }, facts({ profile: { identified: true, traits } }))).toBe(expected);
  });
});

test('traits and event properties are read by path, and nothing is found on the prototype', () => {
  const plan: Condition = { kind: 'trait', name: 'plan.tier', comparison: { op: 'is', value: 'gold' } };
  const inherited: Condition = { kind: 'event_property', path: 'constructor.name', comparison: { op: 'exists', value: true } };

  expect(evaluate(plan, facts({ profile: { identified: true, traits: { plan: { tier: 'gold' } } } }))).toBe('true');
  expect(evaluate(plan, facts({ profile: { identified: true, traits: { 'plan.tier': 'gold' } } }))).toBe('true');
  expect(evaluate(inherited, facts())).toBe('false');
});

test('a segment is not known where nobody has looked whether the person belongs', () => {
  const buyers: Condition = { kind: 'segment', id: 'buyers' };
  const judged = (known: ConditionFacts['known']) => evaluate(buyers, facts({ known }));

  expect(judged({ segments: { buyers: true } })).toBe('true');
  expect(judged({ segments: { buyers: false } })).toBe('false');
  expect(judged({ segments: { others: true } })).toBe('unknown');
  expect(judged({})).toBe('unknown');
  expect([describeCondition(buyers), describeCondition(buyers, false)]).toEqual([
    'the person belongs to the segment buyers',
    'the person does not belong to the segment buyers',
  ]);
});

describe('event_count', () => {
  const paidWithinDay: Condition = { kind: 'event_count', name: 'order.paid', windowMs: day, comparison: { op: 'is', value: 0 } };

  test.each([
    ['none', [], 'true'],
    ['one just inside the window', [at - day + 1], 'false'],
    ['one exactly a window ago', [at - day], 'true'],
    ['one at this very instant', [at], 'false'],
    ['one that is still to come', [at + 1], 'true'],
  ] as const)('%s', (_name, instants, expected) => {
    expect(evaluate(paidWithinDay, facts({ known: { event_instants: { 'order.paid': instants } } }))).toBe(expected);
  });

  test('without a window all that is known counts', () => {
    const ever: Condition = { ...paidWithinDay, windowMs: null };

    expect(evaluate(ever, facts({ known: { event_instants: { 'order.paid': [at - 999 * day] } } }))).toBe('false');
  });
});

test('the cart is the one that is there now; without one all is unknown', () => {
  const value: Condition = { kind: 'cart', field: 'value', comparison: { op: 'at_least', value: 30 } };
  const lines: Condition = { kind: 'cart', field: 'lines', comparison: { op: 'is', value: 1 } };
  const state: Condition = { kind: 'cart', field: 'state', comparison: { op: 'is', value: 'ordered' } };
  const currency: Condition = { kind: 'cart', field: 'currency', comparison: { op: 'is', value: 'GBP' } };

  expect([value, lines, state, currency].map((one) => evaluate(one, facts({ cart })))).toEqual(['true', 'true', 'false', 'unknown']);
  expect([value, lines, state].map((one) => evaluate(one, facts()))).toEqual(['unknown', 'unknown', 'unknown']);
});

test('consent is never unknown, and email consent to marketing covers cart reminders where consent to texts does not', () => {
  const granted = (channel: 'email' | 'sms') => ({
    channel,
    topic: 'marketing',
    state: 'granted' as const,
    at: at - hour,
    method: 'form',
    source: 'web',
  });
  const asked = (channel: 'email' | 'sms', wanted = true): Condition => ({
    kind: 'consent',
    channel,
    topic: 'cart_reminder',
    granted: wanted,
  });
  const given = facts({ consents: [granted('email'), granted('sms')], topics: shippedPolicies().topics });

  expect(evaluate(asked('email'), given)).toBe('true');
  expect(evaluate(asked('sms'), given)).toBe('false');
  expect(evaluate(asked('sms', false), given)).toBe('true');
  expect(evaluate(asked('email'), facts())).toBe('false');
});

describe('message', () => {
  const was = (status: Extract<Condition, { kind: 'message' }>['status']): Condition => ({ kind: 'message', step: 'email-2', status });
  const message = (state: ConditionFacts['messages'][string]['state'], receipts: readonly string[] = []) =>
    facts({ messages: { 'email-2': { state, receipts } } });

  test('one that was never sent was not clicked, so "not clicked" holds', () => {
    expect(evaluate({ kind: 'not', of: was('clicked') }, facts())).toBe('true');
    expect(evaluate(was('clicked'), message('delivered', ['delivered', 'clicked']))).toBe('true');
  });

  test.each(['accepted', 'delivered', 'bounced', 'failed'] as const)('one that is %s was sent', (state) => {
    expect(evaluate(was('sent'), message(state))).toBe('true');
  });

  test('whether one was sent is not known while the provider has not told', () => {
    expect(evaluate(was('sent'), message('unknown'))).toBe('unknown');
    expect(evaluate(was('sent'), message('reserved'))).toBe('false');
    expect(evaluate(was('skipped'), message('released'))).toBe('true');
  });
});

describe('combinations', () => {
  const leaf: Readonly<Record<Truth, Condition>> = {
    true: { kind: 'identified', is: true },
    false: { kind: 'identified', is: false },
    unknown: { kind: 'cart', field: 'value', comparison: { op: 'at_least', value: 1 } },
  };
  const truths = fc.array(fc.constantFrom<Truth>('true', 'false', 'unknown'), { minLength: 1, maxLength: 6 });

  test('all and any are three-valued, and each is the other turned round', () => {
    fc.assert(
      fc.property(truths, (values) => {
        const of = values.map((value) => leaf[value]);
        const all = evaluate({ kind: 'all', of }, facts());
        const turned: Condition = { kind: 'not', of: { kind: 'any', of: of.map((part): Condition => ({ kind: 'not', of: part })) } };
        expect(all).toBe(values.includes('false') ? 'false' : values.includes('unknown') ? 'unknown' : 'true');
        expect(evaluate(turned, facts())).toBe(all);
      }),
    );
  });

  test('all parts are found, also inside others', () => {
    const count: Condition = { kind: 'event_count', name: 'order.paid', windowMs: null, comparison: { op: 'is', value: 0 } };

    expect(allConditions({ kind: 'any', of: [leaf.true, { kind: 'not', of: { kind: 'all', of: [count] } }] })).toContain(count);
  });
});

test.each<readonly [Condition, string, string]>([
  [
    { kind: 'cart', field: 'value', comparison: { op: 'at_least', value: 20 } },
    "the cart's value is at least 20",
    "the cart's value is not at least 20",
  ],
  [
    { kind: 'event_count', name: 'order.paid', windowMs: day, comparison: { op: 'is', value: 0 } },
    'the number of order.paid within 24 hours is 0',
    'the number of order.paid within 24 hours is not 0',
  ],
  [
    { kind: 'consent', channel: 'sms', topic: 'cart_reminder', granted: true },
    'the person consents to cart_reminder by text',
    'the person does not consent to cart_reminder by text',
  ],
  [
    { kind: 'not', of: { kind: 'message', step: 'email-2', status: 'clicked' } },
    'the message of email-2 was not clicked',
    'the message of email-2 was clicked',
  ],
  [
    {
      kind: 'all',
      of: [
        { kind: 'identified', is: true },
        { kind: 'trait', name: 'plan', comparison: { op: 'exists', value: true } },
      ],
    },
    'the person is known and the trait plan is known',
    'the person is not known or the trait plan is not known',
  ],
])('%j is said in words, and so is its opposite', (condition, holds, fails) => {
  expect(describeCondition(condition)).toBe(holds);
  expect(describeCondition(condition, false)).toBe(fails);
});

test.each([
  [{ op: 'at_least', value: 50 }, '59.90', 'true'],
  [{ op: 'less_than', value: 50 }, ' 59.90 ', 'false'],
  [{ op: 'more_than', value: 1 }, '1e3', 'true'],
  [{ op: 'at_least', value: 50 }, '59,90', 'unknown'],
  [{ op: 'at_least', value: 50 }, '', 'unknown'],
  [{ op: 'at_least', value: 50 }, '0x40', 'unknown'],
  [{ op: 'is', value: true }, 'true', 'true'],
  [{ op: 'is', value: false }, 'False', 'true'],
  [{ op: 'is_not', value: true }, 'true', 'false'],
  [{ op: 'is', value: true }, 'yes', 'false'],
  [{ op: 'is', value: 3 }, '3.0', 'true'],
  [{ op: 'is', value: '3' }, 3, 'true'],
  [{ op: 'is', value: 'true' }, true, 'true'],
  [{ op: 'is', value: '00123' }, '123', 'false'],
  [{ op: 'is', value: '00123' }, 123, 'false'],
  [{ op: 'in', value: [1, 2] }, '2', 'true'],
  [{ op: 'not_in', value: [1, 2] }, '2', 'false'],
] as const)('%j of %j, which clients send as text, is %s', (comparison, value, expected) => {
  expect(compare(comparison as Comparison, value)).toBe(expected);
});
