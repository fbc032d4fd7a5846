import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConsentRecord } from '../../../src/domain/consent/consent.js';
import type { EngagementFacts, TopicHistory } from '../../../src/domain/engagement/facts.js';
import { noEngagement } from '../../../src/domain/engagement/state.js';
import { chanceBelow, topicMultiplier } from '../../../src/domain/engagement/topic-affinity.js';
import { day } from '../../../src/domain/time/instant.js';
import { betaCdf, fisherLess } from '../../../src/domain/values/stats.js';
import { shippedPolicies } from '../../support/policies.js';
import { noon } from '../../support/shop-events.js';

const policy = shippedPolicies().engagement;
const vectors = JSON.parse(readFileSync(new URL('../../vectors/caps.json', import.meta.url), 'utf8')) as {
  readonly topic_affinity: readonly {
    readonly case: string;
    readonly pop_rate: number;
    readonly kappa: number;
    readonly sent: number;
    readonly hits: number;
    readonly p_below: number;
    readonly fraction: number;
    readonly threshold: number;
    readonly suppress: boolean;
  }[];
  readonly topic_min_sends: readonly {
    readonly pop_rate: number;
    readonly kappa: number;
    readonly fraction: number;
    readonly threshold: number;
    readonly min_sends_with_zero_hits: number;
  }[];
  readonly topic_contrast_fisher: readonly { readonly case: string; readonly one_sided_p: number }[];
};

const history = (topic: string, delivered: number, more: Partial<TopicHistory> = {}): TopicHistory => ({
  topic,
  channel: 'email',
  delivered,
  answerable: delivered,
  opened: 0,
  clicked: 0,
  newest: [{ messageId: `${topic}-last`, at: noon - 7 * day }],
  ...more,
});

const reader = (topics: readonly TopicHistory[], more: Partial<EngagementFacts> = {}): EngagementFacts => ({
  state: noEngagement,
  consents: [],
  unengagedSends: [],
  winBacks: [],
  topics,
  isTracked: true,
  mayProfile: true,
  ...more,
});

const newsletter = { channel: 'email', topic: 'newsletter' } as const;
const ofNewsletter = (facts: EngagementFacts, at = noon) => topicMultiplier(policy, facts, at, newsletter);

describe('the numbers of the reference', () => {
  test.each(vectors.topic_affinity)('$case', ({ pop_rate: rate, kappa, sent, hits, p_below: expected, fraction, threshold, suppress }) => {
    const chance = chanceBelow(fraction, { hits, of: sent, rate, kappa });
    expect(chance).toBeCloseTo(expected, 7);
    expect(chance > threshold).toBe(suppress);
  });

  test.each(vectors.topic_min_sends)(
    'rate $pop_rate, prior $kappa, below $fraction: after $min_sends_with_zero_hits unanswered',
    (vector) => {
      const { pop_rate: rate, kappa, fraction, threshold, min_sends_with_zero_hits: least } = vector;
      const chance = (of: number): number => chanceBelow(fraction, { hits: 0, of, rate, kappa });
      expect(chance(least)).toBeGreaterThan(threshold);
      expect(chance(least - 1)).toBeLessThanOrEqual(threshold);
    },
  );

  test.each(vectors.topic_contrast_fisher)('$case', (vector) => {
    const [hits = 0, of = 0, otherHits = 0, otherOf = 0] = [...vector.case.matchAll(/\d+/g)].map(Number);
    expect(fisherLess({ hits, of }, { hits: otherHits, of: otherOf })).toBeCloseTo(vector.one_sided_p, 7);
  });

  test('the beta distribution is the regularised incomplete beta function', () => {
    expect(betaCdf(0.5, 2, 2)).toBeCloseTo(0.5, 12);
  });
});

describe('a topic', () => {
  test('that nobody knows anything about comes as usual', () => {
    expect(ofNewsletter(reader([]))).toEqual({ multiplier: 1, reason: { kind: 'usual' } });
  });

  test('goes by half after five unopened, and is off after twelve, for who opens other things', () => {
    const withSales = (unopened: number) => ofNewsletter(reader([history('newsletter', unopened), history('sales', 3, { opened: 2 })]));
    expect(withSales(4).multiplier).toBe(1);
    expect(withSales(5)).toEqual({ multiplier: 0.5, reason: { kind: 'rarely', hits: 0, of: 5, by: 'opens' } });
    expect(withSales(11).multiplier).toBe(0.5);
    expect(withSales(12)).toEqual({ multiplier: 0, reason: { kind: 'never', hits: 0, of: 12, by: 'opens', rule: 'rate' } });
  });

  test('of whom no open was ever seen goes by clicks, and patiently', () => {
    const clicksOnly = (unclicked: number) =>
      ofNewsletter(reader([history('newsletter', unclicked), history('sales', 40, { clicked: 2 })]));
    expect(clicksOnly(12).multiplier).toBe(1);
    expect(clicksOnly(17)).toMatchObject({ multiplier: 0.5, reason: { by: 'clicks' } });
    expect(clicksOnly(44).multiplier).toBe(0);
  });

  test('is off by contrast to the other topics before the rate alone would say so', () => {
    const facts = reader([history('newsletter', 9), history('sales', 12, { opened: 10 })]);
    expect(ofNewsletter(facts)).toMatchObject({ multiplier: 0, reason: { kind: 'never', rule: 'contrast' } });
    expect(topicMultiplier(policy, facts, noon, { channel: 'email', topic: 'sales' }).multiplier).toBe(1);
  });

  test('is tried once in sixty days when it is off, and the message that tries is not its own predecessor', () => {
    const off = (newest: TopicHistory['newest']) => reader([history('newsletter', 20, { newest }), history('sales', 3, { opened: 2 })]);
    const last = { messageId: 'before', at: noon - 60 * day };
    expect(ofNewsletter(off([{ ...last, at: last.at + 1 }])).multiplier).toBe(0);
    expect(ofNewsletter(off([last]))).toEqual({ multiplier: 1, reason: { kind: 'probe', lastAt: last.at } });

    const promised = off([{ messageId: 'probe', at: noon + day }, last]);
    expect(ofNewsletter(promised).multiplier).toBe(0);
    expect(topicMultiplier(policy, promised, noon + day, { ...newsletter, messageId: 'probe' }).multiplier).toBe(1);
  });

  test('is never off together with all others', () => {
    const all = reader([history('newsletter', 200), history('sales', 200), history('welcome', 0)]);
    expect(ofNewsletter(all)).toMatchObject({ multiplier: 0.5, reason: { kind: 'rarely' } });
    expect(ofNewsletter(reader([history('newsletter', 200)])).multiplier).toBe(0.5);
  });

  test('is not off by inference for who declined all others: nothing would be left', () => {
    const topics = [history('newsletter', 20), history('sales', 20, { opened: 15 })];
    const act = { channel: 'email', topic: 'sales', at: noon - day, source: 'message/1' } as const;
    const left = (more: Partial<ConsentRecord>) =>
      ofNewsletter(reader(topics, { consents: [{ ...act, state: 'withdrawn', method: 'one-click', ...more }] }));
    expect(left({}).multiplier).toBe(0.5);
    expect(left({ state: 'granted' }).multiplier).toBe(0);
    expect(left({ channel: 'sms' }).multiplier).toBe(0);
  });

  test('is one, a half or nothing, and never nothing of all that a person has not declined', () => {
    const some = fc.record({
      sent: fc.nat(80),
      opened: fc.nat(80),
      clicked: fc.nat(80),
      state: fc.constantFrom('granted', 'withdrawn', null),
    });
    fc.assert(
      fc.property(fc.array(some, { minLength: 1, maxLength: 4 }), (lives) => {
        const topics = lives.map(({ sent, opened, clicked }, n) =>
          history(`t${n}`, sent, { opened: Math.min(opened, sent), clicked: Math.min(clicked, sent) }),
        );
        const consents = lives.flatMap(({ state }, n): readonly ConsentRecord[] =>
          state === null ? [] : [{ channel: 'email', topic: `t${n}`, state, at: noon - day, method: 'form', source: 'footer' }],
        );
        const open = lives.flatMap(({ state }, n) => (state === 'withdrawn' ? [] : [`t${n}`]));
        const found = open.map(
          (topic) => topicMultiplier(policy, reader(topics, { consents }), noon, { channel: 'email', topic }).multiplier,
        );
        for (const multiplier of found) expect([0, 0.5, 1]).toContain(multiplier);
        if (open.length > 0) expect(Math.max(...found)).toBeGreaterThan(0);
      }),
    );
  });

  test('comes as the person chose in the preference centre, whatever they open', () => {
    const chosen = (state: 'granted' | 'denied', method: string) => [{ ...newsletter, state, at: noon - day, method, source: 'message/1' }];
    const ignored = [history('newsletter', 20), history('sales', 3, { opened: 2 })];
    expect(ofNewsletter(reader(ignored, { consents: chosen('granted', 'preference-centre') })).multiplier).toBe(1);
    expect(ofNewsletter(reader([], { consents: chosen('denied', 'preference-centre') })).multiplier).toBe(0);
    // A sign-up is consent, not a wish to go on with what is not read.
    expect(ofNewsletter(reader(ignored, { consents: chosen('granted', 'form') })).multiplier).toBe(0);
  });

  test('comes again to who declined it there and signed up anew, or confirmed what they ticked', () => {
    const act = (state: 'granted' | 'withdrawn' | 'pending', method: string, at: number) => ({
      ...newsletter,
      state,
      at,
      method,
      source: 'x',
    });
    const declined = act('withdrawn', 'preference-centre', noon - 3 * day);
    const multiplier = (...later: readonly ReturnType<typeof act>[]) =>
      ofNewsletter(reader([], { consents: [declined, ...later] })).multiplier;
    expect(multiplier()).toBe(0);
    expect(multiplier(act('granted', 'form', noon - 2 * day))).toBe(1);
    expect(multiplier(act('pending', 'preference-centre', noon - 2 * day), act('granted', 'double-opt-in', noon - day))).toBe(1);
    expect(multiplier(act('granted', 'form', noon - 2 * day), act('withdrawn', 'preference-centre', noon - day))).toBe(0);
  });

  test('is inferred of nobody who may not be tracked or profiled, and of no text', () => {
    const ignored = [history('newsletter', 200), history('sales', 3, { opened: 2 }), history('newsletter', 200, { channel: 'sms' })];
    expect(ofNewsletter(reader(ignored, { isTracked: false })).multiplier).toBe(1);
    expect(ofNewsletter(reader(ignored, { mayProfile: false })).multiplier).toBe(1);
    expect(topicMultiplier(policy, reader(ignored), noon, { channel: 'sms', topic: 'newsletter' }).multiplier).toBe(1);
  });
});
