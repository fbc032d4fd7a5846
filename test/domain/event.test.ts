import { describe, expect, test } from 'vitest';
import { happenedAt, mayTrigger } from '../../src/domain/event.js';
import { hour, minute } from '../../src/domain/instant.js';

const received = Date.UTC(2026, 10, 24, 12);

describe('when an event happened', () => {
  test('is as long before its arrival as it was before it was sent, by the client’s clock, right or wrong', () => {
    const wrong = received - 100 * hour;
    expect(happenedAt({ timestamp: wrong - minute, sentAt: wrong, receivedAt: received, origin: 'live', rate: 1 })).toEqual({
      at: received - minute,
      clamped: false,
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
      clamped: true,
    });
    expect(happenedAt({ timestamp: received + 1, sentAt: null, receivedAt: received, origin: 'import', rate: 1 })).toEqual({
      at: received,
      clamped: true,
    });
  });

  test('is its arrival where it does not say', () => {
    expect(happenedAt({ timestamp: null, sentAt: received, receivedAt: received, origin: 'live', rate: 1 })).toEqual({
      at: received,
      clamped: false,
    });
  });
});

test('an event triggers nothing when it is imported, or more than six hours late', () => {
  const event = { receivedAt: received, origin: 'live' } as const;
  expect(mayTrigger({ ...event, occurredAt: received - 6 * hour })).toBe(true);
  expect(mayTrigger({ ...event, occurredAt: received - 6 * hour - 1 })).toBe(false);
  expect(mayTrigger({ ...event, occurredAt: received, origin: 'import' })).toBe(false);
});
