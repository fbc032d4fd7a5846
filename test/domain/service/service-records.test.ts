import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readServiceEvent } from '../../../src/domain/service/service-events.js';
import { applyToRecord, type ServiceDeed, type ServiceRecord, viewRecord } from '../../../src/domain/service/service-record.js';
import type { ProfileId } from '../../../src/domain/values/ids.js';

const noon = Date.UTC(2026, 10, 24, 12);
const teller = { messageId: 'm-1', userId: 'ada', anonymousId: null };

describe('events of the service', () => {
  const cases: readonly (readonly [string, Record<string, unknown>, object])[] = [
    [
      'Ticket Opened',
      { ticket_id: 7, priority: 'high', subject: 'Broken' },
      { of: 'ticket', id: '7', fields: { state: 'open', priority: 'high', subject: 'Broken' } },
    ],
    ['ticket  solved', { ticket_id: '7' }, { of: 'ticket', id: '7', fields: { state: 'closed' } }],
    // A shop whose tickets have no ids speaks of the only one.
    ['Ticket Closed', {}, { of: 'ticket', id: 'user/ada', fields: { state: 'closed' } }],
    ['Feedback Submitted', { order_id: 'o-1', rating: '2' }, { of: 'feedback', id: 'user/ada/o-1', fields: { rating: 2, orderId: 'o-1' } }],
    ['Feedback Submitted', { rating: 4 }, { of: 'feedback', id: 'event:m-1', fields: { rating: 4 } }],
    [
      'Product Reviewed',
      { product_id: 'mug', review_id: 'r', rating: 5, review_body: 'Nice' },
      { of: 'review', id: 'r', fields: { rating: 5, comment: 'Nice', productId: 'mug' } },
    ],
  ];
  test.each(cases)('%s of %j', (name, properties, told) => {
    expect(readServiceEvent(name, properties, teller)).toMatchObject({ told, lost: [] });
  });

  test('keep what can be read, and name what cannot', () => {
    expect(
      readServiceEvent('Feedback Submitted', { rating: 'many', updated_at: 'soon', comment: 'x'.repeat(9_000) }, teller),
    ).toMatchObject({
      told: { fields: {} },
      lost: ['rating', 'comment', 'updated_at'],
    });
    expect(readServiceEvent('Feedback Requested', {}, teller)).toBeNull();
  });
});

const deeds = fc
  .array(
    fc.record({
      state: fc.constantFrom(undefined, 'open' as const, 'closed' as const),
      rating: fc.constantFrom(undefined, 1, 5),
      comment: fc.constantFrom(undefined, 'a', 'b'),
      at: fc.integer({ min: 0, max: 3 }),
      happened: fc.integer({ min: 0, max: 3 }),
      who: fc.constantFrom('ada', 'bea'),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((all) =>
    all.map(({ at, happened, who, ...said }, index): ServiceDeed => {
      const fields = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined));
      return {
        told: { of: 'ticket', id: '1', fields },
        profileId: who as ProfileId,
        at: noon + at,
        happenedAt: noon + happened,
        isToldByShop: happened > 1,
        eventId: `e${index}`,
      };
    }),
  );
const folded = (all: readonly ServiceDeed[]) => all.reduce<ServiceRecord | null>(applyToRecord, null);

test('any order of arrival, doubled and late, gives the same final state', () => {
  const arrivals = deeds.chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: 2 * all.length })));
  fc.assert(
    fc.property(arrivals, ([all, arrived]) => {
      expect(folded(arrived)).toEqual(folded(all));
    }),
    { numRuns: 1_000 },
  );
});

test('a ticket may be opened again, and a late message does not close it', () => {
  const deed = (state: 'open' | 'closed', at: number): ServiceDeed => {
    return {
      told: { of: 'ticket', id: '1', fields: { state } },
      profileId: 'ada' as ProfileId,
      at,
      happenedAt: at,
      isToldByShop: true,
      eventId: `${state}${at}`,
    };
  };
  const record = folded([deed('open', 1), deed('open', 9), deed('closed', 5)]);

  expect(record === null ? null : viewRecord(record)).toMatchObject({ state: 'open', openedAt: 1, closedAt: null });
});
