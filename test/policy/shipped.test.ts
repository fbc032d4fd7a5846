import { expect, test } from 'vitest';
import { type Tier, tiers } from '../../src/domain/engagement/engagement-tier.js';
import type { Channel } from '../../src/domain/messages/channel.js';
import { day, hour } from '../../src/domain/time/instant.js';
import { shippedPolicies } from '../support/policies.js';

const { caps, engagement, topics, classes } = shippedPolicies();

/** Rolling rules that a person of the tier is under: `limit/window`, without those of single topics. */
function under(tier: Tier, channels: readonly Channel[] | null, isGap: boolean): readonly string[] {
  return caps.rules
    .filter((rule) => rule.topics === null && rule.exemptsUserInitiated === isGap && String(rule.channels) === String(channels))
    .flatMap(({ limit, window }) => {
      const own = typeof limit === 'number' ? limit : limit[tier];
      return own === undefined || window.type !== 'rolling' ? [] : [`${own}/${window.ms / hour}h`];
    });
}

test('the shipped caps are the tier table of the reference, with Warm at two in a day', () => {
  const table = Object.fromEntries(
    tiers.map((tier) => [
      tier,
      {
        email: under(tier, ['email'], false),
        sms: under(tier, ['sms'], false),
        any: under(tier, null, false),
        gap: under(tier, ['email'], true),
      },
    ]),
  );
  expect(table).toEqual({
    new: { email: ['4/168h'], sms: ['2/168h'], any: ['2/24h'], gap: ['1/12h'] },
    hot: { email: ['5/168h'], sms: ['2/168h'], any: ['2/24h'], gap: ['1/12h'] },
    warm: { email: ['3/168h'], sms: ['1/168h'], any: ['2/24h'], gap: ['1/16h'] },
    cool: { email: ['1/168h'], sms: ['1/336h'], any: ['1/24h'], gap: ['1/48h'] },
    dormant: { email: ['1/336h'], sms: ['0/168h'], any: ['1/24h'], gap: ['1/168h'] },
    sunset: { email: ['0/168h'], sms: ['0/168h'], any: ['1/24h'], gap: ['1/168h'] },
  });
  expect(caps.rules.find(({ id }) => id === 'email-sunset')?.exceptTopics).toEqual(['win_back']);
  expect(caps.rules.find(({ id }) => id === 'win-back-180d')).toMatchObject({ topics: ['win_back'], limit: 2, window: { ms: 180 * day } });
  expect(caps.rules.find(({ id }) => id === 'any-24h')?.headroom).toEqual([{ priorityUpTo: 20, keepFree: 1 }]);
});

test('the shipped ceilings are seven emails and four texts a week, three messages a day', () => {
  expect(caps.ceilings).toEqual([
    { channels: ['email'], windowMs: 7 * day, limit: 7 },
    { channels: ['sms'], windowMs: 7 * day, limit: 4 },
    { channels: null, windowMs: day, limit: 3 },
  ]);
});

test('the shipped score, tiers, fatigue and affinity say the reference’s numbers', () => {
  expect(engagement.signals).toEqual({
    purchase: { weight: 8, halfLifeMs: 60 * day },
    quiz_answer: { weight: 4, halfLifeMs: 45 * day },
    human_click: { weight: 3, halfLifeMs: 30 * day },
    sms_reply: { weight: 3, halfLifeMs: 30 * day },
    site_visit: { weight: 2, halfLifeMs: 14 * day },
    reliable_open: { weight: 0.5, halfLifeMs: 14 * day },
    machine_open: { weight: 0, halfLifeMs: 14 * day },
  });
  expect(engagement.tiers).toEqual({
    newForMs: 30 * day,
    newEndsAfterSends: 10,
    hot: { withinMs: 14 * day, scoreAtLeast: 6 },
    warmWithinMs: 45 * day,
    coolWithinMs: 90 * day,
    dormantWithinMs: 180 * day,
    sunset: { sends: 20, afterMs: 120 * day, winBacks: 2, graceMs: 5 * day },
    demotionAfterMs: 7 * day,
  });
  expect(engagement.fatigue).toEqual({ multiplier: 0.5, forMs: 30 * day, unengagedSends: 8 });
  expect(engagement.affinity).toMatchObject({ kappaOpens: 2, kappaClicks: 10, certainty: 0.8, probeEveryMs: 60 * day });
  expect(engagement.affinity.contrast).toEqual({ sends: 8, rateUpTo: 0.25, p: 0.01 });
});

test('consent to marketing covers what promotes by email, and no text', () => {
  const promoting = ['newsletter', 'sales', 'cart_reminder', 'welcome', 'recommendations', 'check_in', 'replenishment', 'win_back'];
  const covered = topics.topics.filter(({ coveredByMarketing }) => coveredByMarketing.length > 0);
  expect(covered.map(({ id, coveredByMarketing }) => [id, coveredByMarketing])).toEqual(promoting.map((id) => [id, ['email']]));
});

test('service messages obey quiet hours, and are outside of caps', () => {
  expect(classes.classes.service).toMatchObject({ obeysQuietHours: true, obeysCaps: false, countsTowardCaps: false, mayPromote: false });
  expect(classes.classes.transactional).toMatchObject({ needsConsent: false, obeysQuietHours: false, obeysCaps: false });
});
