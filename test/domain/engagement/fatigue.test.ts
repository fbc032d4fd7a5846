import { expect, test } from 'vitest';
import type { ConsentRecord } from '../../../src/domain/consent/consent.js';
import type { EngagementFacts } from '../../../src/domain/engagement/facts.js';
import { fatigueMultiplier } from '../../../src/domain/engagement/fatigue.js';
import { noEngagement, recordFatigue, recordSignal } from '../../../src/domain/engagement/state.js';
import { day, type Instant } from '../../../src/domain/time/instant.js';
import { shippedPolicies } from '../../support/policies.js';

const policy = shippedPolicies().engagement;
const start: Instant = Date.UTC(2026, 0, 1);
const on = (days: number): Instant => start + days * day;
const sales = { channel: 'email', topic: 'sales' } as const;

const clicked = recordSignal(noEngagement, { kind: 'human_click' }, on(0), policy);
const person = (more: Partial<EngagementFacts> = {}): EngagementFacts => ({
  state: clicked,
  consents: [],
  unengagedSends: [],
  winBacks: [],
  topics: [],
  isTracked: true,
  mayProfile: true,
  ...more,
});
const act = (topic: string, state: ConsentRecord['state'], days: number): ConsentRecord => ({
  channel: 'email',
  topic,
  state,
  at: on(days),
  method: 'preference-centre',
  source: 'message/1',
});

test('nothing shrinks for who shows no sign of it', () => {
  expect(fatigueMultiplier(policy, person(), on(1), sales)).toEqual({ multiplier: 1, fatigue: null });
});

test('too many, said once, halves for thirty days', () => {
  const tired = person({ state: recordFatigue(clicked, 'too-many', on(3)) });
  expect(fatigueMultiplier(policy, tired, on(3), sales)).toEqual({
    multiplier: 0.5,
    fatigue: { cause: 'too-many', at: on(3), until: on(33) },
  });
  expect(fatigueMultiplier(policy, tired, on(33), sales).multiplier).toBe(1);
});

test('leaving a topic that was granted halves the others, and not because of a box that was never ticked', () => {
  const left = person({ consents: [act('marketing', 'granted', 0), act('newsletter', 'denied', 2)] });
  expect(fatigueMultiplier(policy, left, on(3), sales).fatigue?.cause).toBe('left-a-topic');
  expect(fatigueMultiplier(policy, left, on(3), { channel: 'sms', topic: 'sales' }).multiplier).toBe(1);
  expect(fatigueMultiplier(policy, person({ consents: [act('newsletter', 'denied', 2)] }), on(3), sales).multiplier).toBe(1);
});

test('refusing once more what was refused already is no new sign', () => {
  const again = person({ consents: [act('newsletter', 'granted', 0), act('newsletter', 'withdrawn', 2), act('newsletter', 'denied', 40)] });
  expect(fatigueMultiplier(policy, again, on(31), sales).fatigue).toMatchObject({ cause: 'left-a-topic', until: on(32) });
  expect(fatigueMultiplier(policy, again, on(41), sales)).toEqual({ multiplier: 1, fatigue: null });

  const stopped = [act('newsletter', 'granted', 0), act('marketing', 'withdrawn', 2), act('newsletter', 'withdrawn', 40)];
  expect(fatigueMultiplier(policy, person({ consents: stopped }), on(41), sales).multiplier).toBe(1);
  const returned = [
    act('marketing', 'granted', 0),
    act('newsletter', 'denied', 2),
    act('newsletter', 'granted', 3),
    act('newsletter', 'denied', 40),
  ];
  expect(fatigueMultiplier(policy, person({ consents: returned }), on(41), sales).fatigue?.until).toBe(on(70));
});

test('eight messages in a row without an answer halve for who was hot or warm, and only where answers are seen', () => {
  const eight = Array.from({ length: 8 }, (_, index) => on(1 + index));
  expect(fatigueMultiplier(policy, person({ unengagedSends: eight }), on(8), sales)).toEqual({
    multiplier: 0.5,
    fatigue: { cause: 'unanswered', at: on(8), until: on(38) },
  });
  expect(fatigueMultiplier(policy, person({ unengagedSends: eight.slice(1) }), on(8), sales).multiplier).toBe(1);
  expect(fatigueMultiplier(policy, person({ unengagedSends: eight, isTracked: false }), on(8), sales).multiplier).toBe(1);
  const whenCool = eight.map((at) => at + 60 * day);
  expect(fatigueMultiplier(policy, person({ unengagedSends: whenCool }), on(69), sales).multiplier).toBe(1);
});
