import { describe, expect, test } from 'vitest';
import type { SendFacts } from '../../../src/domain/gate/send-gate.js';
import { decideSend } from '../../../src/domain/gate/send-gate.js';
import { day, hour, minute } from '../../../src/domain/time/instant.js';
import { shippedCaps } from '../../support/caps.js';
import { berlinPlace, consentTo, ledgerSlot, noon, rolling, sendFacts, sendRequest } from '../../support/gate.js';

const evening = Date.UTC(2026, 11, 1, 22, 30); // 23:30 in Berlin
const morning = Date.UTC(2026, 11, 2, 7); // 08:00 in Berlin
const onePerDay = { id: 'email-1d', channels: ['email'], topics: null, limit: 1, window: rolling(day) } as const;

describe('refusals', () => {
  /** From the last to the first: each one added outranks all that were there before. */
  const objections: readonly (readonly [string, Partial<SendFacts>, { readonly kind: string; readonly reason: string }])[] = [
    ['content', { content: { kind: 'empty', problem: 'cart-empty' } }, { kind: 'skip', reason: 'empty-content' }],
    ['holdout', { holdout: true }, { kind: 'withhold', reason: 'holdout' }],
    ['address', { reachable: { kind: 'no', code: 'no-address' } }, { kind: 'skip', reason: 'unreachable' }],
    ['suppression', { suppression: { reason: 'complained' } }, { kind: 'skip', reason: 'suppressed' }],
    ['consent', { consents: [] }, { kind: 'skip', reason: 'no-consent' }],
    ['pause', { paused: { scope: 'all' } }, { kind: 'hold', reason: 'paused' }],
  ];

  test('the first objection in the order of the policy decides', () => {
    let facts = sendFacts({ caps: [{ ...onePerDay, limit: 0 }] });
    expect(decideSend(sendRequest(), facts)).toMatchObject({ kind: 'skip', reason: 'frequency-cap' });
    for (const [name, objection, expected] of objections) {
      facts = { ...facts, ...objection };
      expect(decideSend(sendRequest(), facts), name).toMatchObject(expected);
    }
  });

  test('sends when nothing stands against it', () => {
    expect(decideSend(sendRequest(), sendFacts())).toEqual({ kind: 'send' });
  });

  test('a held-out message records the verdict that it would have had', () => {
    const facts = sendFacts({ holdout: true, caps: [onePerDay], ledger: [ledgerSlot({ slotAt: noon - hour })] });

    expect(decideSend(sendRequest(), facts)).toMatchObject({
      kind: 'withhold',
      instead: { kind: 'defer', reason: 'frequency-cap', until: noon + 23 * hour },
    });
  });

  test('a message after its deadline is stale', () => {
    expect(decideSend(sendRequest({ deadlineAt: noon - 1 }), sendFacts())).toMatchObject({ kind: 'skip', reason: 'stale' });
    expect(decideSend(sendRequest({ deadlineAt: noon }), sendFacts())).toEqual({ kind: 'send' });
  });
});

describe('classes', () => {
  const night = { channel: 'sms', at: evening } as const;
  const full = { caps: [{ ...onePerDay, channels: null }], ledger: [ledgerSlot({ slotAt: evening - hour })] };

  test('a transactional text needs no consent, no room under caps and no daylight', () => {
    expect(
      decideSend(
        sendRequest({ ...night, class: 'transactional' }),
        sendFacts({ ...full, caps: shippedCaps({ class: 'transactional' }), consents: [], needsConsent: false, quietHours: null }),
      ),
    ).toEqual({ kind: 'send' });
  });

  test.each(['bounced', 'invalid-address', 'stopped'])('an address that is %s gets no transactional message either', (reason) => {
    expect(decideSend(sendRequest({ class: 'transactional' }), sendFacts({ suppression: { reason } }))).toMatchObject({
      reason: 'suppressed',
    });
  });

  test.each(['unsubscribed', 'complained', 'erased'])('a person who %s still gets the confirmation of an order', (reason) => {
    expect(decideSend(sendRequest({ class: 'transactional' }), sendFacts({ suppression: { reason } }))).toEqual({ kind: 'send' });
  });

  test('a service text waits for the morning, and caps neither hold nor count it', () => {
    const service = sendFacts({ ...full, caps: shippedCaps({ class: 'service' }) });
    expect(decideSend(sendRequest({ ...night, class: 'service' }), service)).toMatchObject({
      kind: 'defer',
      reason: 'quiet-hours',
      until: morning,
    });
    const afterService = sendFacts({
      caps: [onePerDay],
      ledger: [ledgerSlot({ class: 'service' }), ledgerSlot({ class: 'transactional' })],
    });
    expect(decideSend(sendRequest(), afterService)).toEqual({ kind: 'send' });
  });

  test('a service email needs consent', () => {
    expect(decideSend(sendRequest({ class: 'service' }), sendFacts({ consents: [] }))).toMatchObject({ reason: 'no-consent' });
  });
});

describe('timing', () => {
  test('a marketing text at night waits until every zone is awake', () => {
    const request = sendRequest({ channel: 'sms', at: evening });

    expect(decideSend(request, sendFacts())).toMatchObject({ kind: 'defer', until: morning, reason: 'quiet-hours' });
    expect(
      decideSend(request, sendFacts({ places: [berlinPlace, { ...berlinPlace, zone: 'Europe/London', country: 'GB' }] })),
    ).toMatchObject({ until: morning + hour });
  });

  test('an email leaves at night', () => {
    expect(decideSend(sendRequest({ at: evening }), sendFacts())).toEqual({ kind: 'send' });
  });

  test('a text that cannot leave before its deadline is skipped, and says when it could have', () => {
    expect(decideSend(sendRequest({ channel: 'sms', at: evening, deadlineAt: morning - 1 }), sendFacts())).toEqual({
      kind: 'skip',
      reason: 'quiet-hours',
      detail: { rule: 'de', zone: 'Europe/Berlin', opens: '08:00', closes: '21:00', next: morning },
    });
    expect(decideSend(sendRequest({ channel: 'sms', at: evening, deadlineAt: morning }), sendFacts())).toMatchObject({
      kind: 'defer',
      until: morning,
    });
  });

  test('the rule that binds is the one that moved the slot last', () => {
    const smsPerDay = { id: 'sms-1d', channels: ['sms'], topics: null, limit: 1, window: rolling(day) } as const;
    const request = sendRequest({ channel: 'sms', at: evening, deadlineAt: evening + 2 * day });
    const sent = (slotAt: number) => sendFacts({ caps: [smsPerDay], ledger: [ledgerSlot({ channel: 'sms', slotAt })] });

    // The cap has room at noon, long after the opening.
    expect(decideSend(request, sent(noon))).toEqual({
      kind: 'defer',
      until: noon + day,
      reason: 'frequency-cap',
      detail: { rule: 'sms-1d', used: 1, limit: 1, next: noon + day },
    });
    // The cap has room before the opening: the night binds.
    expect(decideSend(request, sent(evening - 20 * hour))).toMatchObject({ until: morning, reason: 'quiet-hours' });
    // The cap has room only in the next night.
    expect(decideSend({ ...request, at: noon }, sent(Date.UTC(2026, 10, 30, 20, 30)))).toMatchObject({
      until: morning,
      reason: 'quiet-hours',
    });
  });

  test('a message that may not wait for a cap is skipped by it, but still waits for the morning', () => {
    const facts = sendFacts({ caps: [onePerDay], ledger: [ledgerSlot()] });

    expect(decideSend(sendRequest({ onCapped: 'skip' }), facts)).toEqual({
      kind: 'skip',
      reason: 'frequency-cap',
      detail: { rule: 'email-1d', used: 1, limit: 1, next: noon + 23 * hour },
    });
    expect(decideSend(sendRequest({ channel: 'sms', at: evening, onCapped: 'skip' }), facts)).toMatchObject({
      kind: 'defer',
      until: morning,
    });
  });

  test.each([
    ['skip', 'skip'],
    ['exit', 'exit'],
  ] as const)('a message that may not wait for a cap (%s) is told when all rules together would have let it', (onCapped, kind) => {
    const gap = { ...onePerDay, id: 'gap', window: rolling(2 * day) };
    expect(decideSend(sendRequest({ onCapped }), sendFacts({ caps: [onePerDay, gap], ledger: [ledgerSlot()] }))).toEqual({
      kind,
      reason: 'frequency-cap',
      detail: { rule: 'email-1d', used: 1, limit: 1, next: noon + 47 * hour },
    });
    // Eleven hours after a text of noon the cap has room, and it is night.
    const halfDay = { id: 'sms-11h', channels: ['sms'], topics: null, limit: 1, window: rolling(11 * hour) } as const;
    const text = sendRequest({ channel: 'sms', at: noon + hour, onCapped });
    const sent = ledgerSlot({ channel: 'sms', slotAt: noon });
    expect(decideSend(text, sendFacts({ caps: [halfDay], ledger: [sent] }))).toMatchObject({
      kind,
      detail: { rule: 'sms-11h', next: morning },
    });
    const never = { ...onePerDay, id: 'none', limit: 0 };
    expect(decideSend(sendRequest({ onCapped }), sendFacts({ caps: [onePerDay, never], ledger: [ledgerSlot()] }))).toMatchObject({
      kind,
      detail: { next: null },
    });
  });

  test('a text to someone whose zone nobody knows does not leave', () => {
    expect(decideSend(sendRequest({ channel: 'sms' }), sendFacts({ places: [] }))).toMatchObject({ kind: 'skip', reason: 'quiet-hours' });
  });

  test('a promised slot holds although the turn comes a moment late and another slot was promised after it', () => {
    const own = ledgerSlot({ messageId: 'this-message', state: 'reserved', slotAt: noon });
    const next = ledgerSlot({ state: 'reserved', slotAt: noon + day });
    const late = sendRequest({ at: noon + 50, deadlineAt: noon });
    const facts = sendFacts({ caps: [onePerDay], ledger: [own, next] });

    expect(decideSend(late, facts)).toEqual({ kind: 'send' });
    // The other one looks again at its own time and moves by what this one was late.
    const sent = { ...own, state: 'accepted', slotAt: noon + 50 } as const;
    const follower = sendRequest({ messageId: next.messageId, at: noon + day });
    expect(decideSend(follower, sendFacts({ caps: [onePerDay], ledger: [sent, next] }))).toMatchObject({
      kind: 'defer',
      until: noon + day + 50,
    });
  });

  test('a promised slot gives way to what was sent meanwhile, and to the night', () => {
    const own = ledgerSlot({ messageId: 'this-message', state: 'reserved', slotAt: noon });
    expect(decideSend(sendRequest(), sendFacts({ caps: [onePerDay], ledger: [own, ledgerSlot()] }))).toMatchObject({
      reason: 'frequency-cap',
    });
    const text = { ...own, channel: 'sms', slotAt: evening } as const;
    expect(decideSend(sendRequest({ channel: 'sms', at: evening + minute }), sendFacts({ ledger: [text] }))).toMatchObject({
      reason: 'quiet-hours',
    });
  });

  test('consent to one topic does not let another through', () => {
    const facts = sendFacts({ consents: [consentTo('sms', 'marketing')] });

    expect(decideSend(sendRequest({ channel: 'sms' }), facts)).toMatchObject({ reason: 'no-consent', detail: { topic: 'cart_reminder' } });
  });
});
