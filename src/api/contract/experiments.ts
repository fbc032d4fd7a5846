import { z } from 'zod';
import { instant, maybeInstant, pageQuery, plainText } from './shared.js';

const state = z.enum(['collecting', 'look', 'winner', 'loser', 'harm-stop', 'inconclusive-cheapest', 'invalid', 'earning']);
const words = z.object({ en: z.string(), de: z.string() });
const numbers = z.array(z.number()).readonly();

const standing = z.object({
  id: z.string(),
  name: z.string(),
  state,
  light: z.enum(['off', 'amber', 'green', 'red']),
  sentence: words.meta({ description: 'Where it stands, in one sentence.' }),
  startedAt: maybeInstant.meta({ description: 'When the first person came.' }),
  nextLook: z.object({ number: z.number(), of: z.number(), at: instant, daysLeft: z.number() }).nullable(),
});

export const experimentStandings = z.object({ items: z.array(standing).readonly() }).meta({ id: 'ExperimentStandings' });
export type ExperimentStandings = z.input<typeof experimentStandings>;

const arm = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(['control', 'challenger', 'holdout']),
  exposed: z.number().meta({ description: 'People who came to it.' }),
  complete: z.number().meta({ description: 'Of whom the window has ended.' }),
});

const effect = z.object({
  arm: z.string(),
  role: z.enum(['challenger', 'holdout']),
  value: z.number().meta({ description: 'More than the control, per 1,000 people: money, or people who ordered.' }),
  standardError: z.number(),
  interval: numbers.meta({ description: 'Low and high end, 95 % (`intervals` says for how many readings).' }),
  chance: z.number().meta({ description: 'That it is the better one. It decides nothing.' }),
  raw: z.number().meta({ description: 'Without the cap on large orders.' }),
});

const look = z.object({
  day: z.number(),
  at: instant,
  look: z.number().nullable().meta({ description: 'The number of the planned look; null: it was none.' }),
  state,
  alphaSpent: z.number(),
  splitP: z.number(),
  version: z.number(),
  codeVersion: z.string(),
  inputsHash: z.string(),
});

const act = z.object({
  kind: z.enum(['decide', 'reverse', 'reveal']),
  arm: z.string().nullable(),
  segments: z.record(z.string(), z.string()).nullable().meta({ description: 'Arms of their own, by segment.' }),
  madeBy: z.string(),
  reason: z.string().nullable(),
  at: instant,
});

export const experimentResult = standing
  .extend({
    version: z.number(),
    seed: z.string(),
    metric: z.enum(['margin', 'revenue', 'orders', 'repeat-orders']),
    unit: z.enum(['money', 'people']),
    currency: z.string(),
    asOf: instant,
    arms: z.array(arm).readonly(),
    conflicted: z.number().meta({ description: 'People who had two arms by a merge. They are left out.' }),
    split: z.object({
      p: z.number(),
      isBroken: z.boolean(),
      versions: z
        .array(
          z.object({
            version: z.number(),
            arms: z.array(z.object({ id: z.string(), weight: z.number(), people: z.number() })).readonly(),
          }),
        )
        .readonly()
        .meta({ description: 'People by the weights that drew them: several where the weights were changed.' }),
    }),
    effects: z.array(effect).readonly().nullable().meta({ description: 'Null: not to be shown yet, or at all.' }),
    factors: z
      .array(
        z.object({
          factor: z.string(),
          level: z.string(),
          against: z.string(),
          value: z.number().meta({ description: 'More than the usual level, per 1,000 people, on average over the other factors.' }),
          standardError: z.number(),
          interval: numbers,
        }),
      )
      .readonly()
      .nullable()
      .meta({ description: 'Of a full factorial. They decide nothing. Null: there are no factors, or nothing is shown.' }),
    intervals: z
      .enum(['always', 'once'])
      .meta({ description: 'Intervals hold with 95 % at all times together, or, where a bandit moves the weights, as of one reading.' }),
    hidden: z.enum(['before-first-look', 'broken-split']).nullable(),
    decidedOn: z
      .object({ day: z.number(), at: instant, effects: z.array(effect).readonly() })
      .nullable()
      .meta({ description: 'As it was when it was decided: refunds, late orders and merges have restated it since.' }),
    segments: z
      .object({
        meanTau: z.number().meta({ description: 'How much segments differ, in log-odds or shares; about 0.1 is what noise shows.' }),
        segments: z
          .array(
            z.object({
              segment: z.string(),
              people: z.number(),
              conversions: z.number(),
              arm: z.string().meta({ description: 'The arm for its people.' }),
              isOwn: z.boolean().meta({ description: 'It is another one than the arm of all people.' }),
              rivals: z.array(z.object({ arm: z.string(), chance: z.number() })).readonly(),
            }),
          )
          .readonly(),
      })
      .nullable()
      .meta({ description: 'Arms of segments, by the look that decided; null: not asked for, or not decided.' }),
    keeps: z.string().nullable().meta({ description: 'The arm that the rule keeps; null: none so far.' }),
    looks: z.array(look).readonly().meta({ description: 'The newest first, a hundred at most.' }),
    acts: z.array(act).readonly(),
    picture: words.meta({ description: 'As SVG.' }),
  })
  .meta({ id: 'ExperimentResult' });
export type ExperimentResult = z.input<typeof experimentResult>;

const brought = {
  contacted: z.number().meta({ description: 'People whose 30 days have ended.' }),
  heldOut: z.number(),
  perThousand: z
    .object({ value: z.number(), low: z.number(), high: z.number() })
    .nullable()
    .meta({ description: 'Revenue net of refunds that messages brought, per 1,000 people; 95 %, at all times together.' }),
  attributedPerThousand: z.number().nullable().meta({
    description:
      'For comparison: the revenue of orders within five days after a click, per 1,000 people. Many of them would have bought anyway.',
  }),
};

export const holdoutReports = z
  .object({
    items: z
      .array(
        z.object({
          of: z.string().meta({ description: '`all`, or a journey.' }),
          season: z.string(),
          since: instant,
          conflicted: z.number(),
          ...brought,
          months: z
            .array(z.object({ month: z.string().meta({ examples: ['2026-11'] }), ...brought }))
            .readonly()
            .meta({ description: 'The same by the month in which people came, the newest first.' }),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'HoldoutReports' });
export type HoldoutReports = z.input<typeof holdoutReports>;

const by = plainText(200).meta({ description: 'Who, for those who read it later.' });
const reason = plainText(1_000).optional();

export const experimentDecisionBody = z.strictObject({
  arm: plainText(63).nullable().meta({ description: 'The arm that everybody gets from now on; null: take the decision back.' }),
  bySegment: z
    .boolean()
    .default(false)
    .meta({ description: 'Segments get the arms of their own that the rule found. With the arm that it keeps.' }),
  by,
  reason,
});
export const experimentRevealBody = z.strictObject({ by, reason });

export const experimentPlanQuery = z.object({
  journey: plainText(200).meta({ description: 'The journey whose people would be in it.' }),
  lift: z.coerce.number().gt(0).max(10).default(0.1).meta({ description: 'The change that is to be found: 0.1 is 10 %.' }),
});

export const experimentPlan = z
  .object({
    people: z.number().meta({ description: 'In all arms together.' }),
    peoplePerArm: z.number(),
    peoplePerWeek: z.number().meta({ description: 'Who enter, by the last eight weeks.' }),
    weeks: z.number(),
    isTooLong: z.boolean().meta({ description: 'It lasts more than eight weeks.' }),
    detectablePerThousand: z
      .number()
      .nullable()
      .meta({ description: 'The smallest gain per 1,000 people that eight weeks find; null: none.' }),
    history: z.object({ people: z.number(), mean: z.number(), deviation: z.number(), weeks: z.number() }),
  })
  .meta({ id: 'ExperimentPlan' });
export type ExperimentPlan = z.input<typeof experimentPlan>;

export const exposuresQuery = pageQuery.extend({ limit: z.coerce.number().int().min(1).max(5_000).default(1_000) });

export const exportedExposure = z
  .object({
    unit: z.string(),
    arm: z.string(),
    version: z.number(),
    at: instant,
    windowMs: z.number(),
    orders: z.number(),
    net: z.number().meta({ description: 'Money is in thousandths.' }),
    discount: z.number(),
    margin: z.number(),
    bareNet: z.number().meta({ description: 'Of orders whose margin is not known.' }),
    bareDiscount: z.number(),
    refunded: z.number(),
    unsubscribed: z.boolean(),
    complained: z.boolean(),
    stopped: z.boolean(),
    hasTwoArms: z.boolean(),
    isLater: z.boolean(),
  })
  .meta({ id: 'ExportedExposure' });
export type ExportedExposure = z.input<typeof exportedExposure>;

export const experimentSpecification = z
  .object({
    asOf: instant,
    definition: z.record(z.string(), z.unknown()),
    inputs: z.record(z.string(), z.unknown()).meta({ description: 'All that the numbers are made of, as of then.' }),
    expected: z.record(z.string(), z.unknown()).meta({ description: 'The numbers that the script computes again.' }),
    looks: z.array(z.record(z.string(), z.unknown())).readonly(),
  })
  .meta({ id: 'ExperimentSpecification' });
export type ExperimentSpecification = z.input<typeof experimentSpecification>;
