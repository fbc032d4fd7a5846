import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { callIdFor, outcomeOf, pauseAfter } from '../../../src/domain/calls/call.js';
import { receiverKey, signedHeaders } from '../../../src/domain/calls/signature.js';
import { secretsOf } from '../../../src/domain/keys/secrets.js';
import { day } from '../../../src/domain/time/instant.js';
import type { EntryId, StepId } from '../../../src/domain/values/ids.js';

describe('a signature', () => {
  const secrets = secretsOf('a-secret');
  const of = { receiver: 'desk', id: 'call_1', body: '{"a":1}', at: 1_700_000_000_500 };
  const check = (key: string): string => {
    const bytes = Buffer.from(key.replace('whsec_', ''), 'base64');
    return `v1,${createHmac('sha256', bytes).update('call_1.1700000000.{"a":1}').digest('base64')}`;
  };

  test('is that of Standard Webhooks, by the key that the receiver is given', () => {
    expect(receiverKey(secrets, 'desk')).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
    expect(signedHeaders(secrets, of)).toEqual({
      'webhook-id': 'call_1',
      'webhook-timestamp': '1700000000',
      'webhook-signature': check(receiverKey(secrets, 'desk')),
    });
  });

  test('is another for each receiver', () => {
    expect(receiverKey(secrets, 'desk')).not.toBe(receiverKey(secrets, 'stock'));
  });

  test('is made by each secret during a rotation, so that the receiver may change its key in between', () => {
    const signature = signedHeaders(secretsOf('a-new-secret', 'a-secret'), of)['webhook-signature'] ?? '';
    expect(signature.split(' ')).toContain(check(receiverKey(secrets, 'desk')));
    expect(signature.split(' ')).toContain(check(receiverKey(secretsOf('a-new-secret'), 'desk')));
  });
});

describe('what a try comes to', () => {
  test.each([
    [200, 'answered'],
    [204, 'answered'],
    [301, 'refused'],
    [400, 'refused'],
    [404, 'refused'],
    [408, 'failed'],
    [410, 'refused'],
    [429, 'failed'],
    [500, 'failed'],
    [503, 'failed'],
  ])('%d: %s', (status, kind) => {
    expect(outcomeOf(status, {}).kind).toBe(kind);
  });

  test('is tried again after longer and longer pauses, for about a day, and then no more', () => {
    const pauses: number[] = [];
    for (let attempts = 1; pauseAfter(attempts) !== null; attempts += 1) pauses.push(pauseAfter(attempts) ?? 0);
    const total = pauses.reduce((sum, pause) => sum + pause, 0);

    expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
    expect(total).toBeGreaterThan(0.9 * day);
    expect(total).toBeLessThan(1.1 * day);
  });

  test('has the same id on every repeat, and another for each entry, step and visit', () => {
    const id = (entry: string, step: string, visit: number): string => callIdFor(entry as EntryId, step as StepId, visit);
    expect(id('e', 's', 1)).toBe(id('e', 's', 1));
    expect(new Set([id('e', 's', 1), id('e', 's', 2), id('e', 't', 1), id('f', 's', 1)]).size).toBe(4);
  });
});
