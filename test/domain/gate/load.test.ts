import { describe, expect, test } from 'vitest';
import { loadMap, type ToldMessage } from '../../../src/domain/gate/load.js';
import { day, hour } from '../../../src/domain/time/instant.js';

const from = Date.UTC(2026, 11, 1);
const to = from + 14 * day;

let count = 0;
function told(person: string, after: number, sender: string, more: Partial<ToldMessage> = {}): ToldMessage {
  count += 1;
  return { person, at: from + after, sender, message: `m${count}`, kind: 'sent', ...more } as ToldMessage;
}

describe('the map of load', () => {
  test('counts messages a person a week, and weeks of people who got none', () => {
    const map = loadMap(
      [told('ann', 0, 'cart'), told('ann', day, 'cart'), told('ann', 8 * day, 'letter'), told('bob', 13 * day, 'letter')],
      { from, to, people: ['ann', 'bob', 'cyd'] },
    );

    expect(map).toMatchObject({ people: 3, weeks: 2, sent: 4 });
    expect(map.perPersonWeek).toEqual({
      mean: 4 / 6,
      median: 0,
      p90: 2,
      most: 2,
      spread: [
        { messages: 0, personWeeks: 3 },
        { messages: 1, personWeeks: 2 },
        { messages: 2, personWeeks: 1 },
      ],
    });
    expect(map.senders.map(({ sender, sent, people }) => [sender, sent, people])).toEqual([
      ['cart', 2, 1],
      ['letter', 2, 2],
    ]);
  });

  test('finds the fullest seven days wherever they begin', () => {
    const over = [5, 6, 8, 9].map((days) => told('ann', days * day, 'cart'));

    expect(loadMap(over, { from, to, people: [] })).toMatchObject({ mostInSevenDays: 4, perPersonWeek: { most: 2 } });
    expect(loadMap([told('ann', 0, 'cart'), told('ann', 7 * day, 'cart')], { from, to, people: [] }).mostInSevenDays).toBe(1);
  });

  test('says who loses room to whom, each message once', () => {
    const waits = told('ann', hour, 'letter', { kind: 'deferred', reason: 'frequency-cap', by: ['cart', 'cart'] } as Partial<ToldMessage>);
    const map = loadMap(
      [
        waits,
        { ...waits, at: waits.at + hour },
        { ...waits, at: waits.at + 2 * hour, kind: 'displaced', by: ['cart'] } as ToldMessage,
        told('bob', 0, 'letter', { kind: 'skipped', reason: 'frequency-cap', by: ['cart', 'viewed'] } as Partial<ToldMessage>),
        told('bob', 0, 'letter', { kind: 'skipped', reason: 'no-consent', by: [] } as Partial<ToldMessage>),
      ],
      { from, to, people: ['ann', 'bob'] },
    );

    expect(map.losses).toEqual([
      { loser: 'letter', winner: 'cart', messages: 2, people: 2, displaced: 1, deferred: 1, skipped: 1 },
      { loser: 'letter', winner: 'viewed', messages: 1, people: 1, displaced: 0, deferred: 0, skipped: 1 },
    ]);
    expect(map.senders).toMatchObject([{ sender: 'letter', sent: 0, deferred: 1, skipped: 2, displaced: 1 }]);
  });

  test('is the same in whatever order it is told, and leaves out what lies outside', () => {
    const all = [told('ann', 0, 'b'), told('bob', 0, 'a'), told('ann', -1, 'a'), told('ann', 14 * day, 'a')];

    expect(loadMap(all.toReversed(), { from, to, people: [] })).toEqual(loadMap(all, { from, to, people: [] }));
    expect(loadMap(all, { from, to, people: [] }).sent).toBe(2);
  });

  test('of nobody is a map of nothing', () => {
    expect(loadMap([], { from, to: from, people: [] })).toMatchObject({
      people: 0,
      weeks: 1,
      sent: 0,
      mostInSevenDays: 0,
      perPersonWeek: { mean: 0, most: 0, spread: [{ messages: 0, personWeeks: 0 }] },
      senders: [],
      losses: [],
    });
  });
});
