import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { showWaitingConsents } from '../../app/people/show-profile.js';
import { channels } from '../../domain/messages/channel.js';
import { inAnswer, keyed, reads } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { instant, maybeInstant, pageOf, pageQuery, toPageRequest } from '../schemas.js';

const waiting = z
  .object({
    seq: z.number(),
    profileId: z.string(),
    channel: z.enum(channels),
    topic: z.string(),
    at: instant,
    recordedAt: instant,
    source: z.string(),
    requestedAt: maybeInstant,
  })
  .meta({ id: 'WaitingConsent' });

export function consentRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    server.get(
      '/consents',
      {
        config: keyed('read', 'waiting-consent.list', reads(inAnswer)),
        schema: {
          tags: ['profiles'],
          summary: 'Acts that do not count yet, the newest first: `quarantined` imports without evidence, or `pending` a confirmation',
          querystring: pageQuery.extend({ state: z.enum(['quarantined', 'pending']) }),
          response: { 200: pageOf(waiting) },
        },
      },
      ({ query }) => showWaitingConsents(app, query.state, toPageRequest(query)),
    );
  };
}
