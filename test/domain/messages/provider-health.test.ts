import { expect, test } from 'vitest';
import { isFailing, noHealth, providerSentence } from '../../../src/domain/messages/provider-health.js';

const at = Date.UTC(2026, 11, 1, 10, 2);

test.each([
  [noHealth, false, 'the provider; no message was accepted yet'],
  [
    { ...noHealth, host: 'mail.example:25', lastSuccessReal: at, isReached: true },
    false,
    'mail.example:25; the last success at 2026-12-01T10:02:00.000Z',
  ],
  [
    { ...noHealth, host: 'mail.example:25', failuresInRow: 1, isReached: true, reply: '451 later' },
    false,
    '1 failure, no message was accepted yet. mail.example:25 said: 451 later',
  ],
  [
    { ...noHealth, host: 'mail.example:25', failuresInRow: 4, lastSuccessReal: at, isReached: true, reply: '454 4.7.0 no' },
    true,
    '4 failures in a row, the last success at 2026-12-01T10:02:00.000Z. mail.example:25 said: 454 4.7.0 no',
  ],
  [
    { ...noHealth, host: 'mail.example:25', isReached: false, reply: 'ECONNREFUSED' },
    true,
    'mail.example:25 cannot be reached (ECONNREFUSED); no message was accepted yet. The mail waits and is tried again.',
  ],
])('%o', (health, fails, told) => {
  expect([isFailing(health), providerSentence('email', health)]).toEqual([fails, told]);
});
