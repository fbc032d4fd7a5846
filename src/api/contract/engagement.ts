import { z } from 'zod';
import { tiers } from '../../domain/engagement/engagement-tier.js';
import { channels } from '../../domain/messages/channel.js';
import { engagementSignals } from '../../domain/policy/engagement-policy.js';
import { instant, maybeInstant } from './shared.js';

export const profileEngagement = z
  .object({
    profileId: z.string(),
    at: instant,
    policyVersion: z.number().int(),
    tier: z.enum(tiers),
    sentence: z.string().meta({ description: 'Why the person is in this tier.' }),
    since: maybeInstant,
    falls: z
      .object({ at: instant, to: z.enum(tiers) })
      .nullable()
      .meta({ description: 'If nothing happens before then; null: it stays.' }),
    fallsSentence: z.string().nullable(),
    score: z.object({
      total: z.number(),
      contributions: z.array(z.object({ signal: z.enum(engagementSignals), points: z.number() })).readonly(),
    }),
    engagedAt: maybeInstant,
    sunsetSince: maybeInstant.meta({ description: 'Since when the person gets no marketing, because they answered no win-back.' }),
    topics: z
      .array(
        z.object({
          topic: z.string(),
          channel: z.enum(channels),
          delivered: z.number().int(),
          opened: z.number().int(),
          clicked: z.number().int(),
          multiplier: z.number().meta({ description: 'What the caps of the topic are multiplied by.' }),
          sentence: z.string(),
        }),
      )
      .readonly(),
    fatigue: z
      .array(
        z.object({
          channel: z.enum(channels),
          cause: z.enum(['too-many', 'looked-and-left', 'left-a-topic', 'unanswered']),
          at: instant,
          until: instant,
          multiplier: z.number(),
          sentence: z.string(),
        }),
      )
      .readonly(),
    mayTrack: z.boolean(),
    mayProfile: z.boolean(),
  })
  .meta({ id: 'ProfileEngagement' });
export type ProfileEngagement = z.input<typeof profileEngagement>;
