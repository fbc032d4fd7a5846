import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { day, hour, minute } from '../../src/domain/time/instant.js';
import type { EntryId } from '../../src/domain/values/ids.js';
import { DueQueue } from '../../src/simulator/memory/due-queue.js';
import { Log, Rows } from '../../src/simulator/memory/rows.js';
import { castPersona } from '../../src/simulator/persona.js';
import type { Script } from '../../src/simulator/script.js';
import { simulate } from '../../src/simulator/simulate.js';
import { cartJourney } from '../support/cart-journey.js';
import { shippedPolicies } from '../support/policies.js';

const startAt = Date.UTC(2026, 11, 1, 10);
const shop = { timeZone: 'Europe/London', country: 'GB' };
const letter = { id: 'letter', channel: 'email', class: 'broadcast', topic: 'newsletter', atMostOnce: false, requires: [] } as const;

function track(who: string | null, name: string, properties: Readonly<Record<string, unknown>>, after: number) {
  const at = startAt + after;
  return { at, what: { kind: 'event', type: 'track', name, properties, who, happenedAt: at, messageId: null } } as const;
}

const fills = (who: string | null, cart: string, after = 0) =>
  track(who, 'Product Added', { cart_id: cart, product_id: 'mug', name: 'Mug', price: 15, quantity: 2 }, after);
const orders = (who: string, after: number) => track(who, 'Order Completed', { order_id: `o-${who}`, total: 30 }, after);

function play(happenings: Script['happenings'], people: Script['people'] = {}, persona = castPersona('subscriber', startAt)) {
  const script = { name: 'a story', startAt, persona, people, happenings, answers: {} };
  return simulate({ definition: cartJourney(), script, shop, policies: shippedPolicies(), templates: () => letter });
}

describe('an inbox that people share', () => {
  const sharing = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, place) => [`p${place}`, castPersona('subscriber', startAt)]));
  const outcomes = (story: ReturnType<typeof play>) => story.entries.map(({ outcome }) => outcome);

  test('hears of an order by whoever has it, after the series began', () => {
    expect(outcomes(play([fills(null, 'a'), orders('p0', 2 * hour)], sharing(1)))).toEqual(['converted']);
    const late = { ...orders('p0', 2 * hour), what: { ...orders('p0', 2 * hour).what, happenedAt: startAt - 30 * minute } };
    expect(outcomes(play([fills(null, 'a'), late], sharing(1)))).toEqual(['completed']);
  });

  test('is nobody’s where more than ten have it', () => {
    expect(outcomes(play([fills(null, 'a'), orders('p0', 2 * hour)], sharing(11)))).toEqual(['completed']);
  });

  test('gets no more for being several people’s, and no promise of the one is taken for the other', () => {
    const cool = { ...castPersona('subscriber', startAt), tier: 'cool' as const };
    const before = { ...cool, messagesBefore: [{ channel: 'email' as const, topic: 'newsletter', at: startAt - 7 * day + 3 * hour }] };
    const broadcast = {
      at: startAt,
      what: {
        kind: 'broadcast',
        id: 'letter',
        name: 'letter',
        template: 'letter',
        to: ['p0'],
        overMs: 0,
        deadline: { kind: 'within', ms: 9 * day },
        priority: null,
        data: {},
      },
    } as const;
    const story = play([broadcast, fills(null, 'a')], { p0: before }, cool);

    expect(story.slots).toEqual([]);
    expect(story.messages[0]).toMatchObject({ journey: 'broadcast.letter', state: 'sent', at: startAt + 3 * hour });
    expect(story.messages[1]).toMatchObject({ step: 'first-email', state: 'skipped', reason: 'frequency-cap' });
  });
});

test('a known person’s cart is nobody else’s: who fills it too begins no series of their own', () => {
  const story = play([fills(null, 'a'), fills('bob', 'a', minute)], {
    bob: castPersona('mobile-subscriber', startAt, { name: 'bob', place: 1 }),
  });

  expect(story.entries).toHaveLength(1);
});

test('a broadcast gives everybody one entry, in their turn', () => {
  const people = Object.fromEntries(
    ['ann', 'bob', 'cyd'].map((name, place) => [name, castPersona('subscriber', startAt, { name, place })] as const),
  );
  const to = ['ann', 'bob', 'cyd', 'ann'];
  const what = {
    kind: 'broadcast',
    id: 'l',
    name: 'l',
    template: 'letter',
    to,
    overMs: 3 * hour,
    deadline: null,
    priority: null,
    data: {},
  } as const;
  const story = play([{ at: startAt, what }], people);

  expect(story.messages.map(({ person, at, state }) => [person, at - startAt, state])).toEqual([
    ['ann', 0, 'sent'],
    ['bob', hour, 'sent'],
    ['cyd', 2 * hour, 'sent'],
  ]);
});

describe('rows', () => {
  test('are found by what they are about now', () => {
    const rows = new Rows<string, { readonly of: string }, 'of'>({ of: ({ of }) => [of] });
    rows.set('a', { of: 'ann' });
    rows.set('b', { of: 'ann' });
    rows.set('a', { of: 'bob' });
    expect([rows.idsWhere('of', 'ann'), rows.idsWhere('of', 'bob'), rows.idsWhere('of', 'cyd')]).toEqual([['b'], ['a'], []]);
    rows.change(['b'], () => null);
    expect([rows.size, rows.where('of', 'ann')]).toEqual([1, []]);
  });

  test('of a log keep their order, whatever is taken out', () => {
    const log = new Log<string, never>({});
    log.push('a', 'b');
    log.delete(1);
    log.push('c');
    expect([...log.values()]).toEqual(['b', 'c']);
  });
});

test('the earliest of what is due comes first, whatever the order in which it came', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 50 }), { minLength: 1 }), (instants) => {
      const queue = new DueQueue();
      instants.forEach((at, place) => queue.add(at, `e${place}` as EntryId));
      const taken = instants.map(() => {
        const first = queue.first(() => true);
        queue.take();
        return first?.at;
      });
      expect(taken).toEqual(instants.toSorted((a, b) => a - b));
      expect(queue.first(() => true)).toBeNull();
    }),
  );
});
