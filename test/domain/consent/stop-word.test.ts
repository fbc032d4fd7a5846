import { describe, expect, test } from 'vitest';
import { type ConsentRecord, judgeConsent } from '../../../src/domain/consent/consent.js';
import { actsOfStart, actsOfStop } from '../../../src/domain/consent/stop-word.js';
import { consentTo } from '../../support/gate.js';
import { shippedPolicies } from '../../support/policies.js';

const { topics } = shippedPolicies();
const granted = (topic: string, at: number, more: Partial<ConsentRecord> = {}) => consentTo('sms', topic, { at, ...more });
const denied = (topic: string, at: number) => granted(topic, at, { state: 'denied' });
const implied = (topic: string, at: number, expiresAt = 100) => granted(topic, at, { legalBasis: 'implied', expiresAt });

const stopped = (records: readonly ConsentRecord[], at: number) => [
  ...records,
  ...actsOfStop(records, 'sms', at).map((act) => granted(act.topic, at, act)),
];
const started = (records: readonly ConsentRecord[], at: number) => [
  ...records,
  ...actsOfStart(records, 'sms', at).map((act) => granted(act.topic, at, act)),
];
const holds = (records: readonly ConsentRecord[], at: number, topic = 'cart_reminder') =>
  judgeConsent(records, 'sms', topic, at, topics).granted;

describe('STOP at 10, START at 20', () => {
  test.each<readonly [string, readonly ConsentRecord[]]>([
    ['a yes', [granted('cart_reminder', 1)]],
    ['a purchase that implies it', [implied('cart_reminder', 1)]],
    ['a yes and a later purchase', [granted('cart_reminder', 1), implied('cart_reminder', 2, 5)]],
    ['a refusal', [denied('cart_reminder', 1)]],
    ['a refusal and a later purchase', [denied('cart_reminder', 1), implied('cart_reminder', 2)]],
    ['a yes and a later refusal of everything', [granted('cart_reminder', 1), denied('marketing', 2)]],
    ['a refusal of everything and a later purchase', [denied('marketing', 1), implied('cart_reminder', 2)]],
    ['a yes that has ended', [granted('cart_reminder', 1, { expiresAt: 5 })]],
    ['nothing', []],
  ])('leave as it was: %s', (_name, records) => {
    const stop = stopped(records, 10);
    expect(holds(stop, 15)).toBe(false);
    expect(holds(started(stop, 20), 25)).toBe(holds(records, 9));
  });

  test('bring an implied consent back as one, with the end that it had', () => {
    const after = started(stopped([implied('cart_reminder', 1, 30)], 10), 20);
    expect(after.at(-1)).toMatchObject({ state: 'granted', legalBasis: 'implied', expiresAt: 30 });
    expect([holds(after, 29), holds(after, 30)]).toEqual([true, false]);
    expect(holds([...after, denied('cart_reminder', 25), implied('cart_reminder', 26)], 27)).toBe(false);
  });

  test('are undone by a review as by START', () => {
    const stop = stopped([implied('cart_reminder', 1, 30)], 10);
    const after = [...stop, ...actsOfStart(stop, 'sms', 20).map((act) => granted(act.topic, 20, { ...act, source: 'review' }))];
    expect([holds(after, 29), holds(after, 30)]).toEqual([true, false]);
  });

  test('bring nothing back over what was refused between them, be it by name or all at once', () => {
    const stop = stopped([granted('cart_reminder', 1)], 10);
    for (const refusal of [denied('cart_reminder', 15), denied('marketing', 15)])
      expect(holds(started([...stop, refusal], 20), 25)).toBe(false);
  });

  test('bring back what STOP took where somebody bought something between them', () => {
    const stop = stopped([granted('cart_reminder', 1)], 10);
    const after = started([...stop, implied('cart_reminder', 15, 18)], 20);
    expect(holds(after, 25)).toBe(true);
  });

  test('end what waits for its confirmation, also beside a yes that has ended', () => {
    const records = [granted('cart_reminder', 1, { expiresAt: 5 }), granted('cart_reminder', 8, { state: 'pending' })];
    expect(actsOfStop(records, 'sms', 10)).toContainEqual({ topic: 'cart_reminder', state: 'withdrawn', source: 'sms-stop-all' });
  });
});
