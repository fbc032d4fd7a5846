import { describe, expect, test } from 'vitest';
import { findAlarms } from '../../../src/domain/contracts/alarms.js';
import type { EventCounts } from '../../../src/domain/contracts/event-counts.js';
import { hour } from '../../../src/domain/time/instant.js';
import { firstHour, type PlayedEvent, play, readers } from './shop-weeks.js';

const kept = 9 * 168;

/** What is said at each hour from `from` on, counted from the start, with nine weeks kept. */
function heard(counts: EventCounts, from: number, to: number, more: Partial<Parameters<typeof findAlarms>[0]> = {}) {
  const said = new Map<string, { readonly after: number; readonly sentence: string; readonly code: string }>();
  for (let at = from; at <= to; at += 1) {
    const known = counts.asOf({ first: Math.max(firstHour, firstHour + at - kept), now: firstHour + at });
    for (const { key, code, sentence } of findAlarms({ counts: known, readers, visits: new Map(), now: (firstHour + at) * hour, ...more }))
      if (!said.has(key)) said.set(key, { after: at - from, sentence, code });
  }
  return said;
}

const from = (start: number, event: string, how: (event: PlayedEvent) => PlayedEvent) => (one: PlayedEvent, at: number) =>
  one.name === event && at >= start ? how(one) : one;

describe('ordinary weeks', () => {
  test.each([
    [1, 1],
    [2, 1],
    [3, 0.1],
    [4, 10],
  ])('thirty of them (seed %d, %d times as busy), with weekends, holidays and a sale, give no alarm', (seed, scale) => {
    expect([...heard(play({ weeks: 30, seed, scale }), 0, 30 * 168)]).toEqual([]);
  });
});

describe('what is named', () => {
  const start = 10 * 168 + 9;
  const until = start + 10 * 24;

  test('an event that was renamed, with its new name, by all who read it', () => {
    const counts = play({
      weeks: 12,
      seed: 5,
      change: from(start, 'event:Quiz Finished', (one) => ({ ...one, name: 'event:quiz_completed', told: 'quiz_completed', enters: {} })),
    });
    const { after, sentence } = heard(counts, start, until).get('stopped:event:Quiz Finished') ?? { after: Number.NaN, sentence: '' };
    expect(after).toBeLessThan(72);
    expect(sentence).toMatch(
      /^`event:Quiz Finished` came regularly and stopped .* ago\. Likely `Quiz Finished` was renamed: `quiz_completed` has come since about then\. The journey quiz-letter reads it\.$/,
    );
  });

  test('an event by which carts are known, by the name that the client gives it', () => {
    const counts = play({
      weeks: 12,
      seed: 6,
      change: from(start, 'cart.updated', (one) => ({ name: 'event:add_to_cart', rate: one.rate, told: 'add_to_cart' })),
    });
    const said = heard(counts, start, until);
    expect(said.get('stopped:cart.updated')?.sentence).toContain('Likely `Product Added` was renamed: `add_to_cart`');
    expect(said.get('stopped:cart.updated')?.after).toBeLessThan(12);
    expect([...said.keys()]).toEqual(['stopped:cart.updated']);
  });

  test('an event that is not sent any more, in the first days of a shop too', () => {
    const early = 5 * 24 + 9;
    const counts = play({ weeks: 2, seed: 7, scale: 3, change: from(early, 'order.paid', (one) => ({ ...one, rate: 0 })) });
    const said = heard(counts, early, early + 48).get('stopped:order.paid');
    expect(said?.sentence).toContain('Likely `Order Completed` is no longer sent');
    expect(said?.sentence).toContain('The journeys abandoned-cart and post-purchase read it.');
  });

  test('a property that no longer comes', () => {
    const counts = play({
      weeks: 12,
      seed: 8,
      change: from(start, 'order.paid', (one) => ({ ...one, properties: { currency: 'string' } })),
    });
    const said = heard(counts, start, until);
    expect([...said.keys()]).toEqual(['property-stopped:order.paid:total']);
    expect(said.get('property-stopped:order.paid:total')).toMatchObject({ after: expect.toSatisfy((hours: number) => hours < 24) });
    expect(said.get('property-stopped:order.paid:total')?.sentence).toMatch(
      /without `total`, which it had in 100 % of all cases: the last \d+ have none/,
    );
  });

  test('a type that changed', () => {
    const counts = play({
      weeks: 12,
      seed: 9,
      change: from(start, 'cart.updated', (one) => ({ ...one, properties: { cart_value: 'string' } })),
    });
    const said = heard(counts, start, until);
    expect([...said.keys()]).toEqual(['type-changed:cart.updated:cart_value']);
    expect([...said.values()][0]?.sentence).toContain('`cart_value` of `cart.updated` was a number and is text now');
  });

  test('a currency that changed', () => {
    const counts = play({ weeks: 12, seed: 10, change: from(start, 'order.paid', (one) => ({ ...one, currency: 'USD' })) });
    const said = heard(counts, start, until);
    expect([...said.keys()]).toEqual(['currency-changed:order.paid']);
    expect([...said.values()][0]?.sentence).toContain('were in EUR and are in USD now');
  });

  test('entries far below what is usual, and what most likely did it', () => {
    const change = from(start, 'cart.updated', (one) => ({ ...one, enters: { 'abandoned-cart': 0.05 } }));
    const said = heard(play({ weeks: 12, seed: 11, change }), start, until);
    expect([...said.keys()]).toEqual(['few-entries:abandoned-cart']);
    expect([...said.values()][0]?.sentence).toContain('Likely one of its filters no longer holds');

    const republished = readers.map((one) => ({ ...one, since: (firstHour + start) * hour }));
    const told = heard(play({ weeks: 12, seed: 11, change }), start, start + 72, { readers: republished });
    expect([...told.values()][0]?.sentence).toContain('at which its present version was published');
  });

  test('silence of everything as one alarm, and not one for each name', () => {
    const counts = play({ weeks: 12, seed: 12, change: (one, at) => (at >= start ? { ...one, rate: 0 } : one) });
    const said = heard(counts, start, start + 12);
    expect([...said.keys()]).toEqual(['all-silent']);
    expect([...said.values()][0]?.sentence).toContain('its write key was revoked');
  });

  test('a name that was never seen, with the one that was meant', () => {
    const [first] = readers;
    const misspelt = [
      ...readers,
      {
        ...(first as (typeof readers)[number]),
        id: 'misspelt',
        reads: [{ fact: 'event:Quiz Finishes', by: 'trigger' as const, properties: [] }],
      },
    ];
    const said = heard(play({ weeks: 2, seed: 13 }), 20, 40, { readers: misspelt });
    expect([...said.keys()]).toEqual(['never-seen:event:Quiz Finishes']);
    expect([...said.values()][0]).toMatchObject({ sentence: expect.stringContaining('Likely `event:Quiz Finished` is meant') });
  });

  test('a way that nobody takes, once enough people went on from its step', () => {
    const [first] = readers;
    const branching = [
      {
        ...(first as (typeof readers)[number]),
        branches: [
          { step: 'choice', to: 'never' },
          { step: 'choice', to: 'often' },
        ],
      },
    ];
    const visits = (people: number) =>
      new Map([
        [
          'abandoned-cart',
          new Map([
            ['choice', { came: people + 10, left: people }],
            ['often', { came: people, left: people }],
          ]),
        ],
      ]);
    const counts = play({ weeks: 1, seed: 14 });
    expect(heard(counts, 168, 168, { readers: branching, visits: visits(199) }).size).toBe(0);
    expect([...heard(counts, 168, 168, { readers: branching, visits: visits(200) }).keys()]).toEqual([
      'branch-unused:abandoned-cart:choice:never',
    ]);
  });
});
