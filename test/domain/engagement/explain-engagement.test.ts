import { expect, test } from 'vitest';
import { fallsSentence, tierSentence } from '../../../src/domain/engagement/explain-engagement.js';
import type { EngagementFacts } from '../../../src/domain/engagement/facts.js';
import { noEngagement, recordSignal } from '../../../src/domain/engagement/state.js';
import { tierAt } from '../../../src/domain/engagement/tier.js';
import { day, type Instant } from '../../../src/domain/time/instant.js';
import { shippedPolicies } from '../../support/policies.js';

const policy = shippedPolicies().engagement;
const start: Instant = Date.UTC(2026, 0, 1);
const on = (days: number): Instant => start + days * day;
const signedUp: EngagementFacts = {
  state: noEngagement,
  consents: [{ channel: 'email', topic: 'marketing', state: 'granted', at: start, method: 'form', source: 'footer' }],
  unengagedSends: [],
  winBacks: [],
  topics: [],
  isTracked: true,
  mayProfile: true,
};

function told(facts: EngagementFacts, at: Instant): readonly (string | null)[] {
  const verdict = tierAt(policy, facts, at);
  return [tierSentence(policy, verdict, { timeZone: 'UTC', at }), fallsSentence(verdict, { timeZone: 'UTC' })];
}

test('of who ignored their first messages says so, and that they fall from there', () => {
  const unengagedSends = Array.from({ length: 12 }, (_, index) => on(1 + index));
  expect(told({ ...signedUp, unengagedSends }, on(20))).toEqual([
    'Cool: 10 messages got no answer since Thu 1 Jan 00:00.',
    'Falls to dormant Wed 8 Apr 00:00 (UTC) if nothing happens before then.',
  ]);
});

test('of who is new says what they become, which may be better', () => {
  expect(told(signedUp, on(20))).toEqual([
    'New: consent was given 20 days ago (Thu 1 Jan 00:00), and the first 30 days are new.',
    'Falls to warm Sat 31 Jan 00:00 (UTC) if nothing happens before then.',
  ]);
  const bought = { ...signedUp, state: recordSignal(noEngagement, { kind: 'purchase' }, on(20), policy) };
  expect(told(bought, on(20))[1]).toBe('Becomes hot Sat 31 Jan 00:00 (UTC) if nothing happens before then.');
});
