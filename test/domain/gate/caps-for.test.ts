import { describe, expect, test } from 'vitest';
import { capsFor, widestCapMs } from '../../../src/domain/gate/caps-for.js';
import { verdictSentence } from '../../../src/domain/gate/explain.js';
import { decideSend } from '../../../src/domain/gate/send-gate.js';
import type { LedgerSlot } from '../../../src/domain/messages/message.js';
import { day, hour } from '../../../src/domain/time/instant.js';
import { capPersonLike, shippedCaps } from '../../support/caps.js';
import { ledgerSlot, noon, sendFacts, sendRequest } from '../../support/gate.js';
import { shippedPolicies } from '../../support/policies.js';

const policies = shippedPolicies();
const limits = (...args: Parameters<typeof shippedCaps>) => Object.fromEntries(shippedCaps(...args).map(({ id, limit }) => [id, limit]));

test('each tier has its own numbers; rules that name others do not hold', () => {
  expect(limits({}, { tier: 'hot' })).toMatchObject({ 'email-7d': 5, 'sms-7d': 2, 'any-24h': 2, 'email-gap-12h': 1 });
  expect(limits({}, { tier: 'warm' })).toMatchObject({ 'email-7d': 3, 'sms-7d': 1, 'any-24h': 2, 'email-gap-16h': 1 });
  expect(limits({}, { tier: 'dormant' })).toMatchObject({ 'email-14d': 1, 'sms-7d': 0 });
  expect(limits({}, { tier: 'dormant' })).not.toHaveProperty('email-7d');
  expect(limits({}, { tier: 'sunset' })).toMatchObject({ 'email-sunset': 0, 'win-back-180d': 2 });
});

test('interest and fatigue lower what is counted over a week, rounded down, and leave gaps and the day alone', () => {
  expect(limits({}, { topicMultiplier: 0.5 })).toMatchObject({ 'email-7d': 2, 'sms-7d': 1, 'any-24h': 2, 'email-gap-12h': 1 });
  expect(limits({}, { topicMultiplier: 0.5, fatigueMultiplier: 0.5 })).toMatchObject({ 'email-7d': 1, 'sms-7d': 0 });
  expect(limits({}, { topicMultiplier: 0 })).toMatchObject({ 'email-7d': 0, 'ceiling-email-7d': 7 });
});

test('what a person’s own act asked for need not keep the gap, but keeps the counts', () => {
  expect(limits({ isUserInitiated: true })).not.toHaveProperty('email-gap-12h');
  expect(limits({ isUserInitiated: true })).toMatchObject({ 'email-7d': 5, 'any-24h': 2 });
});

test('a step that does not obey is still under the ceilings and the person’s own choice', () => {
  const chosen = { limit: 1, windowMs: 7 * day, until: null };

  expect(Object.keys(limits({ obeysCap: false }, { chosen }))).toEqual([
    'your-choice',
    'ceiling-email-7d',
    'ceiling-sms-7d',
    'ceiling-any-24h',
  ]);
});

test('service and transactional messages are under no cap, unless a step of class service obeys', () => {
  expect(shippedCaps({ class: 'transactional' })).toEqual([]);
  expect(shippedCaps({ class: 'service' })).toEqual([]);
  expect(shippedCaps({ class: 'service', obeysCap: true }).length).toBeGreaterThan(0);
});

test('the ledger is read as far back as the widest window', () => {
  expect(widestCapMs(policies.caps)).toBe(180 * day);
  expect(widestCapMs({ ...policies.caps, rules: [] })).toBe(30 * day);
});

describe('headroom', () => {
  const one = [ledgerSlot({ slotAt: noon - hour, channel: 'sms' })];
  const newsletter = { priority: 20, topic: 'newsletter', deadlineAt: noon + 10 * day } as const;
  const decide = (ledger: readonly LedgerSlot[], request: Parameters<typeof sendRequest>[0]) =>
    decideSend(sendRequest(request), sendFacts({ ledger, caps: shippedCaps(sendRequest(request)) }));

  test('keeps the last place of a day from a newsletter, and gives it to a reminder', () => {
    expect(decide(one, newsletter)).toMatchObject({
      kind: 'defer',
      until: noon + 23 * hour,
      detail: { rule: 'any-24h', used: 1, limit: 2, keepFree: 1 },
    });
    expect(decide(one, { priority: 80 })).toEqual({ kind: 'send' });
  });

  test('counts at the reservation, never when the promised slot has come', () => {
    const own = ledgerSlot({ messageId: 'this-message', state: 'reserved', slotAt: noon, priority: 20, topic: 'newsletter' });

    expect(decide([...one, own], newsletter)).toEqual({ kind: 'send' });
  });
});

describe('the gap between two emails', () => {
  const newsletter = { class: 'broadcast', topic: 'newsletter', priority: 20 } as const;
  const decide = (sent: readonly LedgerSlot[], what: Partial<Parameters<typeof sendRequest>[0]> = {}) => {
    const request = sendRequest(what);
    return decideSend(request, sendFacts({ ledger: sent, caps: capsFor(policies, capPersonLike(), request) }));
  };
  const threeHoursAgo = { slotAt: noon - 3 * hour };

  test('does not let a newsletter keep a cart reminder from leaving', () => {
    expect(decide([ledgerSlot({ ...newsletter, ...threeHoursAgo })])).toEqual({ kind: 'send' });
  });

  test('keeps a newsletter from following a cart reminder, and a reminder from following its like', () => {
    const reminder = ledgerSlot({ ...threeHoursAgo, priority: 80 });
    expect(decide([reminder], newsletter)).toMatchObject({ kind: 'defer', reason: 'frequency-cap' });
    expect(decide([reminder], { priority: 80 })).toMatchObject({ kind: 'defer', until: noon + 9 * hour });
  });

  test('keeps a newsletter from coming just before a reminder that is promised', () => {
    const promised = ledgerSlot({ state: 'reserved', slotAt: noon + 2 * hour, priority: 80 });
    expect(decide([promised], { ...newsletter, deadlineAt: noon + 3 * day })).toMatchObject({ kind: 'defer', reason: 'frequency-cap' });
  });
});

describe('the sentence says where the number comes from', () => {
  const say = (person: Partial<Parameters<typeof capPersonLike>[0]>, sent: readonly LedgerSlot[] = []) => {
    const request = sendRequest({ onCapped: 'skip' });
    const decision = decideSend(request, sendFacts({ ledger: sent, caps: capsFor(policies, capPersonLike(person), request) }));
    return verdictSentence(decision, { timeZone: 'Europe/Berlin', channel: 'email' });
  };
  const daysAgo = (...days: readonly number[]) => days.map((ago) => ledgerSlot({ slotAt: noon - ago * day }));

  test('a tier', () => {
    expect(say({ tier: 'new' }, daysAgo(6, 5, 4, 3))).toBe(
      'Not sent: cap email-7d, 4 of 4 used (tier new); next possible Wed 2 Dec 13:00 (Europe/Berlin).',
    );
  });

  test('interest, fatigue', () => {
    expect(say({ tier: 'warm', topicMultiplier: 0.5, fatigueMultiplier: 1 }, daysAgo(6))).toBe(
      'Not sent: cap email-7d, 1 of 1 used (tier warm; fewer, because the person does not read this topic); next possible Wed 2 Dec 13:00 (Europe/Berlin).',
    );
    expect(say({ tier: 'warm', fatigueMultiplier: 0.5 }, daysAgo(6))).toMatch(/tier warm; fewer for a while/);
  });

  test('a limit of nothing', () => {
    expect(say({ tier: 'sunset' })).toBe('Not sent: cap email-sunset, nothing is allowed (tier sunset).');
  });

  test('the person’s own choice', () => {
    expect(say({ chosen: { limit: 0, windowMs: 30 * day, until: noon + 2 * day } })).toBe(
      'Not sent: cap your-choice, nothing is allowed (as the person chose); next possible Thu 3 Dec 13:00 (Europe/Berlin).',
    );
  });
});
