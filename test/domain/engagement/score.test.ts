import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scoreAt } from '../../../src/domain/engagement/score.js';
import { engagementJson, mergeEngagement, noEngagement, parseEngagement, recordSignal } from '../../../src/domain/engagement/state.js';
import { type EngagementSignal, engagementSignals } from '../../../src/domain/policy/engagement-policy.js';
import { day, type Instant } from '../../../src/domain/time/instant.js';
import { shippedPolicies } from '../../support/policies.js';
import { noon } from '../../support/shop-events.js';

const policy = shippedPolicies().engagement;
const { engagement } = JSON.parse(readFileSync(new URL('../../vectors/caps.json', import.meta.url), 'utf8')) as {
  readonly engagement: {
    readonly weights: Readonly<Record<string, { readonly w: number; readonly half_life_days: number }>>;
    readonly vectors: readonly { readonly events: readonly (readonly [string, number])[]; readonly score: number }[];
  };
};

/** As the vectors name the signals. */
const named: Readonly<Record<string, EngagementSignal>> = {
  purchase: 'purchase',
  quiz_complete: 'quiz_answer',
  human_click: 'human_click',
  sms_reply: 'sms_reply',
  site_visit: 'site_visit',
  open_reliable: 'reliable_open',
  open_machine: 'machine_open',
};

const recorded = (signals: readonly (readonly [EngagementSignal, Instant])[]) =>
  signals.reduce((state, [kind, at]) => recordSignal(state, { kind }, at, policy), noEngagement);

const signal = fc.tuple(
  fc.constantFrom(...engagementSignals.filter((kind) => kind !== 'site_visit')),
  fc.integer({ min: noon - 400 * day, max: noon }),
);

describe('the score', () => {
  test('has the weights and half-lives of the reference', () => {
    for (const [name, { w, half_life_days: days }] of Object.entries(engagement.weights))
      expect(policy.signals[named[name] as EngagementSignal], name).toEqual({ weight: w, halfLifeMs: days * day });
  });

  test.each(engagement.vectors)('$events → $score', ({ events, score }) => {
    const state = recorded(events.map(([name, days]) => [named[name] as EngagementSignal, noon - days * day]));
    expect(Math.abs(scoreAt(policy, state.sums, noon) - score)).toBeLessThanOrEqual(1e-9 * Math.max(score, 1e-3));
  });

  test('is the sum over all signals, in whatever order they were told, and after a visit to the store', () => {
    fc.assert(
      fc.property(fc.array(signal, { maxLength: 40 }), (signals) => {
        const plain = signals.reduce((sum, [kind, at]) => {
          const { weight, halfLifeMs } = policy.signals[kind];
          return sum + weight * 2 ** (-(noon - at) / halfLifeMs);
        }, 0);
        const kept = parseEngagement(JSON.parse(JSON.stringify(engagementJson(recorded(signals)))));
        expect(Math.abs(scoreAt(policy, kept.sums, noon) - plain)).toBeLessThanOrEqual(1e-9 * Math.max(1, plain));
      }),
    );
  });

  test('only falls while nothing happens', () => {
    fc.assert(
      fc.property(
        fc.array(signal, { minLength: 1 }),
        fc.integer({ min: 0, max: 300 * day }),
        fc.integer({ min: 1, max: 300 * day }),
        (signals, wait, more) => {
          const { sums } = recorded(signals);
          expect(scoreAt(policy, sums, noon + wait + more)).toBeLessThanOrEqual(scoreAt(policy, sums, noon + wait));
        },
      ),
    );
  });

  test('of two profiles that are one person is what one profile would have', () => {
    fc.assert(
      fc.property(fc.array(signal), fc.array(signal), (one, other) => {
        const merged = mergeEngagement(recorded(one), recorded(other), policy);
        const whole = recorded([...one, ...other]);
        expect(scoreAt(policy, merged.sums, noon)).toBeCloseTo(scoreAt(policy, whole.sums, noon), 9);
        const acts = [...one, ...other].filter(([kind]) => kind !== 'machine_open' && kind !== 'reliable_open').map(([, at]) => at);
        expect(merged.engagedAt ?? 0).toBeGreaterThanOrEqual(Math.max(0, ...acts));
      }),
    );
  });
});

describe('signals', () => {
  test('a machine opens for nothing', () => {
    const state = recorded([['machine_open', noon]]);
    expect(state.engagedAt).toBeNull();
    expect(scoreAt(policy, state.sums, noon)).toBe(0);
  });

  test('an order that browser and server both tell counts once', () => {
    const once = recordSignal(noEngagement, { kind: 'purchase', key: 'order/1' }, noon, policy);
    expect(recordSignal(once, { kind: 'purchase', key: 'order/1' }, noon + 5, policy)).toBe(once);
    expect(scoreAt(policy, recordSignal(once, { kind: 'purchase', key: 'order/2' }, noon, policy).sums, noon)).toBe(16);
  });

  test('an order that the browser told of a visitor and the server of a known person counts once when the two turn out to be one', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 1, max: 6 }), fc.boolean())), (tellings) => {
        // Each order at an instant of its own, told by either, by both, or twice.
        const orders = tellings.map(([order, byBrowser]) => ({ order, byBrowser, at: noon - order * 9 * day }));
        const tell = (those: typeof orders) =>
          those.reduce(
            (state, { order, at }) => recordSignal(state, { kind: 'purchase', key: `order/${order}` }, at, policy),
            noEngagement,
          );
        const [browser, server] = [true, false].map((side) => tell(orders.filter(({ byBrowser }) => byBrowser === side)));
        if (browser === undefined || server === undefined) throw new Error('expected both');
        const merged = mergeEngagement(server, parseEngagement(JSON.parse(JSON.stringify(engagementJson(browser)))), policy);
        expect(scoreAt(policy, merged.sums, noon)).toBeCloseTo(scoreAt(policy, tell(orders).sums, noon), 9);
        // And not once more when either tells it again, or a third profile is joined that knows of it.
        expect(
          orders.reduce((state, { order, at }) => recordSignal(state, { kind: 'purchase', key: `order/${order}` }, at, policy), merged),
        ).toBe(merged);
        expect(scoreAt(policy, mergeEngagement(merged, browser, policy).sums, noon)).toBeCloseTo(scoreAt(policy, merged.sums, noon), 9);
      }),
    );
  });

  test('of an order told at two instants the earlier counts, and what else was bought stays', () => {
    const bought = (keys: readonly (readonly [string, Instant])[]) =>
      keys.reduce((state, [key, at]) => recordSignal(state, { kind: 'purchase', key: `order/${key}` }, at, policy), noEngagement);
    const merged = mergeEngagement(
      bought([
        ['1', noon - 60 * day],
        ['2', noon],
      ]),
      bought([
        ['1', noon - 59 * day],
        ['3', noon],
      ]),
      policy,
    );
    expect(scoreAt(policy, merged.sums, noon)).toBeCloseTo(4 + 8 + 8, 9);
    expect(merged.keys).toHaveLength(3);
  });

  test('keys that were kept without their instant are still known', () => {
    const kept = parseEngagement({ ...engagementJson(recorded([['purchase', noon]])), keys: ['order/1'] });
    expect(recordSignal(kept, { kind: 'purchase', key: 'order/1' }, noon, policy)).toBe(kept);
    const other = recordSignal(noEngagement, { kind: 'purchase', key: 'order/1' }, noon, policy);
    expect(scoreAt(policy, mergeEngagement(kept, other, policy).sums, noon)).toBe(8);
  });

  test('pages close together are one visit, which keeps the engagement fresh', () => {
    const minutes = [0, 10, 35, 60].map((m) => noon + m * 60_000);
    const one = recorded(minutes.map((at) => ['site_visit', at]));
    expect(one.sums.site_visit).toEqual({ value: 1, at: noon });
    expect(one.engagedAt).toBe(minutes.at(-1));
    expect(recordSignal(one, { kind: 'site_visit' }, noon + day, policy).sums.site_visit?.value).toBeGreaterThan(1.9);
  });

  test('what is kept badly counts as nothing', () => {
    expect(parseEngagement({})).toEqual(noEngagement);
    expect(parseEngagement({ sums: { purchase: ['x', 1], toString: [1, 1] }, fatigue: { cause: 'odd', at: 1 }, keys: [1] })).toEqual(
      noEngagement,
    );
  });
});
