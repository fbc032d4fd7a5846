import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ConsentCause, type ConsentRecord, judgeConsent } from '../../../src/domain/consent/consent.js';
import { consentTo } from '../../support/gate.js';
import { shippedPolicies } from '../../support/policies.js';

const { topics } = shippedPolicies();
const granted = (topic: string, at: number, more: Partial<ConsentRecord> = {}) => consentTo('email', topic, { at, ...more });
const denied = (topic: string, at: number) => granted(topic, at, { state: 'denied' });
const withdrawn = (topic: string, at: number) => granted(topic, at, { state: 'withdrawn' });
const implied = (topic: string, at: number, expiresAt: number) => granted(topic, at, { legalBasis: 'implied', expiresAt });
const pending = (topic: string, at: number, method = 'form') => granted(topic, at, { state: 'pending', method });

const judged = (records: readonly ConsentRecord[], at = 10) => judgeConsent(records, 'email', 'cart_reminder', at, topics);

describe('consent to cart reminders by email, at 10', () => {
  test.each<readonly [string, readonly ConsentRecord[], ConsentCause]>([
    ['nobody asked', [], 'nothing-said'],
    ['it was granted by name', [granted('cart_reminder', 1)], 'granted'],
    ['marketing covers it', [granted('marketing', 1)], 'covered'],
    [
      'of two grants at the same instant the one that ends counts',
      [{ ...granted('cart_reminder', 3), expiresAt: 4 }, granted('cart_reminder', 3)],
      'expired',
    ],
    ['the newest act wins, in whatever order they are read', [granted('cart_reminder', 3), denied('cart_reminder', 2)], 'granted'],
    ['a refusal wins a tie', [withdrawn('cart_reminder', 2), granted('cart_reminder', 2)], 'refused'],
    ['denying the topic beats a newer, broader grant', [denied('cart_reminder', 1), granted('marketing', 2)], 'refused'],
    [
      'withdrawing all marketing stands over an older grant of the topic',
      [granted('cart_reminder', 1), withdrawn('marketing', 2)],
      'refused-all',
    ],
    ['a newer grant of the topic stands over a withdrawal of all', [withdrawn('marketing', 1), granted('cart_reminder', 2)], 'granted'],
    ['consent on another channel says nothing', [consentTo('sms', 'marketing', { at: 1 })], 'nothing-said'],
    ['a yes that waits for its confirmation is none', [pending('cart_reminder', 1)], 'pending'],
    ['signing up again takes nothing away', [granted('cart_reminder', 1), pending('cart_reminder', 2)], 'granted'],
    ['a yes that was never confirmed is none', [pending('cart_reminder', 1), granted('cart_reminder', 9, { state: 'expired' })], 'pending'],
    ['an import without evidence counts for nothing', [pending('cart_reminder', 1, 'import')], 'quarantined'],
    ['a purchase implies it for a time', [implied('cart_reminder', 1, 11)], 'granted'],
    ['an implied consent ends at its instant', [implied('cart_reminder', 1, 10)], 'expired'],
    ['of two implied consents the longer counts', [implied('cart_reminder', 1, 99), implied('cart_reminder', 2, 3)], 'granted'],
    ['a later purchase does not undo a refusal', [denied('cart_reminder', 1), implied('cart_reminder', 2, 99)], 'refused'],
    ['nor the refusal of all marketing', [withdrawn('marketing', 1), implied('cart_reminder', 2, 99)], 'refused-all'],
    ['an explicit yes outlives an implied one', [granted('cart_reminder', 1), implied('cart_reminder', 2, 3)], 'granted'],
    ['a yes with an end, after its end', [granted('cart_reminder', 1, { expiresAt: 10 })], 'expired'],
  ])('%s', (_name, records, cause) => {
    for (const order of [records, [...records].reverse()]) {
      const { cause: found, granted: holds } = judged(order);
      expect([found, holds]).toEqual([cause, cause === 'granted' || cause === 'covered']);
    }
  });

  test('by text they must be named', () => {
    const everything = [consentTo('sms', 'marketing', { at: 1 })];
    expect(judgeConsent(everything, 'sms', 'cart_reminder', 10, topics)).toMatchObject({ granted: false, cause: 'not-covered' });
    const named = [...everything, consentTo('sms', 'cart_reminder', { at: 1 })];
    expect(judgeConsent(named, 'sms', 'cart_reminder', 10, topics).granted).toBe(true);
  });
});

describe('whatever was said before', () => {
  const act = fc.record({
    channel: fc.constant('email' as const),
    topic: fc.constantFrom('marketing', 'cart_reminder'),
    state: fc.constantFrom('pending' as const, 'granted' as const, 'denied' as const, 'withdrawn' as const, 'expired' as const),
    at: fc.integer({ min: 0, max: 9 }),
    method: fc.constantFrom('form', 'import'),
    source: fc.constant('test'),
    legalBasis: fc.constantFrom(null, 'consent' as const, 'implied' as const),
    expiresAt: fc.option(fc.integer({ min: 0, max: 20 })),
  });

  test('a refusal that comes last stands, and the order of reading never matters', () => {
    fc.assert(
      fc.property(fc.array(act, { maxLength: 8 }), fc.constantFrom('marketing', 'cart_reminder'), fc.integer(), (acts, topic, seed) => {
        const refused = [...acts, withdrawn(topic, 9)];
        expect(judged(refused).granted).toBe(false);
        const shuffled = acts.map((one, index) => ({ one, key: (index * 7919 + seed) % 101 })).sort((a, b) => a.key - b.key);
        expect(judged(shuffled.map(({ one }) => one)).granted).toBe(judged(acts).granted);
      }),
    );
  });

  test('without a yes that is nobody’s import and not pending there is no consent', () => {
    fc.assert(
      fc.property(fc.array(act.filter(({ state }) => state !== 'granted')), (acts) => {
        expect(judged(acts).granted).toBe(false);
      }),
    );
  });
});
