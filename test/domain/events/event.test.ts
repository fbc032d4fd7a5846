import { describe, expect, test } from 'vitest';
import { happenedAt, mayTrigger } from '../../../src/domain/events/event.js';
import { hour, minute } from '../../../src/domain/time/instant.js';

const received = Date.UTC(2026, 10, 24, 12);

describe('when an event happened', () => {
  test('is as long before its arrival as it was before it was sent, by the client’s clock, right or wrong', () => {
    const wrong = received - 100 * hour;
    expect(happenedAt({ timestamp: wrong - minute, sentAt: wrong, receivedAt: received, origin: 'live', rate: 1 })).toEqual({
      at: received - minute,
      verdict: 'kept',
    });
  });

  describe('of a request that may be a second attempt with the first one’s sentAt', () => {
    const of = (skew: number, more: Partial<Parameters<typeof happenedAt>[0]> = {}) => {
      const sentAt = received - skew;
      return happenedAt({ timestamp: sentAt - minute, sentAt, receivedAt: received, origin: 'live', rate: 1, ...more }).at;
    };

    test.each([40 * 1000, 7 * minute, 2 * hour + 3 * minute, 23 * hour + 5 * minute])('%d ms later: is its timestamp', (delay) => {
      expect(of(delay)).toBe(received - delay - minute);
    });

    test.each([
      ['a clock that is ahead', -2 * hour],
      ['a clock in another zone', 5 * hour],
      ['a clock in a zone of half hours, with a slow network', 5.5 * hour + 4000],
      ['a clock that is days behind', 100 * hour],
    ])('%s: is a minute before its arrival', (_what, skew) => {
      expect(of(skew)).toBe(received - minute);
    });

    test('and that ends something counts from the later of the two', () => {
      expect(of(7 * minute, { ends: true })).toBe(received - minute);
      expect(of(23 * hour + 5 * minute, { ends: true })).toBe(received - minute);
    });
  });

  test('is as much service time before its arrival as passed meanwhile on a clock that runs faster', () => {
    expect(happenedAt({ timestamp: received - 40, sentAt: received, receivedAt: received, origin: 'live', rate: 1500 }).at).toBe(
      received - minute,
    );
  });

  test('is its timestamp for an import, and where no one says when it was sent', () => {
    const timestamp = received - 3 * hour;
    expect(happenedAt({ timestamp, sentAt: received - hour, receivedAt: received, origin: 'import', rate: 1 }).at).toBe(timestamp);
    expect(happenedAt({ timestamp, sentAt: null, receivedAt: received, origin: 'live', rate: 1 }).at).toBe(timestamp);
  });

  test('is never in the future', () => {
    expect(happenedAt({ timestamp: received + hour, sentAt: received, receivedAt: received, origin: 'live', rate: 1 })).toEqual({
      at: received,
      verdict: 'clamped',
    });
    expect(happenedAt({ timestamp: received + 25 * hour, sentAt: null, receivedAt: received, origin: 'live', rate: 1 })).toEqual({
      at: received,
      verdict: 'impossible',
    });
    expect(happenedAt({ timestamp: received + 1, sentAt: null, receivedAt: received, origin: 'import', rate: 1 })).toEqual({
      at: received,
      verdict: 'clamped',
    });
  });

  test('is its arrival where it does not say', () => {
    expect(happenedAt({ timestamp: null, sentAt: received, receivedAt: received, origin: 'live', rate: 1 })).toEqual({
      at: received,
      verdict: 'kept',
    });
  });
});

test('an event triggers nothing when it is imported, or more than six hours late', () => {
  const event = { receivedAt: received, origin: 'live' } as const;
  expect(mayTrigger({ ...event, occurredAt: received - 6 * hour })).toBe(true);
  expect(mayTrigger({ ...event, occurredAt: received - 6 * hour - 1 })).toBe(false);
  expect(mayTrigger({ ...event, occurredAt: received, origin: 'import' })).toBe(false);
});
