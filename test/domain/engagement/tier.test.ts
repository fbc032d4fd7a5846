import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ConsentRecord } from '../../../src/domain/consent/consent.js';
import type { Tier } from '../../../src/domain/engagement/engagement-tier.js';
import type { EngagementFacts } from '../../../src/domain/engagement/facts.js';
import { scoreAt } from '../../../src/domain/engagement/score.js';
import { noEngagement, recordSignal } from '../../../src/domain/engagement/state.js';
import { tierAt } from '../../../src/domain/engagement/tier.js';
import { type EngagementSignal, tierRank } from '../../../src/domain/policy/engagement-policy.js';
import { day, hour, type Instant } from '../../../src/domain/time/instant.js';
import { shippedPolicies } from '../../support/policies.js';

const policy = shippedPolicies().engagement;
/** A midnight. */
const start: Instant = Date.UTC(2026, 0, 1);
const on = (days: number): Instant => start + days * day;

type Deed = readonly [EngagementSignal, Instant];

const granted = (at: Instant, more: Partial<ConsentRecord> = {}): ConsentRecord => ({
  channel: 'email',
  topic: 'marketing',
  state: 'granted',
  at,
  method: 'form',
  source: 'footer',
  ...more,
});

function person(deeds: readonly Deed[], more: Partial<EngagementFacts> = {}): EngagementFacts {
  const state = deeds.reduce((known, [kind, at]) => recordSignal(known, { kind }, at, policy), noEngagement);
  return { state, consents: [], unengagedSends: [], winBacks: [], topics: [], isTracked: true, mayProfile: true, ...more };
}

const tierOf = (facts: EngagementFacts, at: Instant): Tier => tierAt(policy, facts, at).tier;
const daily = (from: number, count: number): readonly Instant[] => Array.from({ length: count }, (_, index) => on(from + index));

describe('a tier', () => {
  test.each([
    ['hot at once on a purchase', 0, 'hot'],
    ['hot for a week longer than its two weeks', 20.9, 'hot'],
    ['warm at the midnight after', 21, 'warm'],
    ['warm for a week longer than 45 days', 51.9, 'warm'],
    ['cool', 52, 'cool'],
    ['cool for a week longer than 90 days', 96.9, 'cool'],
    ['dormant', 97, 'dormant'],
    ['dormant for a week longer than 180 days', 186.9, 'dormant'],
    ['sunset', 187, 'sunset'],
  ] as const)('is %s', (_, days, tier) => {
    expect(tierOf(person([['purchase', on(0)]]), on(days))).toBe(tier);
  });

  test('falls at midnight, not in the middle of a day', () => {
    const noonPurchase = person([['purchase', on(0) + 12 * hour]]);
    expect(tierAt(policy, noonPurchase, on(10)).falls).toEqual({ at: on(22), to: 'warm' });
    expect(tierOf(noonPurchase, on(22) - 1)).toBe('hot');
    expect(tierOf(noonPurchase, on(22))).toBe('warm');
  });

  test('is warm on a click alone, and hot on the third within days', () => {
    expect(tierOf(person([['human_click', on(0)]]), on(0))).toBe('warm');
    const three = person([
      ['human_click', on(0)],
      ['human_click', on(1)],
      ['human_click', on(2)],
    ]);
    expect(tierAt(policy, three, on(2))).toMatchObject({ tier: 'hot', since: on(2), reason: { kind: 'score', metAt: on(2) } });
  });

  test('that is held for its last week is not cut short by a signal that is too weak to renew it', () => {
    const opened = person([
      ['human_click', on(0)],
      ['human_click', on(0)],
      ['reliable_open', on(6)],
    ]);
    expect(tierOf(opened, on(6))).toBe('hot');
    expect(tierOf(opened, on(7))).toBe('warm');
  });

  test('comes from purchases, visits and replies of who may not be tracked', () => {
    const untracked = { isTracked: false, consents: [granted(on(-100))], unengagedSends: daily(3, 30) };
    expect(tierOf(person([['site_visit', on(0)]], untracked), on(30))).toBe('warm');
    expect(
      tierOf(
        person(
          [
            ['sms_reply', on(0)],
            ['purchase', on(1)],
          ],
          untracked,
        ),
        on(2),
      ),
    ).toBe('hot');
    // Nobody saw whether the thirty messages were read.
    expect(tierOf(person([['purchase', on(0)]], untracked), on(150))).toBe('dormant');
  });

  test('is new for thirty days from the first consent, and then goes by the age of it', () => {
    const facts = person([], { consents: [granted(on(0)), granted(on(12), { topic: 'newsletter' })] });
    expect(tierAt(policy, facts, on(30))).toMatchObject({ tier: 'new', since: on(0), falls: { at: on(30) + 1, to: 'warm' } });
    expect(tierOf(facts, on(31))).toBe('warm');
    expect(tierOf(facts, on(12 + 52))).toBe('cool');
  });

  test('is new again for who took all consent back and returned', () => {
    const consents = [granted(on(0)), granted(on(90), { state: 'denied' }), granted(on(200))];
    expect(tierOf(person([], { consents }), on(201))).toBe('new');
  });

  test('new ends early, and cool, with the tenth message without an answer', () => {
    const facts = person([], { consents: [granted(on(0))], unengagedSends: daily(1, 10) });
    expect(tierOf(facts, on(10) - 1)).toBe('new');
    expect(tierAt(policy, facts, on(10))).toMatchObject({ tier: 'cool', reason: { kind: 'unanswered', sends: 10 }, since: on(10) });
  });

  test.each([10, 17, 29, 31, 51, 53, 96])('who ignored the first ten messages is cool on day %i, and rises by no wait', (days) => {
    const facts = person([], { consents: [granted(on(0))], unengagedSends: daily(1, 12) });
    expect(tierAt(policy, facts, on(days))).toMatchObject({ tier: 'cool', falls: { at: on(97), to: 'dormant' } });
    expect(tierOf(facts, on(97))).toBe('dormant');
  });

  test('who ignored the first ten messages rises with an act or a fresh consent, and then falls as others do', () => {
    const ignored = { consents: [granted(on(0))], unengagedSends: daily(1, 12) };
    const visited = person([['site_visit', on(20)]], ignored);
    expect([tierOf(visited, on(20)), tierOf(visited, on(31)), tierOf(visited, on(72))]).toEqual(['new', 'warm', 'cool']);
    const again = person([], { ...ignored, consents: [granted(on(0)), granted(on(40), { topic: 'newsletter' })] });
    expect([tierOf(again, on(40)), tierOf(again, on(92))]).toEqual(['warm', 'cool']);
  });

  test('who had acted before ten messages without an answer is as warm as the act says', () => {
    const before = person([['human_click', on(-10)]], { consents: [granted(on(0))], unengagedSends: daily(1, 12) });
    expect(tierAt(policy, before, on(12))).toMatchObject({ tier: 'warm', reason: { of: 'engagement', at: on(-10) } });
    expect(tierAt(policy, before, on(12)).falls).toEqual({ at: on(42), to: 'cool' });
    expect(tierAt(policy, before, on(50))).toMatchObject({ tier: 'cool', since: on(42), falls: { at: on(97), to: 'dormant' } });
  });

  test('does not hold against who returns what they left unanswered before', () => {
    const consents = [granted(on(0)), granted(on(60), { state: 'withdrawn' }), granted(on(200))];
    const back = person([], { consents, unengagedSends: daily(1, 12) });
    expect(tierAt(policy, back, on(201))).toMatchObject({ tier: 'new', since: on(200), falls: { to: 'warm' } });
    expect(tierOf(person([], { consents, unengagedSends: [...daily(1, 12), ...daily(201, 10)] }), on(211))).toBe('cool');
  });

  test('is new again for who refused all marketing of the only channel, whatever topics they had granted', () => {
    const consents = [granted(on(0), { topic: 'newsletter' }), granted(on(60), { state: 'withdrawn' }), granted(on(200))];
    expect(tierAt(policy, person([], { consents }), on(201))).toMatchObject({ tier: 'new', since: on(200) });
  });

  test('is not new again for who keeps one topic of all on the preference page', () => {
    const kept = granted(on(60) + 1, { topic: 'newsletter', method: 'preference-centre' });
    const facts = person([], { consents: [granted(on(0)), granted(on(60), { state: 'withdrawn' }), kept] });
    expect(tierAt(policy, facts, on(61))).toMatchObject({ tier: 'warm', since: on(60) + 1 });
  });

  test('is not new again because a request to confirm ran out', () => {
    const consents = [granted(on(0)), granted(on(1), { state: 'pending' }), granted(on(31), { state: 'expired' })];
    const facts = person([], { consents: [...consents, granted(on(100), { topic: 'newsletter' })] });
    expect(tierOf(facts, on(101))).toBe('warm');
  });

  test('is held since the consent that raised it, not since a fall before', () => {
    const facts = person([['purchase', on(0)]], { consents: [granted(on(-100)), granted(on(60))] });
    expect(tierAt(policy, facts, on(61))).toMatchObject({ tier: 'warm', since: on(60) });
  });

  test('is sunset after 120 days and twenty messages without an answer, a week later', () => {
    const facts = person([['human_click', on(0)]], { unengagedSends: daily(20, 20) });
    expect(tierOf(facts, on(127) - 1)).toBe('dormant');
    expect(tierOf(facts, on(127))).toBe('sunset');
    expect(tierOf(person([['human_click', on(0)]], { unengagedSends: daily(20, 19) }), on(127))).toBe('dormant');
  });

  test('sunset ends with an act or a fresh consent, not with an open', () => {
    const asleep: Deed = ['purchase', on(0)];
    expect(tierOf(person([asleep, ['reliable_open', on(300)]]), on(300))).toBe('sunset');
    expect(tierOf(person([asleep, ['human_click', on(300)]]), on(300))).toBe('warm');
    expect(tierOf(person([asleep], { consents: [granted(on(-50)), granted(on(300))] }), on(300))).toBe('warm');
  });

  test('counts an open of who was away by their consent alone as little as after any other engagement', () => {
    const opened = (consentAt: Instant, at: Instant, before = noEngagement) => ({
      ...person([], { consents: [granted(consentAt)] }),
      state: recordSignal(before, { kind: 'reliable_open', consentAt }, at, policy),
    });
    expect(tierOf(opened(on(0), on(300)), on(300))).toBe('sunset');
    expect(tierOf(opened(on(0), on(100)), on(100))).toBe('warm');
    const bought = person([['purchase', on(0)]]).state;
    expect(opened(on(300), on(305), bought).state.engagedAt).toBe(on(305));
  });

  test('of who objects to profiling goes by the age of consent alone', () => {
    const objecting = { mayProfile: false, consents: [granted(on(0))], unengagedSends: daily(1, 60) };
    expect(tierOf(person([['purchase', on(0)]], objecting), on(20))).toBe('new');
    expect(tierAt(policy, person([['purchase', on(0)]], objecting), on(300))).toMatchObject({
      tier: 'warm',
      score: 0,
      reason: { kind: 'objected' },
      falls: null,
    });
  });
});

// ── against somebody who comes by each night ──

/** What happens to somebody; all at instants of the watchman's. */
interface Life {
  readonly deeds: readonly Deed[];
  readonly consents: readonly ConsentRecord[];
  readonly sends: readonly Instant[];
}

/** The definition in so many words: bounds by the newest engagement (a consent counts for the days) and the score at this instant. */
function boundsMet({ deeds, consents, sends }: Life, at: Instant): Tier {
  const past = deeds.filter(([, when]) => when <= at);
  const deedAt = Math.max(...past.map(([, when]) => when));
  const engagedAt = Math.max(deedAt, ...grantedUntil(consents, at));
  const score = past.reduce(
    (sum, [kind, when]) => sum + policy.signals[kind].weight * 2 ** (-(at - when) / policy.signals[kind].halfLifeMs),
    0,
  );
  const age = at - engagedAt;
  if (at - deedAt <= 14 * day && score >= 6) return 'hot';
  if (age >= 120 * day && sends.filter((sent) => sent > engagedAt && sent <= at).length >= 20) return 'sunset';
  return age <= 45 * day ? 'warm' : age <= 90 * day ? 'cool' : age <= 180 * day ? 'dormant' : 'sunset';
}

const grantedUntil = (consents: readonly ConsentRecord[], at: Instant): readonly Instant[] =>
  consents.filter((act) => act.state === 'granted' && act.at <= at).map((act) => act.at);

/** How often the watchman looks; everything happens at such instants. */
const look = 6 * hour;

/** Promotes at once, and demotes at midnights after seven days below. */
function climbing(life: Life, until: Instant): ReadonlyMap<Instant, Tier> {
  const first = Math.min(...life.deeds.map(([, when]) => when), ...grantedUntil(life.consents, until));
  const held = new Map<Instant, Tier>();
  let tier = boundsMet(life, first);
  let belowSince: Instant | null = null;
  for (let at = first; at <= until; at += look) {
    const met = boundsMet(life, at);
    if (tierRank[met] <= tierRank[tier]) [tier, belowSince] = [met, null];
    // By age it was met up to the last look; a score crosses its bound somewhere between.
    else belowSince ??= at - look + (boundsMet(life, at - look + 1) === tier ? 1 : 0);
    if (belowSince !== null && at % day === 0 && at - belowSince >= 7 * day) [tier, belowSince] = [met, null];
    held.set(at, tier);
  }
  return held;
}

/**
 * Whose newest consent began less than thirty days ago is new, until ten messages in a row got no answer; that consent then makes cool, no
 * better.
 */
function watchman(life: Life, until: Instant): ReadonlyMap<Instant, Tier> {
  const byDeeds = climbing({ ...life, consents: [] }, until);
  return new Map(
    [...climbing(life, until)].map(([at, tier]) => {
      const began = consentBegan(life.consents, at);
      if (began === null) return [at, tier];
      const engagedAt = Math.max(...life.deeds.map(([, when]) => when).filter((when) => when <= at), ...grantedUntil(life.consents, at));
      const tenth = life.sends.filter((sent) => sent > engagedAt && sent <= at)[9];
      const isIgnored = tenth !== undefined && tenth <= began + 30 * day;
      if (!isIgnored) return [at, at <= began + 30 * day && !isWithdrawn(life.consents, at) ? 'new' : tier];
      return [at, tier === 'warm' && (byDeeds.get(at) ?? 'sunset') !== 'warm' ? 'cool' : tier];
    }),
  );
}

/** Of one topic, with nothing but grants and withdrawals: since when it holds, or held last. */
function consentBegan(consents: readonly ConsentRecord[], at: Instant): Instant | null {
  const past = consents.filter((act) => act.at <= at);
  const granting = past.slice(0, past.findLastIndex((act) => act.state === 'granted') + 1);
  return granting[granting.findLastIndex((act) => act.state === 'withdrawn') + 1]?.at ?? null;
}

function isWithdrawn(consents: readonly ConsentRecord[], at: Instant): boolean {
  return consents.findLast((act) => act.at <= at)?.state === 'withdrawn';
}

const hours = (max: number) => fc.integer({ min: 0, max }).map((count) => start + Math.floor(count / 6) * look);
const deed: fc.Arbitrary<Deed> = fc.tuple(fc.constantFrom('purchase', 'human_click', 'site_visit', 'reliable_open'), hours(90 * 24));
// Two visits at once would be one.
const deedsInOrder = fc
  .uniqueArray(deed, { minLength: 1, maxLength: 12, selector: String })
  .map((deeds) => deeds.toSorted((a, b) => a[1] - b[1]));
const sendsInOrder = fc.array(hours(250 * 24), { maxLength: 40 }).map((sends) => sends.toSorted((a, b) => a - b));

const consentsInOrder = fc
  .uniqueArray(fc.tuple(fc.constantFrom('granted', 'granted', 'withdrawn'), hours(120 * 24)), { maxLength: 5, selector: ([, at]) => at })
  .map((acts) => acts.map(([state, at]) => granted(at, { state })).toSorted((a, b) => a.at - b.at));
/** Also people of whom nothing but a consent is known, and who are written to often at first. */
const lives: fc.Arbitrary<Life> = fc
  .record({
    deeds: fc.oneof(deedsInOrder, fc.constant([])),
    consents: consentsInOrder,
    sends: fc
      .tuple(sendsInOrder, fc.array(hours(40 * 24), { maxLength: 25 }))
      .map(([some, first]) => [...some, ...first].toSorted((a, b) => a - b)),
  })
  .filter(({ deeds, consents }) => deeds.length > 0 || consents.some((act) => act.state === 'granted'));

describe('worked out when asked', () => {
  test('the tier is what a watchman who looks every six hours would hold', () => {
    fc.assert(
      fc.property(lives, (life) => {
        const held = watchman(life, on(300));
        for (const [at, tier] of held) {
          const known = life.deeds.filter(([, when]) => when <= at);
          const engagedAt = known.at(-1)?.[1] ?? 0;
          const facts = person(known, {
            consents: life.consents.filter((act) => act.at <= at),
            unengagedSends: life.sends.filter((sent) => sent > engagedAt && sent <= at),
          });
          const found = tierOf(facts, at);
          if (found !== tier) expect({ at: (at - start) / day, tier: found }).toEqual({ at: (at - start) / day, tier });
        }
      }),
      { numRuns: 80 },
    );
  });

  test('a signal never lowers a tier, and a purchase makes hot at once', () => {
    fc.assert(
      fc.property(deedsInOrder, hours(400 * 24), (deeds, later) => {
        const at = Math.max(later, deeds.at(-1)?.[1] ?? 0);
        const before = tierOf(person(deeds), at);
        for (const kind of ['site_visit', 'human_click', 'reliable_open', 'machine_open'] as const)
          expect(tierRank[tierOf(person([...deeds, [kind, at]]), at)]).toBeLessThanOrEqual(tierRank[before]);
        expect(tierOf(person([...deeds, ['purchase', at]]), at)).toBe('hot');
      }),
    );
  });

  test('a tier that fell had not been met for seven days, and each fall is foretold', () => {
    fc.assert(
      fc.property(deedsInOrder, (deeds) => {
        const facts = person(deeds);
        let at = deeds.at(-1)?.[1] ?? 0;
        for (let verdict = tierAt(policy, facts, at); verdict.falls !== null; verdict = tierAt(policy, facts, at)) {
          const { falls, tier } = verdict;
          expect(tierOf(facts, falls.at - 1)).toBe(tier);
          expect(tierOf(facts, falls.at)).toBe(falls.to);
          expect(tierAt(policy, facts, falls.at).since).toBe(falls.at);
          expect(tierRank[boundsMet({ deeds, consents: [], sends: [] }, falls.at - 7 * day + 1)]).toBeGreaterThan(tierRank[tier]);
          at = falls.at;
        }
        expect(tierOf(facts, at)).toBe('sunset');
      }),
    );
  });

  test('nobody rises by waiting', () => {
    fc.assert(
      fc.property(lives, (life) => {
        const facts = person(life.deeds, { consents: life.consents, unengagedSends: life.sends });
        let at = Math.max(...life.deeds.map(([, when]) => when), ...life.consents.map((act) => act.at), ...life.sends);
        for (let verdict = tierAt(policy, facts, at); verdict.falls !== null; verdict = tierAt(policy, facts, at)) {
          const { falls, tier, since } = verdict;
          expect(since ?? at).toBeLessThanOrEqual(at);
          if (tier !== 'new') expect(tierRank[falls.to]).toBeGreaterThan(tierRank[tier]);
          at = falls.at;
          expect(tierAt(policy, facts, at)).toMatchObject({ tier: falls.to, since: at });
        }
      }),
    );
  });

  test('asking in between changes nothing', () => {
    fc.assert(
      fc.property(deedsInOrder, hours(200 * 24), hours(400 * 24), (deeds, one, other) => {
        const last = deeds.at(-1)?.[1] ?? 0;
        const [sooner, later] = [Math.max(last, Math.min(one, other)), Math.max(last, one, other)];
        const asked = person(deeds);
        tierAt(policy, asked, sooner);
        scoreAt(policy, asked.state.sums, sooner);
        expect(tierAt(policy, asked, later)).toEqual(tierAt(policy, person(deeds), later));
      }),
    );
  });
});
