import { expect, test } from 'vitest';
import type { EngagementFacts } from '../../../src/domain/engagement/facts.js';
import { noEngagement, recordSignal } from '../../../src/domain/engagement/state.js';
import { sunsetSince } from '../../../src/domain/engagement/sunset.js';
import { decideSend } from '../../../src/domain/gate/send-gate.js';
import { day, type Instant } from '../../../src/domain/time/instant.js';
import { sendFacts, sendRequest } from '../../support/gate.js';
import { shippedPolicies } from '../../support/policies.js';

const policy = shippedPolicies().engagement;
const start: Instant = Date.UTC(2026, 0, 1);
const on = (days: number): Instant => start + days * day;
const bought = recordSignal(noEngagement, { kind: 'purchase' }, on(0), policy);

/** Bought on day 0, so in sunset from day 187. */
const silent = (winBacks: readonly number[], more: Partial<EngagementFacts> = {}): EngagementFacts => ({
  state: bought,
  consents: [],
  unengagedSends: [],
  winBacks: winBacks.map(on),
  topics: [],
  isTracked: true,
  mayProfile: true,
  ...more,
});

test('marketing ends five days after the second win-back that got no answer', () => {
  const facts = silent([190, 197]);
  expect(sunsetSince(policy, facts, on(202) - 1)).toBeNull();
  expect(sunsetSince(policy, facts, on(202))).toBe(on(202));
  expect(sunsetSince(policy, facts, on(900))).toBe(on(202));
});

test('one win-back does not end it, nor do two that came before the person was in sunset', () => {
  expect(sunsetSince(policy, silent([190]), on(400))).toBeNull();
  expect(sunsetSince(policy, silent([150, 160]), on(400))).toBeNull();
});

test('an act of the person begins anew, an open does not', () => {
  const after = (kind: 'site_visit' | 'reliable_open') => silent([190, 197], { state: recordSignal(bought, { kind }, on(250), policy) });
  expect(sunsetSince(policy, after('site_visit'), on(250))).toBeNull();
  expect(sunsetSince(policy, after('reliable_open'), on(250))).toBe(on(202));

  const consent = { channel: 'email', topic: 'marketing', state: 'granted', at: on(250), method: 'form', source: 'footer' } as const;
  expect(sunsetSince(policy, silent([190, 197], { consents: [consent] }), on(250))).toBeNull();
});

test('nobody who objects to profiling is put to silence by it', () => {
  expect(sunsetSince(policy, silent([190, 197], { mayProfile: false }), on(400))).toBeNull();
});

test('it ends marketing and broadcasts; what a person has ordered or asked about still comes', () => {
  const facts = sendFacts({ suppression: { reason: 'sunset' } });
  const decided = (messageClass: 'marketing' | 'broadcast' | 'service' | 'transactional') =>
    decideSend(sendRequest({ class: messageClass }), facts).kind;
  expect(decided('marketing')).toBe('skip');
  expect(decided('broadcast')).toBe('skip');
  expect(decided('service')).toBe('send');
  expect(decided('transactional')).toBe('send');
});
