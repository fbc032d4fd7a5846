import { describe, expect, test } from 'vitest';
import type { Fact } from '../../src/domain/events/fact.js';
import { aCart } from '../../src/domain/events/subject.js';
import { hour } from '../../src/domain/time/instant.js';
import type { CartId, EntryId, JourneyId, ProfileId } from '../../src/domain/values/ids.js';
import { deliverToWaiting, type WaitMatch } from '../../src/matching/waits.js';

const createdAt = Date.UTC(2026, 11, 1);
const ann = 'ann' as ProfileId;
const wait: WaitMatch = {
  entryId: 'entry' as EntryId,
  journeyId: 'cart' as JourneyId,
  profileId: ann,
  about: [aCart('cart-a' as CartId)],
  entryCreatedAt: createdAt,
  event: 'order.paid',
  by: 'profile',
  value: ann,
  purpose: 'exit',
  hastens: true,
};

function order(after: number, more: Partial<Fact> = {}): Fact {
  return { name: 'order.paid', profileId: ann, at: createdAt + after, eventId: 'e', properties: {}, ...more };
}

describe('what waits hears', () => {
  test.each([
    ['of what comes in time', { fact: order(-hour), trigger: true }, true],
    ['of what comes late, where it happened after the entry was made', { fact: order(hour), trigger: false }, true],
    ['not of what comes late and happened before', { fact: order(-hour), trigger: false }, false],
    ['not of what happened to somebody else', { fact: order(hour, { profileId: 'bob' as ProfileId }), trigger: true }, false],
    ['not of something else', { fact: order(hour, { name: 'order.refunded' }), trigger: true }, false],
  ])('%s', (_name, fact, isHeard) => {
    const { inputs, hastened } = deliverToWaiting([wait], [fact]);

    expect(inputs.map(({ entryId }) => entryId)).toEqual(isHeard ? ['entry'] : []);
    expect(hastened).toEqual(isHeard ? ['entry'] : []);
  });

  test('of a late order that names its cart, whenever it happened', () => {
    const byCart = { ...wait, by: 'cart', value: 'cart-a' } as const;
    const named = { fact: order(-hour, { about: [aCart('cart-a' as CartId)] }), trigger: false };

    expect(deliverToWaiting([byCart], [{ ...named, namesCart: true }]).inputs).toHaveLength(1);
    expect(deliverToWaiting([byCart], [named]).inputs).toHaveLength(0);
  });
});
