import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { reviewText, showInboundMessages } from '../../app/inbound/review-texts.js';
import { changes, inAnswer, keyed, reads, theirText } from '../access.js';
import type { ApiDeps } from '../deps.js';
import { notFound } from '../problem.js';
import { idParams, instant, maybeInstant, pageOf, pageQuery, plainText, toPageRequest } from '../schemas.js';

const inboundMessage = z
  .object({
    id: z.string(),
    profileId: z.string().nullable(),
    channel: z.string(),
    action: z.string().meta({ description: '`stop`, `stop-to-review`, `start`, `confirm`, `help` or `reply`.' }),
    body: z.string().nullable(),
    receivedAt: instant,
    reviewedAt: maybeInstant,
  })
  .meta({ id: 'InboundMessage' });

export function inboundMessageRoutes({ app }: ApiDeps): FastifyPluginAsyncZod {
  return async (server) => {
    const tags = ['inbound messages'];
    server.get(
      '/inbound-messages',
      {
        config: keyed('read', 'inbound-message.list', reads(inAnswer)),
        schema: {
          tags,
          summary: 'Texts that came in, the newest first; `review=open`: sentences that were read as STOP, for a person to look at',
          querystring: pageQuery.extend({ review: z.enum(['open', 'all']).default('all'), profileId: plainText(100).optional() }),
          response: { 200: pageOf(inboundMessage) },
        },
      },
      ({ query }) => showInboundMessages(app, { review: query.review, profileId: query.profileId ?? null }, toPageRequest(query)),
    );

    server.post(
      '/inbound-messages/:id/review',
      {
        config: keyed('consent', 'inbound-message.review', changes(theirText)),
        schema: {
          tags,
          summary: 'Say whether a sentence that was read as STOP was one; if not, what it took comes back',
          params: idParams,
          body: z.object({ isStop: z.boolean() }),
          response: {
            200: z.object({
              result: z.enum(['stands', 'not-a-stop', 'changed-since', 'reviewed-already']),
              message: inboundMessage,
            }),
          },
        },
      },
      async (request) => {
        const { id } = request.params;
        const result = await reviewText(app, id, request.body.isStop);
        if (result.kind === 'unknown') throw notFound('inbound message', id);
        return { result: result.kind, message: result.message };
      },
    );
  };
}
