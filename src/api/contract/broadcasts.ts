import { z } from 'zod';
import { parseDuration } from '../../domain/time/duration.js';
import { instant, instantOrDuration, maybeInstant, plainText } from './shared.js';

export const broadcast = z
  .object({
    id: z.string(),
    name: z.string(),
    template: z.string(),
    state: z.enum(['running', 'paused', 'cancelled', 'finished']),
    settings: z.object({
      channel: z.string(),
      class: z.string(),
      topic: z.string(),
      priority: z.number(),
      overMs: z.number(),
      deadlineAt: maybeInstant,
      pausedAt: maybeInstant,
    }),
    total: z.number().meta({ description: 'Recipients, each person once.' }),
    enrolled: z.number().meta({ description: 'Recipients whose entry has been made.' }),
    createdAt: instant,
    startsAt: instant,
    finishedAt: maybeInstant,
  })
  .meta({ id: 'Broadcast' });
export type Broadcast = z.input<typeof broadcast>;

export const broadcastStory = broadcast
  .extend({
    journeyId: z.string().meta({ description: 'Its messages: `GET /v1/messages?journeyId=…`.' }),
    progress: z.object({
      sent: z.number().meta({ description: 'Accepted by the provider; delivered, bounced and failed are part of these.' }),
      delivered: z.number().meta({
        description:
          'By the reports of the provider. There are none for emails: an email counts if it was accepted three days ago and did not bounce.',
      }),
      bounced: z.number(),
      failed: z.number(),
      unknown: z.number(),
      waiting: z.number().meta({ description: 'Waiting for a slot, a queue or their turn.' }),
      toCome: z.number().meta({ description: 'Not due yet.' }),
      skipped: z.array(z.object({ reason: z.string(), count: z.number() })).readonly(),
      passedOver: z.number().meta({ description: 'Erased meanwhile, or the same person as another recipient.' }),
      clicked: z.number().meta({ description: 'Messages in which a person clicked.' }),
      perMinute: z.number().meta({ description: 'Letters that the provider took a minute, over the last five minutes or since it began.' }),
      expectedEnd: maybeInstant,
    }),
  })
  .meta({ id: 'BroadcastStory' });
export type BroadcastStory = z.input<typeof broadcastStory>;

export const startedBroadcast = z
  .object({
    id: z.string(),
    total: z.number(),
    unknown: z
      .object({ count: z.number(), ids: z.array(z.string()).readonly() })
      .meta({ description: 'Ids that belong to nobody; the first hundred.' }),
  })
  .meta({ id: 'StartedBroadcast' });
export type StartedBroadcast = z.input<typeof startedBroadcast>;

export const broadcastControl = z
  .object({ id: z.string(), state: broadcast.shape.state, changed: z.boolean() })
  .meta({ id: 'BroadcastControl' });
export type BroadcastControl = z.input<typeof broadcastControl>;

const counts = z.array(z.object({ reason: z.string(), count: z.number() })).readonly();

export const broadcastForecast = z
  .object({
    total: z.number(),
    unknown: startedBroadcast.shape.unknown,
    checked: z.number().meta({ description: 'How many people were checked: all, or a sample of 200; the counts are of these.' }),
    now: z.number(),
    later: counts,
    not: counts,
    first: z
      .array(
        z.object({
          profileId: z.string(),
          userIds: z.array(z.string()).readonly(),
          firstName: z.string().nullable(),
          email: z.string().nullable(),
        }),
      )
      .readonly()
      .meta({ description: 'The first five, to check that the list has the right people.' }),
  })
  .meta({ id: 'BroadcastForecast' });
export type BroadcastForecast = z.input<typeof broadcastForecast>;

const mostRecipients = 1_000_000;

const ids = z.array(plainText(255)).min(1).max(mostRecipients);

const traits = z.record(z.string(), z.unknown()).default({}).meta({ description: 'Only those with these traits.' });
const segmentId = plainText(63);

export const audience = z
  .union(
    [
      z.strictObject({ profileIds: ids }),
      z.strictObject({ userIds: ids.meta({ description: 'The shop’s own ids, as in its events.' }) }),
      z.strictObject({ emails: ids.meta({ description: 'Addresses; if several people share one, the person who was active last.' }) }),
      z.strictObject({
        by: z.enum(['profileId', 'userId', 'email']),
        recipients: z
          .array(z.strictObject({ id: plainText(320), data: z.record(z.string(), z.unknown()).nullable().default(null) }))
          .min(1)
          .max(mostRecipients)
          .meta({ description: 'Each with its own data, which replaces that of the broadcast.' }),
      }),
      z.strictObject({
        everyone: z.literal(true),
        traits,
      }),
      z.strictObject({ segment: segmentId.meta({ description: 'Who belongs to this segment when the broadcast is started.' }), traits }),
    ],
    'Name one of profileIds, userIds, emails, recipients (with by), segment or everyone (as true).',
  )
  .meta({ id: 'Audience' });

export const broadcastBody = z.object({
  name: plainText(200),
  template: plainText(100),
  to: audience,
  data: z
    .record(z.string(), z.unknown())
    .default({})
    .meta({ description: 'What the template reads as `data`, the same for all; `by_language` has values by language.' }),
  startsAt: instant.optional().meta({ description: 'Default: now.' }),
  over: z
    .string()
    .max(60)
    .refine((text) => typeof parseDuration(text) === 'object', 'It is a duration such as PT2H.')
    .optional()
    .meta({ description: 'Recipients fall due evenly over this time; default: as fast as possible.' }),
  deadline: instantOrDuration.optional().meta({ description: 'The last instant for everyone; default: two days after each falls due.' }),
  priority: z.number().int().min(0).max(100).optional().meta({ description: '0–100, higher wins; default 20.' }),
});

export const broadcastRecipient = z
  .object({
    position: z.number(),
    profileId: z.string(),
    to: z.string().nullable().meta({ description: 'The address or number that it went to, or would go to now.' }),
    state: z.string().meta({ description: 'State of the message, or `to-come`, `waiting`, `passed-over`.' }),
    reason: z.string().nullable(),
    messageId: z.string().nullable(),
  })
  .meta({ id: 'BroadcastRecipient' });
export type BroadcastRecipient = z.input<typeof broadcastRecipient>;
