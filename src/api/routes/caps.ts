import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { showCaps } from '../../app/people/show-caps.js';
import { tiers } from '../../domain/engagement/engagement-tier.js';
import { channels } from '../../domain/messages/channel.js';
import { inPath, keyed, reads } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { found } from '../problem.js';
import { idParams, instant, maybeInstant } from '../schemas.js';

const rule = z.object({
  rule: z.string(),
  channels: z.array(z.enum(channels)).readonly().nullable().meta({ description: 'Null: all together.' }),
  topics: z.array(z.string()).readonly().nullable().meta({ description: 'Null: all together.' }),
  window: z.string().meta({ description: '`7 days` (rolling), or `calendar week`.' }),
  limit: z.number().int().meta({ description: 'For this person: tier, interest, fatigue and choice are in it.' }),
  used: z.number().int(),
  nextFreeAt: maybeInstant.meta({ description: 'When one more has room; null: there is none in sight.' }),
  promisedAt: z.array(instant).readonly(),
  headroom: z
    .array(z.object({ priorityUpTo: z.number(), keepFree: z.number() }))
    .readonly()
    .meta({ description: 'Messages of this priority or lower leave so many places free.' }),
  why: z.string().meta({ description: 'Where the limit comes from; empty: it is the same for everybody.' }),
  sentence: z.string(),
});

const caps = z
  .object({
    profileId: z.string(),
    at: instant,
    policyVersion: z.number().int(),
    tier: z.enum(tiers),
    tierSentence: z.string(),
    timeZone: z.string(),
    rules: z.array(rule).readonly(),
    promised: z
      .array(z.object({ messageId: z.string(), channel: z.enum(channels), topic: z.string(), priority: z.number(), slotAt: instant }))
      .readonly(),
  })
  .meta({ id: 'PersonCaps' });

export function capRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    server.get(
      '/profiles/:id/caps',
      {
        config: keyed('read', 'caps.show', reads(inPath)),
        schema: {
          tags: ['profiles'],
          summary: 'How often a person may be written to: each cap with its use, its next free instant and its reason, and promised slots',
          params: idParams,
          response: { 200: caps },
        },
      },
      async (request) => found(await showCaps(app, request.params.id), 'profile', request.params.id),
    );
  };
}
