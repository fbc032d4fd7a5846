import { describe, expect, test } from 'vitest';
import type { ConsentRecord } from '../../src/domain/consent.js';
import { hasConsent } from '../../src/domain/consent.js';
import { consentTo } from '../support/gate.js';

const granted = (topic: string, at: number, channel: 'email' | 'sms' = 'email') => consentTo(channel, topic, { at });
const denied = (topic: string, at: number, channel: 'email' | 'sms' = 'email') => consentTo(channel, topic, { at, state: 'denied' });

describe('consent to cart reminders', () => {
  test.each<readonly [string, readonly ConsentRecord[], boolean]>([
    ['nobody asked', [], false],
    ['marketing covers it on email', [granted('marketing', 1)], true],
    ['the newest act wins, in whatever order they are read', [granted('cart_reminder', 3), denied('cart_reminder', 2)], true],
    ['a withdrawal wins a tie', [denied('cart_reminder', 2), granted('cart_reminder', 2)], false],
    ['denying the topic beats a newer, broader grant', [denied('cart_reminder', 1), granted('marketing', 2)], false],
    ['withdrawing all marketing stands over an older grant of the topic', [granted('cart_reminder', 1), denied('marketing', 2)], false],
    ['a newer grant of the topic stands over a withdrawal of all', [denied('marketing', 1), granted('cart_reminder', 2)], true],
    ['consent on another channel says nothing', [granted('marketing', 1, 'sms')], false],
  ])('by email: %s', (_name, records, expected) => {
    expect(hasConsent(records, 'email', 'cart_reminder')).toBe(expected);
    expect(hasConsent([...records].reverse(), 'email', 'cart_reminder')).toBe(expected);
  });

  test('by text they must be named', () => {
    expect(hasConsent([granted('marketing', 1, 'sms')], 'sms', 'cart_reminder')).toBe(false);
    expect(hasConsent([granted('cart_reminder', 1, 'sms')], 'sms', 'cart_reminder')).toBe(true);
  });
});
