import { z } from 'zod';
import type { ChannelPrice } from '../domain/gate/message-price.js';
import { type Channel, channels, eachChannel } from '../domain/messages/channel.js';
import type { EngagementPolicy } from '../domain/policy/engagement-policy.js';
import { definePolicy, error, type Finding, limitText, windowText } from './policy-source.js';

const signal = z.strictObject({ weight: z.number().min(0), half_life: windowText });
const share = z.number().min(0).max(1);
const count = z.number().int().min(1);

const price = z.strictObject({
  value: z.number().min(0).meta({ description: 'What a person who may be written to on the channel brings within a year.' }),
  complaint_cost: z.number().min(0),
  hazards: z
    .array(z.strictObject({ sends_up_to: z.number().int().min(0).optional(), unsubscribe: share, complaint: share }))
    .min(1)
    .meta({ description: 'How likely one more message makes a person unsubscribe or complain, by the messages of the last seven days.' }),
});

const engagementSource = z
  .strictObject({
    policy: z.literal('engagement'),
    signals: z
      .strictObject({
        purchase: signal,
        quiz_answer: signal,
        human_click: signal,
        sms_reply: signal,
        site_visit: signal,
        reliable_open: signal,
        machine_open: signal,
      })
      .meta({ description: 'What each is worth, and in what time it loses half of that.' }),
    tiers: z.strictObject({
      new: z.strictObject({ for: windowText, ends_after_sends: count }),
      hot: z.strictObject({ within: windowText, score_at_least: z.number().min(0) }),
      warm: z.strictObject({ within: windowText }),
      cool: z.strictObject({ within: windowText }),
      dormant: z.strictObject({ within: windowText }),
      sunset: z.strictObject({
        sends: count,
        after: windowText,
        win_backs: count.meta({ description: 'So many win-backs without an answer end marketing.' }),
        grace: windowText.meta({ description: 'How long after the last of them an answer is waited for.' }),
      }),
      demotion_after: limitText.meta({ description: 'So long below before a tier is lost.' }),
    }),
    fatigue: z.strictObject({ multiplier: share, for: windowText, unengaged_sends: count }),
    affinity: z.strictObject({
      prior: z
        .strictObject({ opens: z.number().positive(), clicks: z.number().positive() })
        .meta({ description: 'How many messages’ worth of the average person is believed before the person’s own count.' }),
      usual: z
        .strictObject({ opens: z.number().gt(0).lt(1), clicks: z.number().gt(0).lt(1) })
        .meta({ description: 'Which share of the messages the average person opens, and clicks in.' }),
      certainty: z.number().gt(0).lt(1),
      half_below: share,
      off_below: share,
      probe_every: windowText,
      contrast: z.strictObject({ sends: count, rate_up_to: share, p: z.number().gt(0).lt(1) }),
    }),
    price: z
      .strictObject(eachChannel(() => price.optional()))
      .optional()
      .meta({ description: 'What a message risks, in the shop’s currency: a step with `expected_margin` sends only for more than that.' }),
    humans: z
      .strictObject({
        click_after: limitText,
        open_after: limitText,
        burst_links: count,
        burst: windowText,
        sweep_links: count.default(4),
        sweep: windowText.prefault('PT1M'),
      })
      .meta({ description: 'What is too fast for a person is a machine.' }),
    tracking: z
      .strictObject({
        default: z.enum(['allowed', 'opt-in']).default('allowed').meta({ description: 'Where no country of the list is concerned.' }),
        opt_in_countries: z
          .array(z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166 country in capitals, such as DE'))
          .meta({ description: 'Where opens and clicks are recorded only of people whose trait tracking_allowed is true.' }),
        texts: z.boolean().default(false).meta({ description: 'Links in texts too, where they get no longer.' }),
      })
      .meta({ description: 'Whose opens and clicks are recorded.' }),
  })
  .meta({ id: 'Engagement', title: 'Sojourn engagement policy: score, tiers, fatigue, affinity' });
type EngagementSource = z.output<typeof engagementSource>;

export const engagement = definePolicy({ kind: 'engagement', schema: engagementSource, compile, lint });

function compile({
  signals,
  tiers,
  fatigue,
  affinity,
  price: prices,
  humans,
  tracking,
}: EngagementSource): Omit<EngagementPolicy, 'version'> {
  const toSignal = ({ weight, half_life: halfLifeMs }: EngagementSource['signals']['purchase']) => ({ weight, halfLifeMs });
  return {
    signals: {
      purchase: toSignal(signals.purchase),
      quiz_answer: toSignal(signals.quiz_answer),
      human_click: toSignal(signals.human_click),
      sms_reply: toSignal(signals.sms_reply),
      site_visit: toSignal(signals.site_visit),
      reliable_open: toSignal(signals.reliable_open),
      machine_open: toSignal(signals.machine_open),
    },
    tiers: {
      newForMs: tiers.new.for,
      newEndsAfterSends: tiers.new.ends_after_sends,
      hot: { withinMs: tiers.hot.within, scoreAtLeast: tiers.hot.score_at_least },
      warmWithinMs: tiers.warm.within,
      coolWithinMs: tiers.cool.within,
      dormantWithinMs: tiers.dormant.within,
      sunset: {
        sends: tiers.sunset.sends,
        afterMs: tiers.sunset.after,
        winBacks: tiers.sunset.win_backs,
        graceMs: tiers.sunset.grace,
      },
      demotionAfterMs: tiers.demotion_after,
    },
    fatigue: { multiplier: fatigue.multiplier, forMs: fatigue.for, unengagedSends: fatigue.unengaged_sends },
    affinity: {
      kappaOpens: affinity.prior.opens,
      kappaClicks: affinity.prior.clicks,
      usual: affinity.usual,
      certainty: affinity.certainty,
      halfBelow: affinity.half_below,
      offBelow: affinity.off_below,
      probeEveryMs: affinity.probe_every,
      contrast: { sends: affinity.contrast.sends, rateUpTo: affinity.contrast.rate_up_to, p: affinity.contrast.p },
    },
    ...(prices === undefined ? {} : { price: compilePrices(prices) }),
    humans: {
      clickAfterMs: humans.click_after,
      openAfterMs: humans.open_after,
      burstLinks: humans.burst_links,
      burstMs: humans.burst,
      sweepLinks: humans.sweep_links,
      sweepMs: humans.sweep,
    },
    tracking: { default: tracking.default, optInCountries: tracking.opt_in_countries, texts: tracking.texts },
  };
}

function compilePrices(prices: NonNullable<EngagementSource['price']>): NonNullable<EngagementPolicy['price']> {
  return Object.fromEntries(Object.entries(prices).flatMap(([channel, one]) => (one === undefined ? [] : [[channel, toPrice(one)]])));
}

function toPrice({ value, complaint_cost: complaintCost, hazards }: z.output<typeof price>): ChannelPrice {
  return {
    channelValue: value,
    complaintCost,
    hazards: hazards.map(({ sends_up_to: sendsUpTo, unsubscribe, complaint }) => ({
      sendsUpTo: sendsUpTo ?? null,
      unsubscribe,
      complaint,
    })),
  };
}

function lint({ signals, tiers, affinity, price: prices }: EngagementSource): readonly Finding[] {
  const order = ['hot', 'warm', 'cool', 'dormant'] as const;
  return [
    ...order.flatMap((tier, index): Finding[] => {
      const better = order[index - 1];
      if (better === undefined || tiers[tier].within > tiers[better].within) return [];
      return [
        error(
          ['tiers', tier, 'within'],
          `"${tier}" begins no later than "${better}", so nobody would be ${tier}.`,
          `Give it longer than "${better}".`,
        ),
      ];
    }),
    ...(signals.machine_open.weight === 0
      ? []
      : [
          error(['signals', 'machine_open', 'weight'], 'A machine that opens a message says nothing about the person.', 'Write weight: 0.'),
        ]),
    ...(affinity.off_below < affinity.half_below
      ? []
      : [
          error(
            ['affinity', 'off_below'],
            '"off_below" is no lower than "half_below", so no topic would go at half.',
            'Write less than "half_below".',
          ),
        ]),
    ...channels.flatMap((channel) => disorderedHazards(channel, prices?.[channel]?.hazards ?? [])),
  ];
}

/** Each number of messages has one hazard: bounds rise, and the last has none. */
function disorderedHazards(channel: Channel, hazards: z.output<typeof price>['hazards']): readonly Finding[] {
  return hazards.flatMap(({ sends_up_to: bound }, index) => {
    const isLast = index === hazards.length - 1;
    const before = hazards[index - 1]?.sends_up_to ?? -1;
    if (isLast ? bound === undefined : bound !== undefined && bound > before) return [];
    return [
      error(
        ['price', channel, 'hazards', index],
        isLast ? 'More messages than this have no hazard.' : 'The bounds of the hazards do not rise.',
        isLast ? 'Delete "sends_up_to" of the last one.' : 'Write "sends_up_to", each greater than the one before.',
      ),
    ];
  });
}
