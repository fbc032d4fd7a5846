import { z } from 'zod';
import { eventAlarm } from './event-contracts.js';
import { idParams, instant, maybeInstant, pageQuery, recipient, sourceProblem, versionNumber } from './shared.js';

export const liveJourney = z
  .object({
    id: z.string(),
    name: z.string(),
    state: z.enum(['active', 'paused', 'archived']),
    liveVersion: z.number(),
    pausedAt: maybeInstant,
    pausedBecause: z.string().nullable().meta({ description: 'The finding of the breaker that paused it.' }),
    createdAt: instant,
    updatedAt: instant,
    armed: z.number().meta({ description: 'Entries that are armed now.' }),
    open: z.number().meta({ description: 'Entries that are open now.' }),
  })
  .meta({ id: 'LiveJourney' });
export type LiveJourney = z.input<typeof liveJourney>;

export const journeyVersionSummary = z
  .object({ journeyId: z.string(), version: z.number(), hash: z.string(), note: z.string().nullable(), publishedAt: instant })
  .meta({ id: 'JourneyVersionSummary' });
export type JourneyVersionSummary = z.input<typeof journeyVersionSummary>;

export const journeyVersion = journeyVersionSummary
  .extend({ source: z.string(), definition: z.unknown().meta({ description: 'The graph that the source was compiled to.' }) })
  .meta({ id: 'JourneyVersion' });
export type JourneyVersion = z.input<typeof journeyVersion>;

const lintProblem = sourceProblem.meta({ id: 'JourneyProblem' });

export const publishedJourney = z
  .object({
    journeyId: z.string(),
    version: z.number(),
    hash: z.string(),
    published: z.boolean().meta({ description: 'False: the live version is the same.' }),
    problems: z.array(lintProblem).readonly(),
    state: z
      .enum(['active', 'paused', 'archived'])
      .meta({ description: 'Of the journey: you can publish a version of a paused or archived one, but nobody enters it.' }),
  })
  .meta({ id: 'Published' });
export type PublishedJourney = z.input<typeof publishedJourney>;

export const journeyCallBody = z.strictObject({
  to: recipient,
  properties: z
    .record(z.string().min(1).max(100), z.union([z.string().max(1_000), z.number(), z.boolean()]))
    .optional()
    .meta({ description: 'What the journey has as `trigger.…`.' }),
});

export const journeyCall = z
  .object({
    journeyId: z.string(),
    profileId: z.string(),
    eventId: z.string().meta({ description: 'Of the event that the call is kept as.' }),
    entryId: z.string().nullable().meta({ description: 'The entry that begins, or that is under way already.' }),
    sentence: z.string().meta({ description: 'What the call did, or why nothing.' }),
  })
  .meta({ id: 'JourneyCall' });
export type JourneyCall = z.input<typeof journeyCall>;

export const journeyControl = z
  .object({
    journeyId: z.string(),
    state: z.enum(['active', 'paused', 'archived']),
    changed: z.boolean(),
    entries: z.number().meta({ description: 'Entries that continue, or that exit.' }),
  })
  .meta({ id: 'JourneyControl' });
export type JourneyControl = z.input<typeof journeyControl>;

const count = z.object({ reason: z.string(), count: z.number() });

export const journeyReport = z
  .object({
    journeyId: z.string(),
    name: z.string(),
    since: instant,
    until: instant,
    met: z.number(),
    armedNow: z.number(),
    openNow: z.number(),
    entered: z.number(),
    notEntered: z.array(count).readonly(),
    steps: z
      .array(
        z.object({
          step: z.string(),
          channel: z.string(),
          sent: z.number(),
          delivered: z.number().meta({
            description:
              'By the reports of the provider. There are none for emails: an email counts if it was accepted three days ago and did not bounce.',
          }),
          bounced: z.number(),
          failed: z.number(),
          unknown: z.number(),
          pending: z.number(),
          tracked: z.number().meta({ description: 'Sent messages with recorded clicks: the base of opened and clicked.' }),
          opened: z.number().meta({ description: 'By a person, as far as we can know.' }),
          clicked: z.number().meta({ description: 'By a person.' }),
          skipped: z.array(count).readonly(),
          deferred: z.array(count).readonly(),
        }),
      )
      .readonly(),
    alarms: z.array(eventAlarm).readonly().meta({ description: 'What is wrong now with the events that the journey reads.' }),
    ended: z.array(count.extend({ outcome: z.string() })).readonly(),
    windowMs: z.number().meta({ description: 'Orders count if they came within this time after the entry.' }),
    orders: z
      .array(
        z.object({
          currency: z.string().nullable(),
          orders: z.number(),
          revenue: z.number(),
          ordersAfterMessage: z.number(),
          revenueAfterMessage: z.number(),
        }),
      )
      .readonly(),
  })
  .meta({ id: 'JourneyReport' });
export type JourneyReport = z.input<typeof journeyReport>;

export const journeyVersionParams = idParams.extend({ version: versionNumber });

export const journeyListQuery = pageQuery.extend({ internal: z.stringbool().default(false) });

export const journeyReportQuery = z
  .object({ since: instant.optional(), until: instant.optional() })
  .refine(({ since, until }) => since === undefined || until === undefined || since <= until, '`since` is after `until`.');
