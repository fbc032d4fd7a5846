import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { showEngagement } from '../../app/people/show-engagement.js';
import { tiers } from '../../domain/engagement/engagement-tier.js';
import { channels } from '../../domain/messages/channel.js';
import { engagementSignals } from '../../domain/policy/engagement-policy.js';
import { inPath, keyed, reads } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { found } from '../problem.js';
import { idParams, instant, maybeInstant } from '../schemas.js';

const engagement = z
  .object({
    profileId: z.string(),
    at: instant,
    policyVersion: z.number().int(),
    tier: z.enum(tiers),
    sentence: z.string().meta({ description: 'Why the tier is held.' }),
    since: maybeInstant,
    falls: z
      .object({ at: instant, to: z.enum(tiers) })
      .nullable()
      .meta({ description: 'If nothing happens before; null: it stays.' }),
    fallsSentence: z.string().nullable(),
    score: z.object({
      total: z.number(),
      contributions: z.array(z.object({ signal: z.enum(engagementSignals), points: z.number() })).readonly(),
    }),
    engagedAt: maybeInstant,
    sunsetSince: maybeInstant.meta({ description: 'Since when there is no marketing, because no win-back was answered.' }),
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

export function engagementRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    server.get(
      '/profiles/:id/engagement',
      {
        config: keyed('read', 'engagement.show', reads(inPath)),
        schema: {
          tags: ['profiles'],
          summary: 'How engaged a person is: tier, score by kind of signal, topics and fatigue, each with its reason',
          params: idParams,
          response: { 200: engagement },
        },
      },
      async (request) => found(await showEngagement(app, request.params.id), 'profile', request.params.id),
    );
  };
}
