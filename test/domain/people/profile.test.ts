import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeTraits, mergeTraitTimes } from '../../../src/domain/people/profile.js';
import { contactPoints } from '../../../src/projection/contact-points.js';

const nobody = { traits: {}, traitTimes: {} };

describe('traits', () => {
  test('follow the newest statement about each of them, whatever arrives last', () => {
    const newer = mergeTraits(nobody, { city: 'Paris', plan: 'gold' }, 20);
    const late = mergeTraits(newer, { city: 'Rome', age: 30 }, 10);

    expect(late.traits).toEqual({ city: 'Paris', plan: 'gold', age: 30 });
    expect(late.changed).toEqual(['age']);
  });

  test('are removed by null, and do not come back with an older statement', () => {
    const removed = mergeTraits(mergeTraits(nobody, { city: 'Paris' }, 10), { city: null }, 20);

    expect(removed.traits).toEqual({});
    expect(mergeTraits(removed, { city: 'Rome' }, 15).traits).toEqual({});
  });

  test('change nothing when they say what is known', () => {
    expect(mergeTraits(mergeTraits(nobody, { city: 'Paris' }, 10), { city: 'Paris' }, 20).changed).toEqual([]);
  });

  test('do not lend a profile their prototype', () => {
    const { traits } = mergeTraits(nobody, JSON.parse('{"__proto__": {"admin": true}}'), 10);
    expect((traits as { admin?: unknown }).admin).toBeUndefined();
  });

  test('end the same in any order of arrival, and however people are merged', () => {
    const statement = fc.record({
      said: fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom(1, 2, null, 'x'), { maxKeys: 3 }),
      at: fc.integer({ min: 0, max: 4 }),
    });
    const statements = fc.array(statement, { maxLength: 8 });
    const shuffled = statements.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }), fc.nat(list.length)),
    );
    const tell = (list: readonly { said: Record<string, unknown>; at: number }[]) =>
      list.reduce((known, { said, at }) => mergeTraits(known, said, at), { ...nobody, changed: [] as readonly string[] });

    fc.assert(
      fc.property(shuffled, ([one, other, cut]) => {
        expect(tell(other).traits).toEqual(tell(one).traits);
        expect(mergeTraitTimes(tell(other.slice(0, cut)), tell(other.slice(cut))).traits).toEqual(tell(one).traits);
      }),
    );
  });
});

describe('contact points', () => {
  test('are the address and the number that traits give', () => {
    expect(contactPoints({ email: ' Ada@Bücher.Example ', phone: '07700 900123', country: 'GB' })).toEqual({
      email: 'Ada@xn--bcher-kva.example',
      phone: '+447700900123',
      problems: [],
    });
    expect(contactPoints({ phone: '+49 170 1234567' }).phone).toBe('+491701234567');
    for (const [phone, country] of [
      ['07700 900123', undefined],
      ['0044 7700 900123', undefined],
      ['00447700900123', 'Germany'],
      ['\u202a+44 7700 900123\u202c', undefined],
      ['07700\u200b900123', 'United Kingdom'],
      ['07700 900123', 'great britain'],
    ])
      expect([phone, contactPoints({ phone, country }, 'GB').phone]).toEqual([phone, '+447700900123']);
    expect(contactPoints({ phone: '0170 1234567', country: 'Germany' }, 'GB').phone).toBe('+491701234567');
    expect(contactPoints({ phone: '12', country: undefined }, 'GB').problems).toEqual(['invalid-phone']);
    expect(contactPoints({ email: '\u200bada@example.test\u00a0\ufeff' }).email).toBe('ada@example.test');
    expect(contactPoints({ phone: '0170 1234567', address: { country: 'de' } }).phone).toBe('+491701234567');
  });

  test('are nothing, with the reason, where traits say nothing usable', () => {
    expect(contactPoints({ email: 'ada', phone: 'ask me' })).toEqual({
      email: null,
      phone: null,
      problems: ['invalid-email', 'invalid-phone'],
    });
    expect(contactPoints({ phone: '0170 1234567' }).problems).toEqual(['invalid-phone']);
    expect(contactPoints({})).toEqual({ email: null, phone: null, problems: [] });
  });
});
