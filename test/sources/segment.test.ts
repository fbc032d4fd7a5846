import { describe, expect, test } from 'vitest';
import { maxIdLength } from '../../src/sources/kit/limits.js';
import { segment } from '../../src/sources/segment/source.js';

const track = { type: 'track', event: 'Product Added', userId: 'ada' };

function refusalOf(raw: Readonly<Record<string, unknown>>): string | null {
  const reading = segment.readEvent(raw);
  return reading.kind === 'unreadable' ? reading.detail : null;
}

describe('an event of a client', () => {
  test.each<[string, Readonly<Record<string, unknown>>, string | null]>([
    ['what clients send', { ...track, messageId: 'm', anonymousId: 'a', properties: { a: 1 }, context: {} }, null],
    ['ids that are numbers or true', { ...track, userId: 7, anonymousId: true }, null],
    ['nothing where it may be absent', { ...track, name: null, properties: null, traits: null, messageId: null }, null],
    ['no type', { userId: 'ada' }, '`type` must be one of identify, track, page, screen, group, alias.'],
    ['a type that is no text', { ...track, type: ['track'] }, '`type` must be one of identify, track, page, screen, group, alias.'],
    ['a type that every object has', { ...track, type: 'toString' }, '`type` must be one of identify, track, page, screen, group, alias.'],
    ['an id that is an object', { ...track, userId: { id: 1 } }, '`userId` must be text.'],
    ['an id beyond all numbers', { ...track, userId: Number.POSITIVE_INFINITY }, '`userId` must be text.'],
    [
      'an id that is too long',
      { ...track, anonymousId: 'a'.repeat(maxIdLength + 1) },
      `\`anonymousId\` is longer than ${maxIdLength} characters.`,
    ],
    ['a name that is a number', { ...track, event: 7 }, '`event` must be text.'],
    ['properties that are a list', { ...track, properties: [1] }, '`properties` must be an object.'],
    ['traits that are text', { ...track, traits: 'gold' }, '`traits` must be an object.'],
    ['two of these', { ...track, messageId: [], properties: 'x' }, '`messageId` must be text. `properties` must be an object.'],
  ])('is read or refused with a sentence: %s', (_what, raw, detail) => {
    expect(refusalOf(raw)).toBe(detail);
  });

  test('keeps numbers as text, and nothing as null', () => {
    const raw = { ...track, userId: 7, anonymousId: false, previousId: '', messageId: undefined };

    expect(segment.readEvent(raw)).toMatchObject({ userId: '7', anonymousId: 'false', previousId: null, messageId: null });
  });

  test('has no property that would become the prototype of others', () => {
    const reading = segment.readEvent({ ...track, properties: JSON.parse('{"__proto__": {"price": 0}, "quantity": 1}') as object });

    expect(reading).toMatchObject({ properties: { quantity: 1 } });
    expect(reading.kind === 'said' && Object.hasOwn(reading.properties, '__proto__')).toBe(false);
  });
});
